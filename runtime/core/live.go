package core

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/internal/restart"
)

// runLive runs a job with a goroutine per subtask, again after each failure as the restart strategy says.
func runLive(ctx context.Context, j *Job, outer runtime.Environment) (runtime.Outcome, error) {
	if err := j.resolve(outer.Config); err != nil {
		return 0, err
	}
	clock := &liveClock{start: time.Now()}
	if outer.FS == nil {
		outer.FS = vfs.OS()
	}
	if err := spellOutClaim(&outer.Config.Recovery); err != nil {
		return 0, err
	}
	if len(outer.Config.TempDirs) == 0 {
		outer.Config.TempDirs = []string{os.TempDir()}
	}
	if k := &outer.Config.Checkpointing; len(k.LocalBackupDirs) == 0 {
		k.LocalBackupDirs = outer.Config.TempDirs
	}
	env := environment{driver: clock, config: outer.Config, logger: outer.Logger, onEvent: outer.OnEvent, files: outer.FS}
	fs, folder := storageOf(outer, j.name)
	c := outer.Config
	env.restarts = restart.New(c.Restart, c.Checkpointing.Interval > 0, clock.random)
	for first := true; ; first = false {
		outcome, err := runAttempt(ctx, j, env, fs, folder, first, outer.Requests)
		if err == nil || ctx.Err() != nil {
			return outcome, err
		}
		env.event(runtime.Event{Kind: runtime.EventFailed, Err: err})
		var cannotStart *startError
		stuck, isStuck := errors.AsType[*StuckError](err)
		var delay time.Duration
		var again bool
		if asked, ok := errors.AsType[*askedFailure](err); ok {
			delay, again = max(asked.due-clock.now(), 0), asked.again
		} else {
			delay, again = env.restarts.Failure(clock.now())
		}
		switch {
		case isStuck && stuck.LeftBehind, errors.As(err, &cannotStart), errors.Is(err, chain.ErrFenced), first && errors.Is(err, errBegin):
			return 0, err
		case !again:
			if j.current.Load() != nil && c.Checkpointing.Retention == config.NoExternalizedCheckpoints {
				j.deleteCheckpoints(env.logger)
			}
			return 0, err
		}
		if taken := j.chain.Load(); taken != nil {
			if fenced := taken.Check(); errors.Is(fenced, chain.ErrFenced) {
				return 0, fenced
			}
		}
		env.event(runtime.Event{Kind: runtime.EventRestarting, Delay: delay})
		if outcome, stopped, err := waitToRestart(ctx, delay, outer.Requests); err != nil || outcome != runtime.Finished {
			if j.current.Load() != nil && !stopped && deletes(c.Checkpointing.Retention, outcome, nil) {
				j.deleteCheckpoints(env.logger)
			}
			return outcome, err
		}
	}
}

// spellOutClaim makes the path of a savepoint that is to be claimed a whole one: whoever deletes it may be a process that was started elsewhere.
func spellOutClaim(r *config.Recovery) error {
	if r.ClaimMode != config.Claim || r.Path == "" || r.Path == config.LatestCheckpoint {
		return nil
	}
	path, err := filepath.Abs(r.Path)
	if err != nil {
		return fmt.Errorf("execution.state-recovery.path: %w", err)
	}
	r.Path = path
	return nil
}

// errBegin marks a failure before the first subtask ran.
var errBegin = errors.New("start")

func (e *environment) event(event runtime.Event) {
	if e.onEvent != nil {
		e.onEvent(event)
	}
}

// storageOf is where a job keeps its checkpoints: in a folder, or in memory for restarts within the process.
func storageOf(env runtime.Environment, job string) (vfs.FS, string) {
	c := env.Config.Checkpointing
	if c.Storage == config.JobManager {
		return vfs.NewMem(), "/" + job
	}
	return env.FS, c.JobDir(job)
}

// errStoppedWaiting is the answer to a stop while there is nothing to take a savepoint of.
var errStoppedWaiting = fmt.Errorf("the job had failed and was waiting to start again: %w; the next start goes on from its last checkpoint, if there is one", runtime.ErrNoSavepoint)

// waitToRestart waits, and answers requests meanwhile. The outcome is Finished if nobody asked the job to end. Stopped says that it was asked to stop, so
// that its last checkpoint is to stay, as that of a stop would.
func waitToRestart(ctx context.Context, delay time.Duration, requests <-chan runtime.Request) (outcome runtime.Outcome, stopped bool, err error) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return runtime.Finished, false, nil
		case <-ctx.Done():
			return runtime.Cancelled, false, context.Cause(ctx)
		case r, ok := <-requests:
			if !ok {
				requests = nil // nobody asks any more
				continue
			}
			switch r.Kind {
			case runtime.RequestCancel:
				r.Reply("", nil)
				return runtime.Cancelled, false, nil
			case runtime.RequestStop, runtime.RequestDrain:
				r.Reply("", errStoppedWaiting)
				return runtime.Cancelled, true, nil
			}
			r.Reply("", errNotRunning)
		}
	}
}

// runAttempt runs the job once. When it returns, nothing of it runs any more, unless its error is that something was left behind.
func runAttempt(ctx context.Context, j *Job, env environment, fs vfs.FS, folder string, first bool, requests <-chan runtime.Request) (runtime.Outcome, error) {
	d := &liveDriver{liveClock: env.driver.(*liveClock), crew: &crew{cores: int32(goruntime.GOMAXPROCS(0))}, lanes: &liveLanes{}}
	env.driver = d
	a, err := begin(ctx, j, &env, fs, folder, first)
	switch {
	case errors.Is(err, errFinished):
		return runtime.FinishedBefore, nil
	case errors.Is(err, errDrained) && !first:
		return runtime.Stopped, nil // as it was asked to, before it failed
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errBegin, err)
	}
	j.current.Store(a)
	defer a.cancel() // what user code has left to wait for the end of a context

	d.drive(a.actors()...)
	ended := make(chan struct{})
	go func() {
		d.actors.Wait()
		d.lanes.close()
		close(ended)
	}()

	cancelled, ending := ctx.Done(), a.done
	var overdue <-chan time.Time
	var atEnd []uint64 // the steps that the subtasks were in when the run was to end
	for {
		select {
		case <-cancelled:
			cancelled = nil
			a.master.mailbox.send(runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}})
		case r, ok := <-requests:
			if !ok {
				requests = nil // nobody asks any more
				continue
			}
			a.master.mailbox.send(r)
		case <-ending:
			ending, atEnd = nil, a.steps()
			if grace := a.grace(); grace > 0 {
				overdue = time.After(grace)
			}
		case <-overdue:
			return 0, a.leaveBehind(d, atEnd)
		case <-ended:
			a.master.refuse()
			if a.master.err == nil && ctx.Err() != nil && a.master.outcome == runtime.Cancelled {
				return runtime.Cancelled, context.Cause(ctx)
			}
			return a.master.outcome, a.master.err
		}
	}
}

// crew are the goroutines of an attempt: how many of them are at work.
type crew struct {
	atWork atomic.Int32
	cores  int32
}

// parking lets a goroutine wait until its mailbox is filled.
type parking struct {
	crew      *crew
	parked    atomic.Bool
	filled    chan struct{}
	goroutine atomic.Int64
}

func newParking(c *crew) *parking { return &parking{crew: c, filled: make(chan struct{}, 1)} }

// wake counts the goroutine as at work from here on, not from when it runs: who spins on the core that it needs must give way.
func (p *parking) wake() {
	if p.parked.Load() && p.parked.CompareAndSwap(true, false) {
		p.crew.atWork.Add(1)
		p.filled <- struct{}{}
	}
}

// drive steps an actor until it has ended.
func (p *parking) drive(a actor) {
	p.goroutine.Store(goroutine())
	p.crew.atWork.Add(1)
	defer p.crew.atWork.Add(-1)
	for {
		switch a.step() {
		case ended:
			return
		case idle:
			if !p.spin(a.box()) {
				p.park(a.box())
			}
		case busy:
		}
	}
}

// park waits for the mailbox. Who fills it says so first and then looks whether we are parked; we say that we are and then look whether
// it is filled. Whoever takes parked back, one of them or we, is the one who ends the wait.
func (p *parking) park(box *mailbox) {
	p.crew.atWork.Add(-1)
	p.parked.Store(true)
	if box.waiting.Load() && p.parked.CompareAndSwap(true, false) {
		p.crew.atWork.Add(1)
		return
	}
	<-p.filled
}

// spin waits for the mailbox for the time that waking a goroutine takes, as long as there is a core that nobody else needs. Two subtasks
// that feed each other on two cores would else spend as much time on waking each other as on records.
func (p *parking) spin(box *mailbox) bool {
	for range spins {
		if p.crew.atWork.Load() > p.crew.cores {
			return false
		}
		for range 64 {
			if box.waiting.Load() {
				return true
			}
		}
	}
	return false
}

// spins times 64 looks at a mailbox take some ten microseconds.
const spins = 256

// liveClock is real time, and randomness that differs from run to run.
type liveClock struct{ start time.Time }

func (c *liveClock) now() time.Duration { return time.Since(c.start) }
func (c *liveClock) wall() time.Time    { return time.Now() }

func (c *liveClock) random() float64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (c *liveClock) after(d time.Duration, f func()) func() {
	timer := time.AfterFunc(d, f)
	return func() { timer.Stop() }
}

func (c *liveClock) newLane() lane  { panic("core: lanes belong to an attempt") }
func (c *liveClock) drive(...actor) { panic("core: actors belong to an attempt") }

// call gives each call a goroutine, which ends with it.
func (c *liveClock) call(ctx context.Context, timeout time.Duration, f func(context.Context), late func()) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	timer := time.AfterFunc(timeout, late)
	go func() {
		defer cancel()
		defer timer.Stop()
		f(ctx)
	}()
}

// liveDriver lends an attempt what it needs, and gives each actor a goroutine.
type liveDriver struct {
	*liveClock
	crew     *crew
	actors   sync.WaitGroup // that have not ended
	parkings sync.Map       // of them, by actor
	lanes    *liveLanes
}

// drive is called before the attempt runs, or by one of its actors: so there is no moment at which none is left of a run that goes on.
func (d *liveDriver) drive(actors ...actor) {
	parkings := make([]*parking, len(actors))
	for i, a := range actors {
		parkings[i] = newParking(d.crew)
		a.box().wake = parkings[i].wake
		d.parkings.Store(a, parkings[i])
	}
	for i, a := range actors {
		d.actors.Go(func() {
			defer d.parkings.Delete(a)
			parkings[i].drive(a)
		})
	}
}

func (d *liveDriver) newLane() lane { return d.lanes.add() }

// liveLanes are the lanes of an attempt, a goroutine each while it has something to do.
type liveLanes struct{ running sync.WaitGroup }

// close waits until every lane is empty.
func (l *liveLanes) close() { l.running.Wait() }

func (l *liveLanes) add() lane { return &liveLane{lanes: l} }

type liveLane struct {
	lanes     *liveLanes
	goroutine atomic.Int64 // 0 while there is nothing to do
	mu        sync.Mutex
	queue     []func()
}

func (l *liveLane) run(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, f)
	if len(l.queue) == 1 {
		l.lanes.running.Go(l.work)
	}
}

func (l *liveLane) work() {
	l.goroutine.Store(goroutine())
	for {
		l.mu.Lock()
		f := l.queue[0]
		l.mu.Unlock()
		f()
		l.mu.Lock()
		l.queue = l.queue[1:]
		more := len(l.queue) > 0
		if !more {
			l.goroutine.Store(0)
		}
		l.mu.Unlock()
		if !more {
			return
		}
	}
}
