package core_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
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
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// threeRegions is a live run of three regions, the first of which trips. Its sink is lines, and it gives as many items as allowed says.
type threeRegions struct {
	faults  topologies.Faults
	lines   runtime.Sink[topologies.Line]
	allowed func(length int) int
	opened  func(runtime.SourceContext) // by the first; nil: nobody is told
	config  func(*config.Config)

	mu       sync.Mutex
	events   []runtime.Event
	progress []runtime.Progress // after each event
}

// opening tells when it is opened.
type opening struct {
	*items
	opened func(runtime.SourceContext)
}

func (o opening) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[topologies.Item], error) {
	if o.opened != nil {
		o.opened(ctx)
	}
	return o.items.Open(ctx, splits)
}

func (r *threeRegions) run(t *testing.T) error {
	t.Helper()
	job, c := r.job()
	_, err := job.Run(t.Context(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem(),
		OnEvent: func(e runtime.Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.events = append(r.events, e)
			r.progress = append(r.progress, job.Progress())
		},
	})
	r.progress = append(r.progress, job.Progress())
	return err
}

func (r *threeRegions) job() (runtime.Job, config.Config) {
	c := config.Default()
	c.Parallelism, c.Checkpointing.Interval = 1, 10*time.Millisecond
	c.Restart.Strategy = config.FixedDelayStrategy
	c.Restart.FixedDelay = config.FixedDelay{Attempts: 100, Delay: time.Millisecond}
	r.config(&c)
	other := func(name string) *items { return &items{name: name, lengths: []int{1}, most: few} }
	p := &topologies.Regions{
		A:     opening{&items{name: "A", lengths: []int{1000}, most: few, allowed: r.allowed}, r.opened},
		TripA: topologies.Trip{Faults: &r.faults}, LinesA: r.lines,
		B: other("B"), LinesB: collect.New[topologies.Line](), C: other("C"), LinesC: collect.New[topologies.Line](),
	}
	return p.StreamgenJob(), c
}

// simulate tells a run in a simulation, in which onEvent is told of the time of each event.
func (r *threeRegions) simulate(t *testing.T, seed uint64, onEvent func(time.Duration, runtime.Event)) {
	t.Helper()
	job, c := r.job()
	var s *core.Simulation
	s, err := core.Simulate(job, c, vfs.NewMem(), "/job", rand.New(rand.NewPCG(seed, 0)), func(e runtime.Event) {
		r.events = append(r.events, e)
		if s != nil {
			onEvent(s.Elapsed(), e)
		}
	})
	require.NoError(t, err)
	for s.Step() {
	}
	outcome, err, stuck := s.Outcome()
	require.NoError(t, err)
	require.False(t, stuck)
	require.Equal(t, runtime.Finished, outcome)
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
		config: func(c *config.Config) { c.Checkpointing.SynchronousTimeout = 500 * time.Millisecond },
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

// Where sources pause until the first checkpoint behind a restart, that is triggered at once, behind the restart of a region too.
func TestSourcesOfARegionPauseForNoLongerThanTheyMust(t *testing.T) {
	seeds(t, 10, func(seed uint64) {
		r := &threeRegions{
			lines:  collect.New[topologies.Line](),
			config: func(c *config.Config) { c.PauseSources, c.Checkpointing.Interval = true, 10*time.Second },
		}
		r.allowed = func(length int) int {
			if r.published() == 0 {
				return few
			}
			return length
		}
		r.faults.Every = 2 * few
		r.faults.Map.Store(1)
		var running, triggered time.Duration // of the region, and the first one behind that
		r.simulate(t, seed, func(now time.Duration, e runtime.Event) {
			switch {
			case e.Kind == runtime.EventRunning && e.Tasks != nil:
				running = now
			case e.Kind == runtime.EventTriggered && running > 0 && triggered == 0:
				triggered = now
			}
		})
		require.NotZero(t, running)
		require.Less(t, triggered-running, time.Millisecond, "violation: seed %d: the sources have paused for nothing", seed)
	})
}

// A goroutine of a source that was closed with its region may still say that there is a backlog: that is not one of the source that was opened since.
func TestAClosedSourceHasNoBacklog(t *testing.T) {
	seeds(t, 10, func(seed uint64) {
		var opened []runtime.SourceContext
		var said time.Duration // when the closed one did
		r := &threeRegions{
			lines:  collect.New[topologies.Line](),
			opened: func(ctx runtime.SourceContext) { opened = append(opened, ctx) },
			config: func(c *config.Config) {
				c.Checkpointing.Interval, c.Checkpointing.IntervalDuringBacklog = time.Millisecond, 0
			},
		}
		r.allowed = func(length int) int {
			switch {
			case r.published() == 0:
				return few
			case said == 0 || opened[1].Now() < said+60*time.Millisecond:
				return 3 * few
			}
			return length
		}
		r.faults.Every = 2 * few
		r.faults.Map.Store(1)
		triggered := 0 // meanwhile
		r.simulate(t, seed, func(now time.Duration, e runtime.Event) {
			switch {
			case e.Kind == runtime.EventRunning && e.Tasks != nil:
				said = now
				opened[0].SetBacklog(true)
			case e.Kind == runtime.EventTriggered && said > 0 && now < said+60*time.Millisecond:
				triggered++
			}
		})
		require.Greater(t, triggered, 5, "violation: seed %d: there are no checkpoints any more", seed)
	})
}

// contexts is a sink that keeps the contexts that it was called with, and cannot abort for a while.
type contexts struct {
	*collect.Sink[topologies.Line]
	fails int // how many times Abort is still to fail, once it may
	may   func() bool

	mu   sync.Mutex
	kept []context.Context
}

func (c *contexts) keep(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, ctx)
}

func (c *contexts) Commit(ctx context.Context, handle []byte) error {
	c.keep(ctx)
	return c.Sink.Commit(ctx, handle)
}

func (c *contexts) Abort(ctx context.Context, operator string) error {
	if c.may() && c.fails > 0 {
		c.fails--
		c.keep(ctx)
		return errors.New("the service is away")
	}
	return c.Sink.Abort(ctx, operator)
}

// What a sink has left to wait for the end of its context would else stay for ever.
func TestContextsEnd(t *testing.T) {
	r := &threeRegions{config: func(*config.Config) {}}
	lines := &contexts{Sink: collect.New[topologies.Line](), fails: 3, may: func() bool { return r.published() > 0 }}
	r.lines = lines
	r.allowed = func(length int) int {
		if !lines.may() {
			return few
		}
		return length
	}
	r.faults.Every = 2 * few
	r.faults.Map.Store(1)
	require.NoError(t, r.run(t))
	require.Zero(t, lines.fails)
	for i, ctx := range lines.kept {
		require.Error(t, ctx.Err(), "violation: context %d of %d has not ended with the run", i, len(lines.kept))
	}
}

// A region that does not close in time ends the run, and the whole job is restarted: that is the one failure still, which the restart strategy has been asked about.
func TestARegionThatDoesNotCloseInTimeHasFailedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept atomic.Bool
		r := &threeRegions{
			config: func(c *config.Config) {
				c.Checkpointing.SynchronousTimeout = 10 * time.Second
				c.Restart.FixedDelay = config.FixedDelay{Attempts: 1, Delay: 12 * time.Second}
			},
		}
		r.lines = function.Sink(func([]topologies.Line) error {
			if r.published() > 0 && !slept.Swap(true) {
				time.Sleep(15 * time.Second)
			}
			return nil
		})
		r.allowed = func(length int) int {
			switch {
			case r.published() == 0:
				return few
			case !slept.Load():
				return 4 * few // HoldA keeps some
			}
			return length
		}
		r.faults.Every = 5 * few
		r.faults.Map.Store(1)
		require.NoError(t, r.run(t))
		var restarting []string
		for _, e := range r.events {
			if e.Kind == runtime.EventRestarting {
				restarting = append(restarting, fmt.Sprint(e.Tasks, " in ", e.Delay))
			}
		}
		require.Equal(t, []string{"[A TripA HoldA CountA] in 12s", "[] in 0s"}, restarting, "violation")
	})
}

// A savepoint that was under way when a region failed is given up. Who asked for it hears that before it is said that the region waits: who has no answer by then
// has to wait for it too.
func TestOnlyWhoHasToWaitHearsOfARegionThatDoes(t *testing.T) {
	givenUp, waited := 0, 0
	for seed := range uint64(10) {
		r := &threeRegions{lines: collect.New[topologies.Line](), config: func(c *config.Config) { c.Restart.FixedDelay.Delay = 50 * time.Millisecond }}
		r.faults.Every = 2 * few
		r.faults.Map.Store(4)
		job, c := r.job()
		asked, waits := 0, map[int]bool{} // by request that is not answered: whether it was said meanwhile that a region waits
		s, err := core.Simulate(job, c, vfs.NewMem(), "/job", rand.New(rand.NewPCG(seed, 0)), func(e runtime.Event) {
			if e.Tasks != nil && (e.Kind == runtime.EventRestarting || e.Kind == runtime.EventRunning) {
				for i := range waits {
					waits[i] = e.Kind == runtime.EventRestarting
				}
			}
		})
		require.NoError(t, err)
		for i := 0; s.Step(); i++ {
			if len(waits) > 0 || asked == 20 {
				continue
			}
			asked, waits[i] = asked+1, false
			s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(_ string, err error) {
				if err != nil && strings.Contains(err.Error(), "is given up") {
					require.False(t, waits[i], "violation: seed %d: %v", seed, err)
					givenUp++
				} else if err == nil {
					waited++
				}
				delete(waits, i)
			}})
		}
	}
	require.Positive(t, givenUp)
	require.Positive(t, waited)
}
