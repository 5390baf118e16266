package core_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/core"
)

// fate is what is to become of a run.
type fate struct {
	// It dies before or after an operation of the disk, or before a step; 0: not so. With the power every other process dies too, and what
	// was not synced is lost; without, as by kill -9, the disk stays as it is.
	op, step int
	after    bool
	power    bool
	// At a step it is overtaken: from then on the next run is stepped too.
	overtaken int
	// From a step on it is asked to stop with a savepoint, or to cancel.
	stop, cancel int
	// drain says that the stop ends the input first.
	drain bool
	// savepoints is the mean number of steps between two of them, 0 for none.
	savepoints int
	// faulty says that the disk reports errors, hasty that checkpoints time out early.
	faulty, hasty bool
	// slowPublish is how many times as long as otherwise it takes to publish a manifest, 0 for once.
	slowPublish int
	// lateCalls is how many calls there are for each that takes too long, 0 for none.
	lateCalls int
}

// process is a run of the job on the disk.
type process struct {
	*core.Simulation
	story *schedule
	fate  fate
	ops   int // of the disk
	files heedful
	dead  bool
	// What has become of checkpoints, and who was told of it.
	published, failed, committed map[int64]bool
	hearers                      []*hearer
	// pauses says that sources wait for the first checkpoint after a restore, and that there will be one.
	pauses bool
	// mustPause says that its sources must not read until a checkpoint is published.
	mustPause bool
	// failures is how many failures of operators there were when it began.
	failures int64
	// idle says that a source without end has nothing more to give.
	idle bool
	// planning says that it only says what it would do.
	planning bool
	// cancels says that it was asked to cancel, stops that it was asked to stop.
	cancels, stops bool
}

// scratches is where a simulation has files without a name.
const scratches = "/tmp/"

var errDead = errors.New("the process is dead")

// before stands before every operation of the process on the disk.
func (p *process) before(op vfs.Op, name string) error {
	s := p.story
	if p.dead {
		return errDead
	}
	if p.planning {
		if op.Changes() {
			s.violated("a plan changes the disk: %v %s", op, name)
		}
		return nil
	}
	if strings.HasPrefix(name, backups) {
		return p.beside(op, name)
	}
	s.ops++
	p.ops++
	if op.Changes() {
		s.changes = append(s.changes, s.ops)
	}
	if op == vfs.OpWrite && strings.HasPrefix(name, scratches) {
		s.figures.spills++
		s.figures.spilling = 1
	}
	s.tracef("  %v %s", op, name)
	if p.ops == p.fate.op {
		s.tracef("dies at operation %d, after it: %v", p.ops, p.fate.after)
		p.dead = true
		if p.fate.after {
			return vfs.After(errDead)
		}
		return errDead
	}
	// One that was overtaken may go on between any two operations of its successor: at its start too, which is one step.
	if len(s.zombies) > 0 && !s.zombieSteps && s.random.IntN(4) == 0 {
		s.stepZombie()
	}
	if s.disturb != nil {
		if err := s.disturb(op, name); err != nil {
			s.tracef("%v at operation %d: %v %s", err, p.ops, op, name)
			return err
		}
	}
	if !p.fate.faulty || s.random.IntN(60) > 0 {
		return nil
	}
	return p.fault(op, name)
}

// fault draws an error of the disk.
func (p *process) fault(op vfs.Op, name string) error {
	s := p.story
	kinds := []string{"error before it took effect", "error after it took effect", "no space", "short write"}
	n := 1
	switch {
	case op == vfs.OpWrite:
		n = 4
	case op.Changes():
		n = 3
	}
	k := s.random.IntN(n)
	s.figures.faults[k]++
	s.tracef("%s at operation %d: %v %s", kinds[k], p.ops, op, name)
	return [...]error{syscall.EIO, vfs.After(syscall.EIO), syscall.ENOSPC, vfs.Short(s.random.IntN(20), syscall.ENOSPC)}[k]
}

// start starts a run.
func (s *schedule) start(f fate) (*process, error) {
	if s.lists || s.timed != nil {
		f.drain = false // their audits expect that all has been read when the last watermark and Finish come
	}
	p := &process{story: s, fate: f, published: map[int64]bool{}, failed: map[int64]bool{}, committed: map[int64]bool{}}
	p.files = heedful{vfs.Inject(s.disk, p.before), map[string]int{}}
	var fs vfs.FS = p.files
	if s.scenario != nil {
		fs = noting{fs, s.history}
	}
	c := s.config(f)
	s.tracef("run %d: %+v, parallelism %d, interval %v, %d at a time", s.runs, f, c.Parallelism, c.Checkpointing.Interval, c.Checkpointing.MaxConcurrent)
	source := &texts{corpus: s.corpus, random: s.random, most: 1 << s.random.IntN(4), backlogs: s.random.IntN(3) == 0}
	if s.slow {
		source.most = 1
	}
	source.reading = func() {
		if p.mustPause {
			s.violated("a source reads before the first checkpoint after a restore is complete")
		}
	}
	p.pauses = c.PauseSources && c.Checkpointing.AfterTasksFinish && !source.backlogs
	sink := file.JSONL[wordcount.Total](s.out).On(fs)
	if s.rebuilds && !s.kept {
		s.relayed = s.random.IntN(2) == 0
	}
	var job runtime.Job
	switch {
	case s.flow != nil:
		job = s.flowJob(p, fs)
	case s.calling != nil:
		pipeline := *s.calling
		pipeline.lines, pipeline.totals = source, sink
		if pipeline.options.Capacity == 0 {
			pipeline.options.Capacity = 1 + s.random.IntN(6)
		}
		job = pipeline.StreamgenJob()
	case s.looping != nil:
		job = s.loop(source, sink, &c)
	case s.lists:
		job = s.list(source, sink)
	case s.timed != nil:
		job = s.timedJob(fs)
	case s.relayed:
		pipeline := &relayed{lines: source, totals: sink, cycle: int64(s.cycle), hearer: p.hearer, apart: s.apart}
		if s.changing {
			pipeline.codec = countCodec(s.random.IntN(countForms))
			s.tracef("the state is %s", pipeline.codec.Schema())
		}
		job = pipeline.StreamgenJob()
	default:
		job = (&wordcount.WordCount{Lines: source, Totals: sink}).StreamgenJob()
	}
	alone := len(s.zombies) == 0
	planned, err := p.plan(job, c, fs)
	if err != nil {
		return p, err
	}
	p.Simulation, err = core.Simulate(job, c, fs, s.folder, s.random, p.event)
	asPlanned := planned.Finished == core.IsFinished(err) && (planned.Finished || planned.OK() == (err == nil))
	if !asPlanned && alone && !f.faulty && !p.dead {
		s.violated("the start ends with %v, but what was planned is:\n%s", err, planned.Text())
	}
	if err != nil {
		s.tracef("start: %v", err)
		return p, err
	}
	p.LateCalls, p.SlowPublish = f.lateCalls, f.slowPublish
	if s.runs%2 == 1 {
		p.Hurries = 8
	}
	if s.timed != nil {
		p.Pass(s.timed.passed)
	}
	return p, nil
}

// plan says what a start would do. It must not change anything, and the start must do so.
func (p *process) plan(job runtime.Job, c config.Config, fs vfs.FS) (*plan.Plan, error) {
	p.planning = true
	defer func() { p.planning = false }()
	k := &c.Checkpointing
	k.Storage, k.Dir, k.CreateSubdir = config.FileSystem, p.story.folder, false
	return job.Plan(context.Background(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: fs})
}

// config draws what a run is configured with.
func (s *schedule) config(f fate) config.Config {
	c := config.Default()
	c.Parallelism = s.parallelism
	if c.Parallelism == 0 {
		c.Parallelism = 1 + s.random.IntN(3)
	}
	c.MaxParallelism = s.drawGroups()
	c.Recovery.Path = s.savepoint
	if s.claims {
		c.Recovery.ClaimMode = config.Claim
	}
	k := &c.Checkpointing
	k.Mode = s.mode
	k.Incremental = s.incremental && !(s.wavers && s.random.IntN(2) == 0)
	// From 1 to 10 ms, the shorter the likelier; a step takes 0.1 ms.
	k.Interval = time.Millisecond + time.Duration(s.random.IntN(1+s.random.IntN(int(9*time.Millisecond))))
	k.IntervalDuringBacklog = []time.Duration{config.SameInterval, 0, 2 * k.Interval}[s.random.IntN(3)]
	k.AfterTasksFinish = s.random.IntN(4) > 0
	c.PauseSources = s.random.IntN(4) == 0
	k.MaxConcurrent = 1 + s.random.IntN(3)
	k.Timeout = time.Second
	k.TolerableFailures = s.random.IntN(3)
	if f.hasty {
		k.Timeout, k.TolerableFailures = time.Duration(1+s.random.IntN(6))*time.Millisecond, 100
	}
	k.NumRetained = s.retained
	k.Retention = s.retention
	k.InlineThreshold = s.random.IntN(2) * 1000
	if s.random.IntN(2) == 0 {
		k.Compression = config.NoCompression
	}
	if s.unaligned && s.random.IntN(4) > 0 {
		k.Mode, k.Unaligned, k.MaxConcurrent = config.ExactlyOnce, true, 1
		k.AlignedTimeout = time.Duration(s.random.IntN(3)) * time.Millisecond
	}
	s.drawBackups(&c)
	if s.fixed != nil {
		s.fixed(&c)
	}
	return c
}

// steady has periodic checkpoints from the start to the end, whatever is drawn.
func steady(c *config.Config) {
	c.PauseSources = false
	c.Checkpointing.IntervalDuringBacklog, c.Checkpointing.AfterTasksFinish = config.SameInterval, true
}

// event hears what a run says of itself.
func (p *process) event(e runtime.Event) {
	s := p.story
	s.tracef("%s %d %v %v", e.Kind, e.Checkpoint, e.Tasks, e.Err)
	if s.scenario != nil {
		p.ends(e.Kind, s.history.heard(e))
	}
	if s.flow != nil && s.flow.windows != nil && (e.Kind == runtime.EventRestoring || e.Kind == runtime.EventCommitted) {
		s.flow.look(s.disk, s.out)
	}
	switch e.Kind {
	case runtime.EventRestoring:
		if e.Tasks != nil {
			s.figures.regions++
			break
		}
		p.mustPause = p.pauses && e.Checkpoint > 0
	case runtime.EventCommitted:
		p.committed[e.Checkpoint] = true
		s.loseSavepoint()
	case runtime.EventPublished:
		p.mustPause, p.published[e.Checkpoint] = false, true
		s.figures.checkpoints++
	case runtime.EventCheckpointFailed:
		s.figures.failed++
		p.failed[e.Checkpoint] = true
		// That of a savepoint's folder is in doubt by itself.
		inDoubt := errors.Is(e.Err, chain.ErrAmbiguous) && !strings.Contains(e.Err.Error(), "savepoint of checkpoint")
		if errors.Is(e.Err, chain.ErrFenced) || inDoubt {
			s.violated("a run goes on although its chain has ended: %v", e.Err)
		}
	}
}

// ask sends a request, whose answer must come once.
func (p *process) ask(kind runtime.RequestKind, answered func(path string)) {
	answers := 0
	p.story.tracef("asked: %v", kind)
	p.Request(runtime.Request{Kind: kind, Reply: func(path string, err error) {
		p.story.tracef("answer to %v: %s %v", kind, path, err)
		if answers++; answers > 1 {
			p.story.violated("a request was answered twice")
		}
		if err == nil && answered != nil {
			answered(path)
		}
	}})
}

// drive steps a run until it has ended, died or been overtaken. It reports whether it was overtaken.
func (p *process) drive() (bool, error) {
	s, f := p.story, p.fate
	for !p.dead && s.violation == nil {
		n := p.Steps + 1
		switch {
		case n == f.step:
			s.tracef("dies at step %d", n)
			p.dead = true
			return false, nil
		case n == f.overtaken:
			s.tracef("overtaken at step %d", n)
			return true, nil
		case f.stop > 0 && n >= f.stop && (n-f.stop)%30 == 0, p.idle && n%30 == 0:
			p.stops = true
			kind := runtime.RequestStop
			if f.drain {
				kind = runtime.RequestDrain
			}
			p.ask(kind, nil)
		case f.cancel > 0 && n == f.cancel:
			p.cancels = true
			p.ask(runtime.RequestCancel, nil)
		case f.savepoints > 0 && s.random.IntN(f.savepoints) == 0:
			p.ask(runtime.RequestSavepoint, func(path string) {
				s.isWhole(path)
				// The savepoint of a runner that was overtaken may stand behind transactions that its successor has aborted.
				if !slices.Contains(s.zombies, p) {
					s.hasSavepoint(path)
				}
			})
		}
		for len(s.zombies) > 0 && s.random.IntN(3) == 0 {
			s.stepZombie()
		}
		goesOn := p.Step()
		if s.timed != nil {
			s.timed.passed = p.Elapsed()
		}
		if !goesOn {
			if left := p.files.names(); len(left) > 0 && !p.dead {
				s.violated("a run has ended and left files open: %v", left)
			}
			return false, nil
		}
		if p.Steps > 100_000 {
			return false, fmt.Errorf("run %d goes on for ever", s.runs)
		}
	}
	return false, nil
}

// stepZombie steps one of those that were overtaken.
func (s *schedule) stepZombie() {
	s.zombieSteps = true
	defer func() { s.zombieSteps = false }()
	i := s.random.IntN(len(s.zombies))
	z := s.zombies[i]
	goesOn := z.Step()
	if goesOn && !z.dead {
		return
	}
	s.zombies = append(s.zombies[:i:i], s.zombies[i+1:]...)
	if goesOn {
		return
	}
	outcome, err, stuck := z.Outcome()
	s.tracef("the one that was overtaken ended: %v %v %v", outcome, err, stuck)
	switch {
	case stuck:
		s.violated("a run that was overtaken is stuck")
	case err != nil && !z.mayFail() && !errors.Is(err, chain.ErrFenced):
		s.violated("a run that was overtaken failed otherwise: %w", err)
	}
}

// mayFail says whether a failure of the run has a cause.
func (p *process) mayFail() bool {
	tripped := p.story.flow != nil && p.story.flow.faults.Failed.Load() > p.failures
	return p.fate.faulty || p.fate.hasty || p.fate.lateCalls > 0 || p.dead || tripped || p.story.disturb != nil
}
