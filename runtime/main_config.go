package runtime

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/runtime/config"
)

const (
	dirKey     = "execution.checkpointing.dir"
	storageKey = "execution.checkpointing.storage"
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
		return nil, fmt.Errorf("--config: %w", err)
	}
	return config.FromYAML(p.configFile, src)
}

// config returns the presets with what is set. All mistakes are returned together.
func (p *program) config() (config.Config, error) {
	c := config.ForMain()
	values, err := p.values()
	if err := usage(config.Join(err, config.SetAll(&c, values))); err != nil {
		return c, err
	}
	return c, usage(config.Validate(c))
}

// runConfig is config for a run, which must say where its checkpoints are to be, or that it has none.
func (p *program) runConfig() (config.Config, error) {
	c, err := p.config()
	if err != nil {
		return c, err
	}
	values, err := p.values()
	if err != nil {
		return c, usage(err)
	}
	if _, chosen := values[storageKey]; c.Checkpointing.Interval > 0 && c.Checkpointing.Dir == "" && !chosen {
		return c, usage(missingDir("to run without checkpoints, add -D execution.checkpointing.interval=off; " +
			"to keep them in memory, for restarts within the process, -D " + storageKey + "=jobmanager"))
	}
	return c, nil
}

// missingDir says how to name the folder of the checkpoints.
func missingDir(otherwise string) error {
	return fmt.Errorf("where are the checkpoints? Add -D %s=DIR, or set %s; %s", dirKey, config.EnvironmentName(dirKey), otherwise)
}

func (p *program) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the options with the values that a run would have, and where each comes from, as YAML for --config",
		Example: "  " + p.name + " config\n" +
			"  " + p.name + " config --config job.yaml -D execution.checkpointing.interval='1 min' >effective.yaml",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			c, err := p.config()
			if err != nil {
				return err
			}
			values, err := p.values()
			if err != nil {
				return usage(err)
			}
			_, err = p.out.Write(c.WriteYAML(values))
			return err
		},
	}
}
