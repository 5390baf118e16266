package faults_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/streamgen/streamgen/generated_test/faults"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

const records = 10_000

// job is a Faults with its switches, over the numbers from 0.
type job struct {
	faults.Switches
	counts *collect.Sink[int64]
	events []runtime.Event
}

func (j *job) run(t *testing.T, parallelism int, options ...runtime.Option) error {
	t.Helper()
	defer goleak.VerifyNone(t)
	if j.counts == nil {
		j.counts = collect.New[int64]()
	}
	p := &faults.Faults{
		Numbers: function.Source(records, func(i int64) int64 { return i }),
		Trip:    faults.Trip{Switches: &j.Switches},
		Counts:  j.counts,
	}
	at := make(chan runtime.Event, 1000)
	options = append([]runtime.Option{
		runtime.WithParallelism(parallelism),
		runtime.WithEvents(func(e runtime.Event) { at <- e }),
		runtime.WithConfig(func(c *config.Config) {
			c.Checkpointing.Interval = 10 * time.Millisecond
			c.Restart.Strategy = config.FixedDelayStrategy
			c.Restart.FixedDelay = config.FixedDelay{Attempts: 3, Delay: time.Millisecond}
		}),
	}, options...)
	err := runtime.Run(t.Context(), p, options...)
	close(at)
	for e := range at {
		j.events = append(j.events, e)
	}
	return err
}

// requireExact checks that each of the 16 keys was counted from 1 without a gap, and that every subtask said once that it is finished.
func (j *job) requireExact(t *testing.T, parallelism int) {
	t.Helper()
	counts := map[int64]int{}
	for _, n := range j.counts.Records() {
		counts[n]++
	}
	require.Equal(t, parallelism, counts[-1], "marks of Finish")
	for n := int64(1); n <= records/16; n++ {
		require.Equal(t, 16, counts[n], "count %d", n)
	}
	require.Len(t, counts, records/16+1)
}

func TestAPanicIsAFailureWithOperatorAndStack(t *testing.T) {
	j := &job{}
	j.Panic.Store(1)
	require.NoError(t, j.run(t, 2))
	j.requireExact(t, 2)

	i := slices.IndexFunc(j.events, func(e runtime.Event) bool { return e.Kind == runtime.EventFailed })
	require.GreaterOrEqual(t, i, 0)
	message := j.events[i].Err.Error()
	require.Contains(t, message, "operator Trip: panic: a bug at 5000")
	require.Contains(t, message, "faults.Trip.Process")
	require.Contains(t, message, "processTrip")
	require.Regexp(t, `^Trip \(\d/2\): `, message)
	require.Equal(t, runtime.EventRestarting, j.events[i+1].Kind)
}

func TestARestartFromIncrementalCheckpoints(t *testing.T) {
	j := &job{}
	j.Panic.Store(1)
	require.NoError(t, j.run(t, 2, runtime.WithConfig(func(c *config.Config) { c.Checkpointing.Incremental = true })))
	j.requireExact(t, 2)
}

func TestAnErrorIsAFailureWithItsOperator(t *testing.T) {
	j := &job{}
	j.Error.Store(1)
	require.NoError(t, j.run(t, 3))
	j.requireExact(t, 3)
	i := slices.IndexFunc(j.events, func(e runtime.Event) bool { return e.Kind == runtime.EventFailed })
	require.ErrorIs(t, j.events[i].Err, faults.ErrTripped)
	require.Contains(t, j.events[i].Err.Error(), "operator Trip: tripped over a record")
}

func TestAJobThatFailsTooOftenFails(t *testing.T) {
	j := &job{}
	j.Error.Store(100)
	require.ErrorIs(t, j.run(t, 1), faults.ErrTripped)
	restarts := 0
	for _, e := range j.events {
		if e.Kind == runtime.EventRestarting {
			restarts++
		}
	}
	require.Equal(t, 3, restarts)
	require.Equal(t, j.Opened.Load(), j.Shut.Load(), "what was opened is closed, after a failure too")
	require.Zero(t, j.Finished.Load(), "Finish is for the end of input")
}

func TestNoRestart(t *testing.T) {
	j := &job{}
	j.Error.Store(1)
	err := j.run(t, 1, runtime.WithConfig(func(c *config.Config) { c.Restart.Strategy = config.NoRestart }))
	require.ErrorIs(t, err, faults.ErrTripped)
}

func TestOpenFinishAndCloseRunOncePerSubtask(t *testing.T) {
	j := &job{}
	require.NoError(t, j.run(t, 4))
	j.requireExact(t, 4)
	require.EqualValues(t, 4, j.Opened.Load())
	require.EqualValues(t, 4, j.Finished.Load())
	require.EqualValues(t, 4, j.Shut.Load())
}

func TestWithoutCheckpointsTheEndStillCommits(t *testing.T) {
	j := &job{}
	require.NoError(t, j.run(t, 2, runtime.WithConfig(func(c *config.Config) { c.Checkpointing.Interval = 0 })))
	j.requireExact(t, 2)
}

func TestAtLeastOnceLosesNothing(t *testing.T) {
	j := &job{}
	j.Panic.Store(1)
	require.NoError(t, j.run(t, 2, runtime.WithConfig(func(c *config.Config) { c.Checkpointing.Mode = config.AtLeastOnce })))
	counts := map[int64]int{}
	for _, n := range j.counts.Records() {
		counts[n]++
	}
	for n := int64(1); n <= records/16; n++ {
		require.GreaterOrEqual(t, counts[n], 1)
	}
}

func TestACancelledContextEndsTheJob(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer goleak.VerifyNone(t)
	stop := errors.New("enough")
	var written atomic.Int64
	err := runtime.Run(ctx, &faults.Faults{
		Numbers: function.Source(-1, func(i int64) int64 { return i }),
		Trip:    faults.Trip{Switches: &faults.Switches{}},
		Counts: function.Sink(func(counts []int64) error {
			if written.Add(int64(len(counts))) > 100_000 {
				cancel(stop)
			}
			return nil
		}),
	}, runtime.WithParallelism(2))
	require.ErrorIs(t, err, stop)
}

func TestAMissingSourceIsNamed(t *testing.T) {
	err := runtime.Run(t.Context(), &faults.Faults{})
	require.ErrorContains(t, err, "pipeline Faults: source Numbers is nil: set the field before the pipeline is run")
	require.ErrorContains(t, err, "pipeline Faults: sink Counts is nil: set the field before the pipeline is run")
}
