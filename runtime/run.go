package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

// ErrCancelled is what Run returns when a Request cancelled the job.
var ErrCancelled = errors.New("the job was cancelled")

// Run runs a pipeline until it ends, within the program that calls it. Without options checkpoints are off, as in Flink.
//
// It returns nil when the job has finished, had finished before (which it logs), or was stopped with a savepoint as a Request asked. When
// ctx ends, the job is cancelled and Run returns the cause of ctx. It returns ErrCancelled after a Request to cancel, and every other
// error says why the job could not start or go on. All mistakes of the configuration are returned at once, before anything is started.
func Run(ctx context.Context, pipeline Pipeline, options ...Option) error {
	s := newRunSettings(options)
	job, err := newJob(pipeline)
	if err != nil {
		return err
	}
	if err := checkConfig(job, s.config); err != nil {
		return fmt.Errorf("%s: %w", job.Name(), err)
	}
	logger := s.logger.With("job", job.Name())
	outcome, err := job.Run(ctx, Environment{
		Config: s.config,
		Logger: logger,
		OnEvent: func(e Event) {
			logEvent(ctx, logger, e)
			if s.onEvent != nil {
				s.onEvent(e)
			}
		},
		Requests: s.requests,
		FS:       vfs.OS(),
	})
	switch {
	case ctx.Err() != nil && (outcome == Cancelled || errors.Is(err, ctx.Err())):
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%s: %w", job.Name(), err)
	case outcome == Cancelled:
		return ErrCancelled
	case outcome == FinishedBefore:
		logger.Info("the job had finished before, nothing was done; Fresh runs it again from nothing")
	}
	return nil
}

// newJob wires a pipeline.
func newJob(pipeline Pipeline) (Job, error) {
	if v := reflect.ValueOf(pipeline); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, errors.New("the pipeline is nil")
	}
	return pipeline.StreamgenJob(), nil
}

// operatorsOf returns the uids of a job's operators.
func operatorsOf(job Job) []string {
	graph, _ := job.Graph(config.Default()) // what is wrong with it checkConfig says
	var uids []string
	for _, task := range graph.Tasks {
		uids = append(uids, task.Operators...)
	}
	return uids
}

// checkConfig returns every mistake in a job and its configuration.
func checkConfig(job Job, c config.Config) error {
	if err := config.Validate(c); err != nil {
		return err // a graph of a configuration that is not valid says nothing
	}
	_, err := job.Graph(c)
	return err
}
