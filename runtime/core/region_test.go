package core_test

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// threeRegions is a live run of three regions, the first of which trips. Its sink is lines, and it gives as many items as allowed says.
type threeRegions struct {
	faults  topologies.Faults
	lines   runtime.Sink[topologies.Line]
	allowed func(length int) int
	config  func(*config.Config)

	mu       sync.Mutex
	events   []runtime.Event
	progress []runtime.Progress // after each event
}

func (r *threeRegions) run(t *testing.T) error {
	t.Helper()
	c := config.Default()
	c.Parallelism, c.Checkpointing.Interval = 1, 10*time.Millisecond
	c.Restart.Strategy = config.FixedDelayStrategy
	c.Restart.FixedDelay = config.FixedDelay{Attempts: 100, Delay: time.Millisecond}
	r.config(&c)
	other := func(name string) *items { return &items{name: name, lengths: []int{1}, most: few} }
	p := &topologies.Regions{
		A: &items{name: "A", lengths: []int{1000}, most: few, allowed: r.allowed}, TripA: topologies.Trip{Faults: &r.faults}, LinesA: r.lines,
		B: other("B"), LinesB: collect.New[topologies.Line](), C: other("C"), LinesC: collect.New[topologies.Line](),
	}
	j := p.StreamgenJob()
	_, err := j.Run(t.Context(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem(),
		OnEvent: func(e runtime.Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.events = append(r.events, e)
			r.progress = append(r.progress, j.Progress())
		},
	})
	r.progress = append(r.progress, j.Progress())
	return err
}

// published counts the complete checkpoints.
func (r *threeRegions) published() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, e := range r.events {
		if e.Kind == runtime.EventPublished {
			n++
		}
	}
	return n
}

// The restart strategy counts the failures of all regions together. When it gives up the job has failed, which is asked no second time.
func TestTooManyFailuresOfARegionEndTheJob(t *testing.T) {
	r := &threeRegions{
		lines:  collect.New[topologies.Line](),
		config: func(c *config.Config) { c.Restart.FixedDelay.Attempts = 2 },
	}
	r.allowed = func(length int) int { // before the first checkpoint not all may run, and a failure is one of the job
		if r.published() == 0 {
			return few
		}
		return length
	}
	r.faults.Every = 2 * few
	r.faults.Map.Store(100)
	require.ErrorIs(t, r.run(t), topologies.ErrTripped)
	require.EqualValues(t, 3, r.faults.Failed.Load())
	var failed [][]string
	for _, e := range r.events {
		if e.Kind == runtime.EventFailed {
			failed = append(failed, e.Tasks)
		}
	}
	region := []string{"A", "TripA", "HoldA", "CountA"}
	require.Equal(t, [][]string{region, region, nil}, failed)
}

// What is counted goes on over restarts, of a region and of the job, and so does the last checkpoint. What is read again counts again.
func TestProgressGoesOnOverRestarts(t *testing.T) {
	for _, failover := range []config.Failover{config.RegionFailover, config.FullFailover} {
		t.Run(failover.String(), func(t *testing.T) {
			r := &threeRegions{
				lines:  collect.New[topologies.Line](),
				config: func(c *config.Config) { c.Failover = failover },
			}
			r.allowed = func(length int) int {
				if r.published() == 0 {
					return few
				}
				return length
			}
			r.faults.Every = 2 * few
			r.faults.Map.Store(3)
			require.NoError(t, r.run(t))
			require.EqualValues(t, 3, r.faults.Failed.Load())

			before := map[string]int64{}
			checkpoint := int64(0)
			for _, p := range r.progress {
				for _, o := range p.Operators {
					require.GreaterOrEqual(t, o.Records, before[o.UID], o.UID)
					before[o.UID] = o.Records
				}
				switch {
				case p.Checkpoint != nil:
					require.GreaterOrEqual(t, p.Checkpoint.ID, checkpoint)
					checkpoint = p.Checkpoint.ID
				case checkpoint > 0:
					t.Fatal("the last checkpoint is forgotten")
				}
			}
			require.Greater(t, before["A"], int64(1000), "some items were read again")
			require.GreaterOrEqual(t, before["LinesA"], int64(1000))
			if failover == config.RegionFailover {
				require.EqualValues(t, 1, before["B"], "it went on meanwhile")
			}
			for _, e := range r.events {
				require.Equal(t, e.Kind == runtime.EventCheckpointFailed, e.GivenUp, "no checkpoint has failed by itself")
			}
		})
	}
}

// A region in which a subtask does not return from user code cannot be restarted by itself: the run ends, and leaves the subtask behind.
func TestARegionThatDoesNotCloseEndsTheRun(t *testing.T) {
	var blocked atomic.Bool
	released := make(chan struct{})
	t.Cleanup(func() { close(released) })
	r := &threeRegions{
		config: func(c *config.Config) { c.Checkpointing.SynchronousTimeout = 50 * time.Millisecond },
		lines: function.Sink(func([]topologies.Line) error {
			blocked.Store(true)
			<-released
			return nil
		}),
	}
	r.allowed = func(length int) int {
		if !blocked.Load() {
			return 4 * few // HoldA keeps some
		}
		return length
	}
	r.faults.Every = 5 * few
	r.faults.Map.Store(1)
	err := r.run(t)
	var stuck *core.StuckError
	require.ErrorAs(t, err, &stuck)
	require.True(t, stuck.LeftBehind)
	require.Equal(t, "CountA (1/1)", stuck.Task)
	require.ErrorContains(t, err, "tripped in Map")
}
