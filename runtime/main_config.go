package runtime

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/runtime/config"
)

const (
	dirKey     = "execution.checkpointing.dir"
	storageKey = "execution.checkpointing.storage"
)

// values returns the options that are set, by the arguments or else by the environment.
func (p *program) values() (map[string]string, error) {
	values, err := config.FromEnvironment(p.environ)
	for _, s := range p.settings {
		values[s.key] = s.value
	}
	return values, err
}

// config returns the presets with what is set. All mistakes are returned together.
func (p *program) config() (config.Config, error) {
	c := config.ForMain()
	values, err := p.values()
	if err := usage(errors.Join(err, config.SetAll(&c, values))); err != nil {
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
		Short: "Print the options with the values that a run would have",
		Example: "  " + p.name + " config\n" +
			"  " + p.name + " config -D execution.checkpointing.interval='1 min'",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			c, err := p.config()
			if err != nil {
				return err
			}
			for _, s := range c.Settings() {
				fmt.Fprintf(p.out, "%s=%s\n", s.Key, s.Value)
			}
			return nil
		},
	}
}
