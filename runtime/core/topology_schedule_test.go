package core_test

import (
	"math/rand/v2"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// newFlowSchedule draws a story of a topology. Each run is aligned, unaligned, or aligned for a while; in one story of four some runs count at
// least once.
func newFlowSchedule(seed uint64, t *topology) *schedule {
	s := newSchedule(seed, 0)
	s.flow = newFlow(t, nil)
	s.unaligned = true
	s.flow.loose = s.random.IntN(4) == 0
	for i := range s.fates {
		if s.fates[i].savepoints > 0 {
			s.fates[i].savepoints += 150 // there are up to 15 subtasks: a savepoint takes more steps than one of a word count
			if t.trips {
				s.fates[i].savepoints += 450 // or up to 24
			}
		}
	}
	s.trip()
	s.fixed = func(c *config.Config) {
		s.restartRegions(c)
		if s.flow.loose && s.random.IntN(2) == 0 {
			c.Checkpointing.Mode, c.Checkpointing.Unaligned = config.AtLeastOnce, false
		}
		if t.endless != "" {
			// It ends with a checkpoint, so one must be possible within the time.
			c.Checkpointing.Timeout = max(c.Checkpointing.Timeout, 15*time.Millisecond)
		}
	}
	return s
}

// trip draws how often operators fail, if they do in the topology. Each time may end a run.
func (s *schedule) trip() {
	if !s.flow.trips {
		return
	}
	f := s.flow.faults
	f.Every = 1 + s.random.Int64N(30)
	f.Map.Store(s.random.Int64N(4))
	f.Snapshot.Store(s.random.Int64N(2))
	f.Open.Store(s.random.Int64N(2))
	f.Close.Store(s.random.Int64N(2))
	for range f.Map.Load() + f.Snapshot.Load() + f.Open.Load() {
		s.fates = append(s.fates, fate{})
	}
	for i := range s.fates {
		if f := &s.fates[i]; !f.hasty && s.random.IntN(3) == 0 {
			f.slowPublish, f.savepoints = 150, 0 // a checkpoint is on its way while a region closes; savepoints would pile up
		}
	}
}

// restartRegions draws whether a region is restarted by itself when an operator of it fails, and when.
func (s *schedule) restartRegions(c *config.Config) {
	if !s.flow.trips {
		return
	}
	if s.random.IntN(8) == 0 {
		c.Failover = config.FullFailover
	}
	c.Checkpointing.MaxConcurrent = 1 // there is a loop
	// A stop is asked for again and again: it must be possible for up to 24 subtasks within the time.
	c.Checkpointing.Timeout = max(c.Checkpointing.Timeout, 20*time.Millisecond)
	c.Restart.Strategy = config.FixedDelayStrategy
	c.Restart.FixedDelay = config.FixedDelay{Attempts: s.random.IntN(8), Delay: time.Duration(s.random.IntN(int(4 * time.Millisecond)))}
}

// newWindowSchedule draws a story of a topology with windows, every run of which counts exactly once. Barriers may overtake. No run
// is drained, which would tell windows that are not full, and there are checkpoints up to the end, for which laggards wait.
func newWindowSchedule(seed uint64, t *topology, parallelism int) *schedule {
	s := newFlowSchedule(seed, t)
	s.parallelism, s.unaligned, s.flow.loose, s.fixed = parallelism, true, false, steady
	for i := range s.fates {
		s.fates[i].drain = false
	}
	return s
}

// flowJob makes the job of a run.
func (s *schedule) flowJob(p *process, fs vfs.FS) runtime.Job {
	p.failures = s.flow.faults.Failed.Load()
	sources := map[string]*items{}
	for _, name := range s.flow.names() {
		sources[name] = &items{
			name: name, lengths: s.flow.sources[name], endless: name == s.flow.endless, random: s.random, most: 1 << s.random.IntN(4),
			idle:  func() { p.idle = true },
			waits: func(d time.Duration) { s.figures.sourceWaits = max(s.figures.sourceWaits, d) },
		}
		if s.flow.windows != nil {
			sources[name].disordered, sources[name].held = true, s.flow.holds
		}
		if s.scenario != nil {
			sources[name].keys = s.scenario.keys
			sources[name].most = max(sources[name].most, s.scenario.pace/8)
			sources[name].reads = s.flow.faults.Reads
			sources[name].allowed = func(length int) int { return s.scenario.allowed(s.history, length) }
			sources[name].opened = func() { s.history.opens(name) }
		}
	}
	others := s.flow.faults
	if s.scenario != nil {
		others = nil
	}
	newEar := func() topologies.Ear { return &ear{hearer: p.hearer()} }
	if s.scenario != nil {
		newEar = func() topologies.Ear { return s.history.newEar() }
		s.history.begin(s.runs)
	}
	var lines runtime.Sink[topologies.Line] = file.JSONL[topologies.Line](s.out).On(fs)
	if s.scenario != nil && s.scenario.throttle > 0 {
		lines = throttled(lines, func() { p.Block(s.scenario.throttle) })
	}
	job := s.flow.make(parts{
		source:  func(name string) runtime.Source[topologies.Item] { return sources[name] },
		lines:   lines,
		windows: file.JSONL[topologies.Window](s.out).On(fs),
		faults:  s.flow.faults,
		others:  others,
		ear:     newEar,
		calls:   1 + s.random.IntN(6),
	}).StreamgenJob()
	s.flow.job = job.Name()
	return job
}

// ear is a hearer as a topology wants it.
type ear struct {
	*hearer
	life life
}

func (e *ear) Called(method string) {
	if err := e.life.next(method); err != nil {
		e.process.story.violated("%w", err)
	}
}

func (e *ear) Complete(checkpoint int64) {
	e.Called("CheckpointComplete")
	e.complete(checkpoint)
}

func (e *ear) Aborted(checkpoint int64) {
	e.Called("CheckpointAborted")
	e.abort(checkpoint)
}

// stoppedWhenIdle judges the run of a topology without end that was stopped: the story is over when all that there is has come out. A source that has an
// end may not have come to it, so there may be one more run.
func (s *schedule) stoppedWhenIdle() (last bool, err error) {
	s.figures.stopped++
	if err := s.audit(soFar); err != nil {
		return false, err
	}
	if err := s.audit(whole); err != nil {
		const most = 20
		if len(s.fates) > most {
			return false, err
		}
		s.fates = append(s.fates, fate{})
		return false, nil
	}
	return true, nil
}

// crashSchedule is a story of a topology of which a run dies as f says.
func crashSchedule(seed uint64, t *topology, inline int, f fate) *schedule {
	s := &schedule{
		random: rand.New(rand.NewPCG(seed, 1)), disk: vfs.NewMem(), folder: "/checkpoints/job", out: "/out", parallelism: 2,
		corpus: shortText, retained: 1, retention: config.RetainOnCancellation, fates: []fate{f}, flow: newFlow(t, nil),
	}
	if t.trips {
		s.flow.faults.Every = 9
		s.flow.faults.Map.Store(2)
		s.fates = append(s.fates, fate{}, fate{}) // each may end a run
	}
	s.fixed = func(c *config.Config) {
		c.Restart.Strategy = config.FixedDelayStrategy
		c.Restart.FixedDelay = config.FixedDelay{Attempts: 100, Delay: time.Millisecond}
		k := &c.Checkpointing
		k.Interval, k.InlineThreshold, k.MaxConcurrent = time.Millisecond, inline, 1
		k.IntervalDuringBacklog, k.AfterTasksFinish = config.SameInterval, true
		k.Unaligned = inline == 0
		c.PauseSources = false
	}
	return s
}
