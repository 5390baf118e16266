package faults_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/faults"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// noSplits is a source that finds nothing to read.
type noSplits struct{ runtime.Source[int64] }

var errNothing = errors.New("nothing matches")

func (noSplits) Splits(context.Context, []runtime.Split) ([]runtime.Split, error) {
	return nil, errNothing
}

func TestAStartThatFailsLeavesTheRunnerOfTheFolderAlone(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var published sync.Once
	first, again := make(chan struct{}), make(chan struct{}, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- runtime.Run(ctx, &faults.Faults{
			Numbers: function.Source(-1, func(i int64) int64 { return i }),
			Trip:    faults.Trip{Switches: &faults.Switches{}},
			Counts:  function.Sink(func([]int64) error { return nil }),
		}, runtime.WithParallelism(1), runtime.WithCheckpoints(dir, 10*time.Millisecond), runtime.WithEvents(func(e runtime.Event) {
			if e.Kind == runtime.EventPublished {
				published.Do(func() { close(first) })
				select {
				case again <- struct{}{}:
				default:
				}
			}
		}))
	}()
	<-first

	for name, source := range map[string]runtime.Source[int64]{
		"no input":       noSplits{function.Source(1, func(i int64) int64 { return i })},
		"another source": renamed{function.Source(1, func(i int64) int64 { return i })},
	} {
		err := runtime.Run(t.Context(), &faults.Faults{
			Numbers: source, Trip: faults.Trip{Switches: &faults.Switches{}}, Counts: function.Sink(func([]int64) error { return nil }),
		}, runtime.WithParallelism(1), runtime.WithCheckpoints(dir, time.Second))
		require.Error(t, err, name)
	}

	select { // what was published before is not meant
	case <-again:
	default:
	}
	<-again
	cancel(enough)
	require.ErrorIs(t, <-ended, enough)
}

// renamed is a source of another kind.
type renamed struct{ runtime.Source[int64] }

func (renamed) Connector() runtime.Connector { return runtime.Connector{Kind: "other", Version: 1} }

// wrapped is a sink that hides the transactions of another.
type wrapped struct{ runtime.Sink[int64] }

func TestASinkThatHidesItsTransactionsIsRefused(t *testing.T) {
	err := runtime.Run(t.Context(), &faults.Faults{
		Numbers: function.Of[int64](1), Trip: faults.Trip{Switches: &faults.Switches{}}, Counts: wrapped{collect.New[int64]()},
	})
	require.ErrorContains(t, err, "sink Counts says exactly once, but it has no Commit, Abort and Occupied")
}

func TestNobodyNeedsToAsk(t *testing.T) {
	requests := make(chan runtime.Request)
	close(requests)
	j := &job{}
	require.NoError(t, j.run(t, 2, runtime.WithRequests(requests)))
	j.requireExact(t, 2)
}

// breaking is a sink whose commit panics.
type breaking struct{ *collect.Sink[int64] }

func (breaking) Commit(context.Context, []byte) error { panic("a bug in a commit") }

func TestAPanicInACommitFailsTheJobAlone(t *testing.T) {
	err := runtime.Run(t.Context(), &faults.Faults{
		Numbers: function.Of[int64](1), Trip: faults.Trip{Switches: &faults.Switches{}}, Counts: breaking{collect.New[int64]()},
	})
	require.ErrorContains(t, err, "a bug in a commit")
}
