package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/internal/control"
)

func (p *program) savepointCommand() *cobra.Command {
	return p.controlCommand(control.Savepoint, "Ask the running job for a savepoint and print its folder; the job goes on", nil)
}

func (p *program) stopCommand() *cobra.Command {
	var drain bool
	cmd := p.controlCommand(control.Stop, "Stop the running job with a last checkpoint, from which the next run goes on, and print where it is",
		func(command control.Command) control.Command {
			if drain {
				return control.Drain
			}
			return command
		})
	cmd.Flags().BoolVar(&drain, "drain", false, "end the input first: timers fire, operators flush, and no run goes on from the last checkpoint")
	return cmd
}

func (p *program) cancelCommand() *cobra.Command {
	return p.controlCommand(control.Cancel, "End the running job where it is; the next run goes on from its last checkpoint", nil)
}

// controlCommand is a subcommand that reaches the process of a running job, and waits until what it asks for is done.
// Refine, if it is not nil, says what the flags make of the command.
func (p *program) controlCommand(command control.Command, short string, refine func(control.Command) control.Command) *cobra.Command {
	var job string
	cmd := &cobra.Command{
		Use:   string(command),
		Short: short,
		Long: short + ".\n\n" +
			"The job is found in the folder of its checkpoints. Nothing else that run was given need be repeated.",
		Example: fmt.Sprintf("  %s %s -D %s=DIR\n  %s %s -D %s=DIR --job WordCount", p.name, command, dirKey, p.name, command, dirKey),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config()
			if err != nil {
				return err
			}
			folder, err := findJob(cmd.Context(), c.Checkpointing, job)
			if err != nil {
				return err
			}
			asked := command
			if refine != nil {
				asked = refine(command)
			}
			path, err := control.Call(cmd.Context(), folder, asked)
			if path != "" {
				fmt.Fprintln(p.out, path) // it is there, even if the end of the job failed after it
			}
			if err != nil {
				return fmt.Errorf("%s: %w", command, err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&job, "job", "", "which job, by the name of its pipeline, if several run in the folder")
	return cmd
}

// findJob returns the folder of the job of that name, or of the only one that runs.
func findJob(ctx context.Context, c config.Checkpointing, job string) (string, error) {
	switch {
	case c.Dir == "":
		return "", usage(missingDir("a job without a folder is ended by signals only: SIGTERM stops it, a second SIGINT cancels it"))
	case job != "" || !c.CreateSubdir:
		return c.JobDir(job), nil
	}
	running, err := control.Running(ctx, c.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("no job runs in %s: there is no such folder", c.Dir)
	case err != nil:
		return "", err
	case len(running) == 0:
		return "", fmt.Errorf("no job runs in %s; is that what its run was given as %s?", c.Dir, dirKey)
	case len(running) > 1:
		var names []string
		for _, folder := range running {
			names = append(names, filepath.Base(folder))
		}
		return "", usage(fmt.Errorf("several jobs run in %s: %s; say which with --job NAME", c.Dir, strings.Join(names, ", ")))
	}
	return running[0], nil
}
