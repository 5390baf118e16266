package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

func (p *program) runCommand() *cobra.Command {
	var log logFlags
	var fresh bool
	cmd := &cobra.Command{
		Use:   "run [arguments of the pipeline]",
		Short: "Run the pipeline until its input ends",
		Long: "Run the pipeline until its input ends, with a checkpoint every 10 s. A run goes on from the last checkpoint of the one before it.\n\n" +
			"SIGTERM or an interrupt stops it with a savepoint, from which the next run goes on; a second interrupt cancels it.",
		Example: "  " + p.name + " run -D " + dirKey + "=DIR\n" +
			"  " + p.name + " run -D " + dirKey + "=DIR -D execution.checkpointing.interval='1 min' --parallelism 4\n" +
			"  " + p.name + " run -D execution.checkpointing.interval=off",
		RunE: func(cmd *cobra.Command, args []string) error {
			with, err := p.prepare(args, fresh, true)
			o, logErr := p.newOutput(&log)
			if err := errors.Join(err, logErr); err != nil {
				return err
			}
			return p.run(cmd.Context(), with.job, with.config, o)
		},
	}
	p.addParallelism(cmd)
	cmd.Flags().BoolVar(&fresh, "fresh", false, "start from nothing, whatever checkpoints and output there are")
	log.add(cmd.Flags())
	return cmd
}

// ending is how a job ended.
type ending struct {
	outcome Outcome
	err     error
}

// run runs a job to its end, listening to signals and to the job's socket.
func (p *program) run(ctx context.Context, job Job, c config.Config, o *output) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals, stopSignals := p.notify()
	defer stopSignals()

	logger := o.logger.With("job", job.Name())
	logger.Info("starting", settingsOf(c)...)
	r := newRequests(job.Name(), c.Checkpointing.JobDir(job.Name()), logger, p.now)
	stopReport := o.report(p, job)
	ended := make(chan ending, 1)
	go func() {
		outcome, err := job.Run(ctx, Environment{
			Config: c,
			Logger: logger,
			OnEvent: func(e Event) {
				logEvent(ctx, logger, e)
				o.count(e)
				r.onEvent(e)
			},
			Requests: r.toJob,
			FS:       vfs.OS(),
		})
		ended <- ending{outcome, err}
	}()

	s := newInterrupts(c, r, cancel, o.say)
	for {
		select {
		case signal := <-signals:
			if s.signal(signal) {
				stopReport()
				return fmt.Errorf("%s: gave up waiting for the job to end; its last checkpoint is unharmed", job.Name())
			}
		case answer := <-s.answers:
			s.answered(answer)
		case end := <-ended:
			if s.cancelled && errors.Is(end.err, context.Canceled) {
				end = ending{outcome: Cancelled} // what a source or a sink returned that was waiting
			}
			stopReport()
			r.close(end)
			return o.summary(p, job, c, end, r.next())
		}
	}
}

// settingsOf returns what differs from the defaults, as attributes of a log record.
func settingsOf(c config.Config) []any {
	var attributes []any
	for _, s := range c.Settings() {
		if s.Changed {
			attributes = append(attributes, s.Key, s.Value)
		}
	}
	return attributes
}
