package core_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/core"
)

// A schedule is one story of a word count, told by a seed: runs of the job that die, lose power, meet errors of the disk, are stopped,
// cancelled or overtaken by the next, until one comes to the end. What has been committed is audited after each of them.
type schedule struct {
	random      *rand.Rand
	disk        *vfs.Mem
	folder, out string
	savepoint   string // that the job begins with
	claims      bool   // it owns that
	corpus      *corpus
	slow        bool // a line of it is read at a time
	relayed     bool
	backs       bool        // runs may keep second copies of snapshots
	rebuilds    bool        // each run may be relayed or not
	kept        bool        // but is as the one before, from now on
	apart       parted      // how far relayed parts what WordCount chains
	timed       *timedStory // nil if it is no story of timers
	calling     *calling    // the pipeline, but for its source and sink, if it is one with calls
	looping     *looping    // the pipeline, but for its source and sink, if it is one with loops
	lists       bool        // the pipeline is the one that keeps lists
	flow        *flow       // the topology that it is told of, if it is one of the list
	unaligned   bool        // most runs have barriers that overtake, at once or later
	// changing says that each run is another program, whose state has another form.
	changing bool
	// incremental lets checkpoints hold only what changed, of few key groups, so that there is something in each.
	incremental bool
	// wavers says that only some of the runs do that.
	wavers bool
	// cycle is the total at which a word is forgotten and counted from 1 again, 0 if none is: of the relayed pipeline.
	cycle int
	// parallelism of each run; 0 draws one from 1 to 3 at every start.
	parallelism int
	// raises says that a run may have more key groups than the one before, groups is how many the last one had.
	raises    bool
	groups    int
	mode      config.Mode
	retained  int
	retention config.Retention
	// fates are those of the first runs; when they are over, one comes to the end undisturbed.
	fates []fate
	// fixed overrides what is drawn for the configuration.
	fixed func(*config.Config)
	// scenario is what is told, nil if the story is drawn, with its history and what it has the disk do.
	scenario *scenario
	history  *history
	disturb  func(vfs.Op, string) error
	// hasSavepoint hears of each savepoint that was asked for.
	hasSavepoint func(path string)

	runs        int
	ops         int   // of the disk, over all runs
	changes     []int // those that change what a crash leaves
	steps       int   // of the last run that ended by itself
	outputs     int   // how many folders there were
	zombies     []*process
	zombieSteps bool // a zombie is being stepped
	// emptied says that checkpoints may have been deleted by a cancel: then the output of the job is refused by the next start.
	emptied bool
	// drained says that a run was stopped with drain: no other goes on from there.
	drained   bool
	violation error
	figures   figures
	trace     *strings.Builder // nil: not kept
}

// newSchedule draws everything that stays the same in a story.
func newSchedule(seed uint64, parallelism int) *schedule {
	random := rand.New(rand.NewPCG(seed, 0))
	s := &schedule{random: random, disk: vfs.NewMem(), folder: "/checkpoints/WordCount", out: "/out", parallelism: parallelism}
	s.corpus = drawCorpus(random)
	s.relayed = random.IntN(4) == 0
	s.retained = 1 + random.IntN(3)
	s.retention = config.RetainOnCancellation
	if random.IntN(4) == 0 {
		s.retention = config.DeleteOnCancellation
	}
	for range 1 + random.IntN(4) {
		s.fates = append(s.fates, s.drawFate())
	}
	s.incremental = random.IntN(2) == 0
	return s
}

func (s *schedule) drawFate() fate {
	r := s.random
	f := fate{after: r.IntN(2) == 0, power: r.IntN(2) == 0, faulty: r.IntN(4) == 0, hasty: r.IntN(8) == 0}
	if r.IntN(3) == 0 {
		f.savepoints = 20 + r.IntN(100)
	}
	switch r.IntN(13) {
	case 0: // comes to the end, or fails by itself
	case 1:
		f.op = 1 + r.IntN(30) // about as many as a start has
	case 2, 3, 4, 5:
		f.op = 1 + r.IntN(150)
	case 6, 7:
		f.step = 1 + r.IntN(250)
	case 8, 9:
		f.overtaken = 1 + r.IntN(200)
	case 10:
		f.stop = 1 + r.IntN(150)
	case 11:
		f.cancel = 1 + r.IntN(200)
	case 12: // and may die amid it
		f.stop, f.drain = 1+r.IntN(150), true
		if r.IntN(2) == 0 {
			f.op = 20 + r.IntN(150)
		}
	}
	return f
}

func (s *schedule) tracef(format string, values ...any) {
	if s.trace != nil {
		fmt.Fprintf(s.trace, format+"\n", values...)
	}
}

// violated notes a violation that is found in the middle of a run.
func (s *schedule) violated(format string, values ...any) {
	if s.violation == nil {
		s.violation = fmt.Errorf(format, values...)
		s.tracef("violation: %v", s.violation)
	}
}

// tell tells the story. Its error is a violation.
func (s *schedule) tell() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("run %d panics: %v\n%s", s.runs, r, debug.Stack())
		}
	}()
	if s.hasSavepoint == nil {
		s.hasSavepoint = func(string) { s.figures.savepoints++ }
	}
	s.figures.schedules++
	for s.runs = 1; ; s.runs++ {
		f := fate{}
		if s.runs <= len(s.fates) {
			f = s.fates[s.runs-1]
		}
		ended, err := s.run(f)
		if err == nil {
			err = s.violation
		}
		if err == nil && s.scenario != nil {
			err = s.scenarioGoesOn(ended)
		}
		if err != nil || ended {
			s.figures.runs += s.runs
			return err
		}
		if s.runs > len(s.fates)+1 {
			return errors.New("an undisturbed run does not come to the end")
		}
	}
}

// run is one run of the job. It reports whether it was the last.
func (s *schedule) run(f fate) (ended bool, err error) {
	undisturbed := len(s.zombies) == 0
	p, err := s.start(f)
	switch {
	case p.dead:
	case core.IsFinished(err):
		return true, s.audit(whole)
	case core.IsDrained(err):
		return true, s.auditDrained()
	case err == nil && s.drained:
		return false, errors.New("a run goes on from a stop with drain")
	case err != nil && s.emptied && strings.Contains(err.Error(), "there is no checkpoint to go on from"):
		return false, s.beginAnew()
	case err != nil && s.rebuilds && !s.kept && strings.Contains(err.Error(), "had come to the end of its input, but now it reads from"),
		err != nil && s.rebuilds && !s.kept && strings.Contains(err.Error(), "had not, but now they run in one task"):
		return false, s.keepTopology()
	case err != nil && !p.mayFail():
		return false, fmt.Errorf("run %d does not start: %w", s.runs, err)
	case err != nil:
		return false, s.audit(soFar)
	}
	if err == nil {
		overtaken, err := p.drive()
		if err != nil || s.violation != nil {
			return false, err
		}
		if overtaken {
			s.figures.overtaken++
			s.zombies = append(s.zombies, p)
			return false, s.audit(soFar)
		}
	}
	if p.dead {
		s.dies(p)
		return false, s.audit(soFar)
	}
	return s.ended(p, undisturbed && len(s.zombies) == 0 && !f.faulty)
}

// dies takes a process, or all of them, out of the story.
func (s *schedule) dies(p *process) {
	if !p.fate.power {
		s.figures.killed++
		return
	}
	s.figures.powerless++
	s.zombies = nil
	s.disk = s.disk.Crash(s.random)
}

// ended judges a run that ended by itself. Clean says that nothing may be left of it.
func (s *schedule) ended(p *process, clean bool) (last bool, err error) {
	outcome, err, stuck := p.Outcome()
	s.steps = p.Steps
	s.tracef("ended: %v %v %v after %d steps", outcome, err, stuck, p.Steps)
	if s.scenario != nil && err != nil {
		s.history.heard(runtime.Event{Kind: runtime.EventFailed, Err: err})
	}
	if err == nil && !stuck {
		if err := p.auditHearers(); err != nil {
			return false, err
		}
	}
	finished := false
	switch {
	case stuck:
		return false, fmt.Errorf("run %d is stuck", s.runs)
	case err != nil && !p.mayFail():
		return false, fmt.Errorf("run %d failed: %w", s.runs, err)
	case err == nil && outcome == runtime.Stopped && !p.fate.drain && s.flow != nil && s.flow.endless != "":
		return s.stoppedWhenIdle()
	case err != nil:
		return false, s.audit(soFar)
	case outcome == runtime.Finished:
		finished = true
	case outcome == runtime.Stopped && p.stops:
		s.figures.stopped++
		s.drained = s.drained || p.fate.drain
	case outcome == runtime.Cancelled && p.cancels:
		s.figures.cancelled++
		s.emptied = s.emptied || s.retention != config.RetainOnCancellation
		clean = false // what was not committed is left to the next start
	default:
		return false, fmt.Errorf("run %d ended in a way that nobody asked for: %v", s.runs, outcome)
	}
	if clean {
		if err := s.auditLeftovers(); err != nil {
			return false, err
		}
	}
	if finished {
		return true, s.audit(whole)
	}
	return false, s.audit(soFar)
}

// beginAnew is what a user does whose checkpoints are deleted: the next run has an output of its own, and all is counted again. Runners of
// before do not know.
func (s *schedule) beginAnew() error {
	if err := s.audit(soFar); err != nil {
		return err
	}
	s.outputs++
	s.out = fmt.Sprintf("/out%d", s.outputs)
	s.tracef("the output is %s now", s.out)
	s.fates = append(s.fates, fate{}) // the one that was refused does not count
	return nil
}
