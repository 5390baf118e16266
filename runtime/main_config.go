package runtime

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/runtime/config"
)

const (
	dirKey     = "execution.checkpointing.dir"
	storageKey = "execution.checkpointing.storage"
	pathKey    = "execution.state-recovery.path"
)

// values returns the options that are set: by the arguments, or else by the environment, or else by the file.
func (p *program) values() (config.Values, error) {
	file, fileErr := p.fileValues()
	environment, environmentErr := config.FromEnvironment(p.environ)
	arguments := config.Values{}
	for _, s := range p.settings {
		arguments[s.key] = config.Value{Text: s.value, From: config.Argument}
	}
	return arguments.Over(environment.Over(file)), errors.Join(fileErr, environmentErr)
}

// fileValues returns the options that the file of --config sets.
func (p *program) fileValues() (config.Values, error) {
	if p.configFile == "" {
		return nil, nil
	}
	src, err := os.ReadFile(p.configFile)
	if err != nil {
		return nil, &unreadFile{fmt.Errorf("--config: %w", err)}
	}
	values, err := config.FromYAML(p.configFile, src)
	if values == nil {
		err = &unreadFile{err}
	}
	return values, err
}

// unreadFile is the error of a file of which not even a part was read.
type unreadFile struct{ err error }

func (e *unreadFile) Error() string { return e.err.Error() }
func (e *unreadFile) Unwrap() error { return e.err }

// config returns the presets with what is set. All mistakes are returned together, but for names of operators that there are not.
func (p *program) config() (config.Config, error) {
	c := config.ForMain()
	values, err := p.values()
	err = load(&c, values, err)
	return c, usage(err)
}

// load sets values. Where not all are known, since the file of --config was not read, it is not said which do not go together.
func load(c *config.Config, values config.Values, read error) error {
	if _, unread := errors.AsType[*unreadFile](read); unread {
		return config.Join(read, config.SetAll(c, values))
	}
	return config.Load(c, values, read)
}

// prepared is what the subcommands begin with that concern the pipeline of the program.
type prepared struct {
	job    Job
	config config.Config
	values config.Values // what config was made of
}

// prepare builds the pipeline, of which args are the positional arguments, and its configuration. All mistakes are returned together. Fresh is
// --fresh; if runs is true it must be said where checkpoints are to be, or that there are none.
func (p *program) prepare(args []string, fresh, runs bool) (prepared, error) {
	if err := p.parsed(args); err != nil {
		return prepared{}, err
	}
	values, err := p.values()
	job, buildErr := p.job()
	if buildErr == nil {
		var namesErr error
		values, namesErr = values.ForOperators(operatorsOf(job))
		err = errors.Join(err, namesErr)
	}
	c := config.ForMain()
	c.Recovery.Fresh = fresh
	err = load(&c, values, err)
	if runs {
		err = config.Join(err, mustSayWhere(c, values, err))
	}
	if err == nil && buildErr == nil {
		err = values.Locate(checkConfig(job, c))
	}
	return prepared{job, c, values}, errors.Join(usage(err), buildErr)
}

// mustSayWhere is the error of a run of which nobody has said where its checkpoints are to be, or that it has none. Before are the other mistakes: one of
// them may be that what was said could not be read.
func mustSayWhere(c config.Config, values config.Values, before error) error {
	_, chosen := values[storageKey]
	_, unread := errors.AsType[*unreadFile](before)
	unread = unread || before != nil && strings.Contains(before.Error(), dirKey)
	if c.Checkpointing.Interval == 0 || c.Checkpointing.Dir != "" || chosen || unread {
		return nil
	}
	return missingDir("to run without checkpoints, add -D execution.checkpointing.interval=off; " +
		"to keep them in memory, for restarts within the process, -D " + storageKey + "=jobmanager")
}

// missingDir says how to name the folder of the checkpoints.
func missingDir(otherwise string) error {
	return fmt.Errorf("where are the checkpoints? Add -D %s=DIR, or set %s; %s", dirKey, config.EnvironmentName(dirKey), otherwise)
}

func (p *program) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config [arguments of the pipeline]",
		Short: "Print the options with the values that a run would have, and where each comes from, as YAML for --config",
		Long: "Print the options with the values that a run with the same arguments would have, and where each comes from, as YAML for --config.\n\n" +
			"Nothing is run. Arguments of the pipeline may be left out.",
		Example: "  " + p.name + " config\n" +
			"  " + p.name + " config --config job.yaml -D execution.checkpointing.interval='1 min' >effective.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			with, err := p.prepare(args, false, false)
			if err != nil {
				return err
			}
			_, err = p.out.Write(with.config.WriteYAML(with.values))
			return err
		},
	}
	p.addParallelism(cmd)
	return cmd
}
