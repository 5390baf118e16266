package core

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/internal/restart"
)

// Simulation is the other driver: it runs a job on one thread, each step chosen by a seeded generator, with a clock of its own. The same
// seed gives the same run. It stands for one process: a crash is to step it no more.
type Simulation struct {
	random_ *rand.Rand
	clock   time.Duration
	timers  []simulatedTimer
	lanes   []*simulatedLane
	calls   []*simulatedCall
	actors  []*simulatedActor
	steps   *simulatedActor // whose step this is
	run     *attempt
	ended   bool
	// Steps counts the steps taken.
	Steps int
	// SlowPublish is how many times as long as otherwise it takes to publish a manifest; 0: once.
	SlowPublish int
	// LateCalls says that one call of an Async method in so many does not return before its time is over, if nobody ends its context; 0: none.
	LateCalls int
	// Hurries says that one step of a subtask in so many ends behind one record, as if something had come that is not to wait; 0: none.
	Hurries int
}

type simulatedTimer struct {
	at time.Duration
	f  func()
}

type simulatedLane struct{ queue []func() }

func (l *simulatedLane) run(f func()) { l.queue = append(l.queue, f) }

type simulatedActor struct {
	actor
	idle    bool
	blocked bool
}

// Simulate starts a job: the start sequence is taken as one step. Its error is that of the start. A region
// that fails is restarted, the whole job is not.
func Simulate(job runtime.Job, c config.Config, fs vfs.FS, folder string, random *rand.Rand, onEvent func(runtime.Event)) (*Simulation, error) {
	s := &Simulation{random_: random}
	j := job.(*Job)
	c.Checkpointing.Storage = config.FileSystem // fs stands for one
	if len(c.TempDirs) == 0 {
		c.TempDirs = []string{"/tmp"}
	}
	if err := j.resolve(c); err != nil {
		return nil, err
	}
	env := &environment{driver: s, config: c, logger: slog.New(slog.DiscardHandler), onEvent: onEvent, files: fs,
		restarts: restart.New(c.Restart, c.Checkpointing.Interval > 0, s.random)}
	run, err := begin(context.Background(), j, env, fs, folder, true)
	if err != nil {
		return nil, err
	}
	s.run = run
	s.drive(run.actors()...)
	return s, nil
}

func (s *Simulation) drive(actors ...actor) {
	for _, a := range actors {
		one := &simulatedActor{actor: a}
		a.box().wake = func() { one.idle = false }
		if t, ok := a.(*subtask); ok {
			t.hurries = func() bool { return s.Hurries > 0 && s.random_.IntN(s.Hurries) == 0 }
		}
		s.actors = append(s.actors, one)
	}
}

// IsFinished reports whether err is that of a job that had finished before.
func IsFinished(err error) bool { return err == errFinished }

// IsDrained reports whether err is that of a job that was stopped with drain before.
func IsDrained(err error) bool { return errors.Is(err, errDrained) }

// Request asks something of the job.
func (s *Simulation) Request(r runtime.Request) { s.run.master.mailbox.send(r) }

// Step takes one step: of a subtask, of the master, of a lane, or of the clock. It returns false when the job has ended.
func (s *Simulation) Step() bool {
	if s.ended {
		return false
	}
	s.Steps++
	s.clock += time.Duration(s.random_.IntN(int(200 * time.Microsecond)))
	s.fire()

	ready := make([]int, 0, 16) // actors from 0 up and behind them calls, lanes from -1 down
	for i, a := range s.actors {
		if !a.idle && !a.blocked {
			ready = append(ready, i)
		}
	}
	for i, c := range s.calls {
		if c.mayReturn() {
			ready = append(ready, len(s.actors)+i)
		}
	}
	for i, l := range s.lanes {
		if len(l.queue) > 0 {
			ready = append(ready, -1-i)
		}
	}
	if len(ready) == 0 {
		if len(s.timers) == 0 {
			s.ended = true
			return false
		}
		s.clock = max(s.clock, s.timers[0].at)
		s.fire()
		return true
	}
	switch i := ready[s.random_.IntN(len(ready))]; {
	case i >= len(s.actors):
		s.perform(i - len(s.actors))
	case i >= 0:
		s.step(s.actors[i])
	case s.SlowPublish > 0 && s.lanes[-1-i] == s.run.master.lane && s.random_.IntN(s.SlowPublish) > 0:
	default:
		l := s.lanes[-1-i]
		f := l.queue[0]
		l.queue = l.queue[1:]
		f()
	}
	return true
}

func (s *Simulation) step(a *simulatedActor) {
	s.steps = a
	defer func() { s.steps = nil }()
	switch a.step() {
	case ended:
		a.idle = true
	case idle:
		a.idle = !a.box().waiting.Load()
	case busy:
	}
}

// Block is for code of the job that is called in a step, of a sink for example: what it does takes so long, in which its subtask takes no other step. Off the
// record path it does nothing.
func (s *Simulation) Block(d time.Duration) {
	if a := s.steps; a != nil && !a.blocked {
		a.blocked = true
		s.after(d, func() { a.blocked = false })
	}
}

// Pass lets time pass without a step: a process begins later than the one before it.
func (s *Simulation) Pass(d time.Duration) {
	s.clock += d
	s.fire()
}

// Elapsed is the time of the simulated clock.
func (s *Simulation) Elapsed() time.Duration { return s.clock }

// fire runs the timers that are due.
func (s *Simulation) fire() {
	for len(s.timers) > 0 && s.timers[0].at <= s.clock {
		f := s.timers[0].f
		s.timers = s.timers[1:]
		f()
	}
}

// Outcome is how the job ended, once Step has returned false. A job of which nothing is left to do, yet that did not end, is stuck.
func (s *Simulation) Outcome() (outcome runtime.Outcome, err error, stuck bool) {
	m := s.run.master
	return m.outcome, m.err, !m.ending || m.open > 0
}

func (s *Simulation) now() time.Duration { return s.clock }
func (s *Simulation) wall() time.Time    { return time.Unix(1_700_000_000, 0).Add(s.clock).UTC() }
func (s *Simulation) random() float64    { return s.random_.Float64() }

func (s *Simulation) newLane() lane {
	l := &simulatedLane{}
	s.lanes = append(s.lanes, l)
	return l
}

func (s *Simulation) after(d time.Duration, f func()) func() {
	stopped := false
	t := simulatedTimer{s.clock + d, func() {
		if !stopped {
			f()
		}
	}}
	i, _ := slices.BinarySearchFunc(s.timers, t, func(a, b simulatedTimer) int {
		if a.at <= b.at {
			return -1
		}
		return 1
	})
	s.timers = slices.Insert(s.timers, i, t)
	return func() { stopped = true }
}
