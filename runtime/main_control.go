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
	var named string
	cmd := &cobra.Command{
		Use:   string(command),
		Short: short,
		Long: short + ".\n\n" +
			"The job is that of this program's pipeline, found in the folder of its checkpoints; --job names another one. Nothing else that run was\n" +
			"given need be repeated.",
		Example: fmt.Sprintf("  %s %s -D %s=DIR\n  %s %s -D %s=DIR --job WordCount", p.name, command, dirKey, p.name, command, dirKey),
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config()
			if err != nil {
				return err
			}
			if c.Checkpointing.Dir == "" {
				return usage(missingDir("a job without a folder is ended by signals only: SIGTERM stops it, a second SIGINT cancels it"))
			}
			job := named
			if job == "" {
				if job, err = p.pipelineName(); err != nil {
					return err
				}
			}
			asked := command
			if refine != nil {
				asked = refine(command)
			}
			note := func(text string) { fmt.Fprintf(p.err, "%s: %s: %s\n", p.name, command, text) }
			path, err := control.Call(cmd.Context(), c.Checkpointing.JobDir(job), job, asked, note)
			if path != "" {
				fmt.Fprintln(p.out, path) // it is there, even if the end of the job failed after it
			}
			if errors.Is(err, control.ErrNotRunning) {
				err = notRunning(cmd.Context(), c.Checkpointing, job, err)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", command, err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&named, "job", "", "the `name` of the pipeline whose job is meant, if it is not this program's")
	return cmd
}

// pipelineName is the name of the program's pipeline. It is built for that, since it alone knows, as if no arguments were given.
func (p *program) pipelineName() (string, error) {
	if err := p.parsed(nil); err != nil {
		return "", err
	}
	job, err := p.job()
	if err != nil {
		return "", fmt.Errorf("which job? The pipeline of this program could not be asked for its name: say it with --job NAME: %w", err)
	}
	return job.Name(), nil
}

// doRun says of jobs that they run.
func doRun(jobs []string) string {
	if len(jobs) == 1 {
		return jobs[0] + " does"
	}
	last := len(jobs) - 1
	return strings.Join(jobs[:last], ", ") + " and " + jobs[last] + " do"
}

// notRunning says, of a job that does not run, which ones do in the same folder.
func notRunning(ctx context.Context, c config.Checkpointing, job string, err error) error {
	running, lookErr := control.Running(ctx, c.Dir)
	var others []string
	for _, folder := range running {
		if filepath.Clean(folder) != filepath.Clean(c.Dir) {
			others = append(others, filepath.Base(folder))
		}
	}
	switch {
	case errors.Is(lookErr, fs.ErrNotExist):
		return fmt.Errorf("no job runs in %s: there is no such folder", c.Dir)
	case !c.CreateSubdir:
		return err
	case len(others) > 0:
		return fmt.Errorf("%s does not run in %s, but %s: say --job NAME if that is meant", job, c.Dir, doRun(others))
	case len(running) > 0:
		return fmt.Errorf("%s does not run in a folder of its own below %s, but a job runs in that itself: was its run given execution.checkpointing.create-subdir=false?", job, c.Dir)
	case lookErr != nil:
		return err
	}
	return fmt.Errorf("no job runs in %s; is that what its run was given as %s?", c.Dir, dirKey)
}
