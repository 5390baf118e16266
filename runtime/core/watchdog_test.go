package core_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// blocking is a sink whose writer does not return from a method until released is closed.
type blocking struct {
	inPrepare, inSync, inWrite bool
	released                   chan struct{}
	heedsDone                  bool
}

func (*blocking) Connector() runtime.Connector {
	return runtime.Connector{Kind: "blocking", Version: 1}
}
func (*blocking) Guarantee() runtime.Guarantee { return runtime.AtLeastOnce }
func (b *blocking) Open(ctx runtime.SinkContext) (runtime.Writer[wordcount.Total], error) {
	return &blockingWriter{b, ctx.Done}, nil
}

type blockingWriter struct {
	*blocking
	done <-chan struct{}
}

func (w *blockingWriter) block() error {
	if !w.heedsDone {
		w.done = nil
	}
	select {
	case <-w.released:
		return nil
	case <-w.done:
		return errors.New("gave up")
	}
}

func (w *blockingWriter) Write([]wordcount.Total) error {
	if w.inWrite {
		return w.block()
	}
	return nil
}

func (w *blockingWriter) Prepare(int64) (runtime.Transaction, error) {
	if w.inPrepare {
		return runtime.Transaction{}, w.block()
	}
	if w.inSync {
		return runtime.Transaction{Sync: w.block}, nil
	}
	return runtime.Transaction{}, nil
}

func (*blockingWriter) Close() error { return nil }

// runBlocking runs a word count of words without end into a sink that blocks.
func runBlocking(ctx context.Context, t *testing.T, sink *blocking, change func(*config.Config)) error {
	t.Helper()
	sink.released = make(chan struct{})
	t.Cleanup(func() { close(sink.released) })
	c := config.Default()
	c.Parallelism = 1
	c.Checkpointing.Interval, c.Checkpointing.SynchronousTimeout = 10*time.Millisecond, 20*time.Millisecond
	c.Restart.Strategy = config.NoRestart
	if change != nil {
		change(&c)
	}
	lines := function.Source(-1, func(int64) string { return "a" })
	_, err := (&wordcount.WordCount{Lines: lines, Totals: sink}).StreamgenJob().Run(ctx, runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem(),
	})
	return err
}

// A word count whose sink blocks for ever, in a record or in its snapshot: the watchdog fails the job within its limit, and says which task it is and where it
// is stuck.
func TestScenario12WatchdogNamesTheTaskAndWhereItIsStuck(t *testing.T) {
	for _, test := range []struct {
		name, does, method string
		sink               *blocking
	}{
		{"in a step", "it processes records or fires timers", "blockingWriter).Write", &blocking{inWrite: true}},
		{"in the synchronous part", "it hands out its snapshot (the synchronous part of a checkpoint)", "blockingWriter).Prepare", &blocking{inPrepare: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := runBlocking(t.Context(), t, test.sink, func(c *config.Config) {
				c.Restart.Strategy = config.FixedDelayStrategy // what is left behind is never beside a second run
				c.Restart.FixedDelay.Attempts = 100
			})
			var stuck *core.StuckError
			require.ErrorAs(t, err, &stuck)
			require.Equal(t, "Count (1/1)", stuck.Task)
			require.True(t, stuck.LeftBehind)
			require.Contains(t, stuck.What, test.does)
			require.Contains(t, stuck.What, "execution.checkpointing.synchronous-timeout")
			require.Contains(t, stuck.Stack, test.method)
			require.ErrorContains(t, err, "this process should end")
		})
	}
}

// Code that gives up when the run is to end is no reason to leave anything behind: the job fails as it does for any other reason.
func TestWatchdogFailsTheJobAndTheCodeGivesUp(t *testing.T) {
	err := runBlocking(t.Context(), t, &blocking{inWrite: true, heedsDone: true}, nil)
	var stuck *core.StuckError
	require.ErrorAs(t, err, &stuck)
	require.False(t, stuck.LeftBehind)
}

// The end of a run does not wait for ever for the part off the record path either.
func TestWhatIsStuckInALaneIsLeftBehind(t *testing.T) {
	err := runBlocking(t.Context(), t, &blocking{inSync: true}, func(c *config.Config) {
		c.Checkpointing.Timeout, c.Checkpointing.SynchronousTimeout = 20*time.Millisecond, 200*time.Millisecond
	})
	require.ErrorIs(t, err, coordinator.ErrTooManyFailures)
	require.ErrorContains(t, err, "the slowest subtask is Count (1/1), pre-committing for")
	var stuck *core.StuckError
	require.ErrorAs(t, err, &stuck)
	require.Contains(t, stuck.What, "durable")
	require.Contains(t, stuck.Stack, "blockingWriter).block")
}

func TestCancelDoesNotWaitForEver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := runBlocking(ctx, t, &blocking{inWrite: true}, func(c *config.Config) { c.Checkpointing.Interval = 0 })
	if stuck, ok := errors.AsType[*core.StuckError](err); ok { // else it was cancelled before the first record
		require.Contains(t, stuck.Stack, "blockingWriter).Write")
	}
}
