package core_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// A scenario is a topology, a fault and what must hold. It is told once, and shown by both drivers: by the simulation with many seeds, and live,
// with goroutines. After every run what is committed is audited, and in the end that all of it is there.
type scenario struct {
	topology string
	sources  map[string][]int // nil: those of the topology
	keys     int64            // how many the items have; 0: 5
	// free says that the sources read as fast as they can. Otherwise they go on with the checkpoints, and do not come to the end before every
	// ending was had, except for splits of few items.
	free bool
	// pace is how many items of a split are read for each checkpoint; 0: few.
	pace int
	// mayEnd says that a run comes to its end although an ending was in store: what was asked for fails.
	mayEnd bool
	// parallelism of each run, in turn.
	parallelism []int
	// awaits is what must have happened before the sources come to their end; nil: nothing. It holds the history.
	awaits func(h *history) bool
	// endings end the first runs; one that nothing ends comes to the end of its input.
	endings []ending
	faults  func(*topologies.Faults)
	// throttle is how long, in simulated time, a sink of lines takes for what it is given at once, in which its subtask does nothing else. Live it is a
	// hundredth of that.
	throttle time.Duration
	config   func(run int, c *config.Config)
	// disk makes what stands before every operation on the disk, with what it has to remember. Whoever calls it holds the history.
	disk func() func(h *history, op vfs.Op, name string) error
	// between changes the disk between two runs.
	between func(disk *vfs.Mem) error
	// holds looks at what has happened, beside the audit.
	holds func(h *history) error
}

// ending ends a run when so many checkpoints of it are published: kill by a kill, or with power by a loss of power; stop by a stop with a savepoint; drain
// by one that ends the input first, behind which the next run must be refused. Or it is killed when so many have failed.
type ending struct {
	kill, stop, drain, failed int
	power                     bool
}

// kills and asks say whether the ending comes with an event that is the nth of its kind in its run.
func (e ending) kills(kind runtime.EventKind, n int) bool {
	return kind == runtime.EventPublished && n == e.kill || kind == runtime.EventCheckpointFailed && n == e.failed
}

func (e ending) asks(kind runtime.EventKind, n int) bool {
	return kind == runtime.EventPublished && (n == e.stop || n == e.drain)
}

// request is what is asked for.
func (e ending) request() runtime.RequestKind {
	if e.drain > 0 {
		return runtime.RequestDrain
	}
	return runtime.RequestStop
}

// few is how many items of a split are read whatever the scenario has in store.
const few = 4

// allowed says how far a split of some length may be read in a run.
func (sc *scenario) allowed(h *history, length int) int {
	if sc.free || length <= few {
		return length
	}
	n := cmp.Or(sc.pace, few) * (1 + h.settled())
	if h.run() <= len(sc.endings) && !sc.mayEnd || sc.awaits != nil && !h.has(sc.awaits) {
		return min(n, length-1)
	}
	return n
}

// configure is the configuration of a run.
func (sc *scenario) configure(run int) config.Config {
	c := config.Default()
	c.Parallelism = sc.parallelism[(run-1)%len(sc.parallelism)]
	k := &c.Checkpointing
	k.Interval, k.Timeout, k.Retention = 2*time.Millisecond, time.Hour, config.RetainOnCancellation
	c.Restart.Strategy = config.FixedDelayStrategy
	c.Restart.FixedDelay = config.FixedDelay{Attempts: 100, Delay: time.Millisecond}
	if sc.config != nil {
		sc.config(run, &c)
	}
	return c
}

// flow is the input of the scenario, with what is to fail.
func (sc *scenario) flow() *flow {
	f := newFlow(topologyNamed(sc.topology), sc.sources)
	if sc.faults != nil {
		sc.faults(f.faults)
	}
	return f
}

// show shows a scenario in both drivers, and returns the figures of the simulation.
func (sc *scenario) show(t *testing.T) figures {
	t.Helper()
	f := figures{began: time.Now()}
	t.Run("simulated", func(t *testing.T) {
		weight := 1
		switch {
		case slices.Max(sc.parallelism) > 4:
			weight = slices.Max(sc.parallelism) / 2 // many subtasks take many steps
		case sc.pace > 100:
			weight = 5 // so do many items
		}
		seedsOfWeight(t, weight, 20, func(seed uint64) {
			told(t, seed, &f, func() *schedule { return sc.simulated(seed) })
		})
		all.add(f)
	})
	t.Run("live", func(t *testing.T) {
		h, err := sc.live(t)
		if err != nil {
			t.Fatalf("%v\n%v", err, h)
		}
	})
	return f
}

// simulated is the scenario as a story of the simulation.
func (sc *scenario) simulated(seed uint64) *schedule {
	s := &schedule{
		random: rand.New(rand.NewPCG(seed, 25)), disk: vfs.NewMem(), folder: "/checkpoints", out: "/out", corpus: shortText,
		retention: config.RetainOnCancellation, flow: sc.flow(), scenario: sc, history: newHistory(),
	}
	s.retained = sc.configure(1).Checkpointing.NumRetained
	for _, e := range sc.endings {
		s.fates = append(s.fates, fate{power: e.power, drain: e.drain > 0})
	}
	for range s.flow.faults.Map.Load() + s.flow.faults.Snapshot.Load() + s.flow.faults.Open.Load() + s.flow.faults.Read.Load() {
		s.fates = append(s.fates, fate{})
	}
	if sc.disk != nil {
		s.disturb = s.history.guard(sc.disk())
		s.fates = append(s.fates, fate{}) // the disk may fail a run
	}
	s.fixed = func(c *config.Config) { *c = sc.configure(s.runs) }
	return s
}

// ends ends a run of the simulation with an event that is the nth of its kind.
func (p *process) ends(kind runtime.EventKind, n int) {
	s := p.story
	if s.runs > len(s.scenario.endings) {
		return
	}
	switch end := s.scenario.endings[s.runs-1]; {
	case end.kills(kind, n):
		p.dead = true
	case end.asks(kind, n):
		p.stops = true
		p.Request(runtime.Request{Kind: end.request(), Reply: s.history.stopped})
	}
}

// scenarioGoesOn comes between two runs of the simulation, and behind the last.
func (s *schedule) scenarioGoesOn(ended bool) error {
	switch {
	case ended:
		return s.scenario.audit(s.history)
	case s.scenario.between != nil:
		return s.scenario.between(s.disk)
	}
	return nil
}
