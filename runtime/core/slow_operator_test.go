package core_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
)

// slowEar keeps each item up, as user code that asks a slow service does.
type slowEar struct {
	items *atomic.Int64
	first func() // is called at the first one
}

func (e slowEar) Called(method string) {
	if method != "Map" {
		return
	}
	if e.items.Add(1) == 1 {
		e.first()
	}
	time.Sleep(5 * time.Millisecond)
}

func (slowEar) Complete(int64) {}
func (slowEar) Aborted(int64)  {}

// runSlow runs so many items through operators that take 5 ms for each of them, 1.3 s for a batch, where the watchdog waits for half a second.
// The clock is that of synctest, which goes on when all wait.
func runSlow(t *testing.T, n int, first func(cancel func())) (taken int64, err error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var count atomic.Int64
	f := newFlow(topologyNamed("many stages"), map[string][]int{"Items": {n}})
	c := often()
	c.Parallelism, c.Restart.Strategy = 1, config.NoRestart
	c.Checkpointing.SynchronousTimeout = 500 * time.Millisecond
	c.Checkpointing.Interval = 10 * time.Millisecond
	_, err = f.make(parts{
		source: func(name string) runtime.Source[topologies.Item] {
			return &items{name: name, lengths: f.sources[name], most: 256}
		},
		lines: collect.New[topologies.Line](), faults: f.faults,
		ear: func() topologies.Ear { return slowEar{&count, func() { first(cancel) }} },
	}).StreamgenJob().Run(ctx, runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem()})
	return count.Load(), err
}

// An operator that is slow is not stuck: it comes back from user code for each record.
func TestASlowOperatorIsNotStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, err := runSlow(t, 300, func(func()) {})
		require.NoError(t, err)
		require.EqualValues(t, 600, taken, "in two operators")
	})
}

// Whoever cancels a job does not wait for the rest of a batch.
func TestACancelIsTakenBetweenTwoRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, err := runSlow(t, 300, func(cancel func()) { cancel() })
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, taken, int64(128))
	})
}
