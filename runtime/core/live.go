package core

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
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
	env := environment{driver: clock, config: outer.Config, logger: outer.Logger, onEvent: outer.OnEvent, files: outer.FS}
	fs, folder := storageOf(outer, j.name)
	c := outer.Config
	strategy := restart.New(c.Restart, c.Checkpointing.Interval > 0, clock.random)
	for first := true; ; first = false {
		outcome, err := runAttempt(ctx, j, env, fs, folder, first, outer.Requests)
		if err == nil || ctx.Err() != nil {
			return outcome, err
		}
		env.event(runtime.Event{Kind: runtime.EventFailed, Err: err})
		var cannotStart *startError
		delay, again := strategy.Failure(clock.now())
		switch {
		case errors.As(err, &cannotStart), errors.Is(err, chain.ErrFenced), first && errors.Is(err, errBegin):
			return 0, err
		case !again:
			if a := j.current.Load(); a != nil && c.Checkpointing.Retention == config.NoExternalizedCheckpoints {
				a.deleteCheckpoints()
			}
			return 0, err
		}
		env.event(runtime.Event{Kind: runtime.EventRestarting, Delay: delay})
		if outcome, err := waitToRestart(ctx, delay, outer.Requests); err != nil || outcome != runtime.Finished {
			return outcome, err
		}
	}
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

// waitToRestart waits, and answers requests meanwhile. The outcome is Finished if nobody asked the job to end.
func waitToRestart(ctx context.Context, delay time.Duration, requests <-chan runtime.Request) (runtime.Outcome, error) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return runtime.Finished, nil
		case <-ctx.Done():
			return runtime.Cancelled, context.Cause(ctx)
		case r := <-requests:
			switch r.Kind {
			case runtime.RequestCancel:
				r.Reply("", nil)
				return runtime.Cancelled, nil
			case runtime.RequestStop:
				// Nothing runs: the last checkpoint is already what the next start goes on from.
				r.Reply("", nil)
				return runtime.Stopped, nil
			}
			r.Reply("", errNotRunning)
		}
	}
}

// runAttempt runs the job once. When it returns, nothing of it runs any more.
func runAttempt(ctx context.Context, j *Job, env environment, fs vfs.FS, folder string, first bool, requests <-chan runtime.Request) (runtime.Outcome, error) {
	lanes := &liveLanes{}
	env.driver = &liveDriver{liveClock: env.driver.(*liveClock), lanes: lanes}
	a, err := begin(ctx, j, &env, fs, folder, first)
	if errors.Is(err, errFinished) {
		return runtime.FinishedBefore, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errBegin, err)
	}
	j.current.Store(a)

	var subtasks sync.WaitGroup
	ended := make(chan struct{})
	actors := a.actors()
	parkings := make([]*parking, len(actors))
	for i, actor := range actors {
		parkings[i] = newParking()
		actor.box().wake = parkings[i].wake
	}
	for i, actor := range actors {
		subtasks.Go(func() { parkings[i].drive(actor) })
	}
	go func() { subtasks.Wait(); close(ended) }()

	cancelled := ctx.Done()
	for {
		select {
		case <-cancelled:
			cancelled = nil
			a.master.mailbox.send(runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}})
		case r := <-requests:
			a.master.mailbox.send(r)
		case <-ended:
			lanes.close()
			a.master.refuse()
			if a.master.err == nil && ctx.Err() != nil && a.master.outcome == runtime.Cancelled {
				return runtime.Cancelled, context.Cause(ctx)
			}
			return a.master.outcome, a.master.err
		}
	}
}

// parking lets a goroutine wait until its mailbox is filled.
type parking struct {
	parked atomic.Bool
	filled chan struct{}
}

func newParking() *parking { return &parking{filled: make(chan struct{}, 1)} }

func (p *parking) wake() {
	if p.parked.Load() {
		select {
		case p.filled <- struct{}{}:
		default:
		}
	}
}

// drive steps an actor until it has ended.
func (p *parking) drive(a actor) {
	for {
		switch a.step() {
		case ended:
			return
		case idle:
			// Who fills the mailbox says so first and then looks whether we are parked; we say that we are and then look whether it is filled.
			p.parked.Store(true)
			if !a.box().waiting.Load() {
				<-p.filled
			}
			p.parked.Store(false)
		case busy:
		}
	}
}

// liveClock is real time, and randomness that differs from run to run.
type liveClock struct{ start time.Time }

func (c *liveClock) now() time.Duration { return time.Since(c.start) }
func (c *liveClock) wall() time.Time    { return time.Now() }

func (c *liveClock) random() float64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}

func (c *liveClock) after(d time.Duration, f func()) { time.AfterFunc(d, f) }

func (c *liveClock) newLane() lane { panic("core: lanes belong to an attempt") }

// liveDriver lends an attempt what it needs.
type liveDriver struct {
	*liveClock
	lanes *liveLanes
}

func (d *liveDriver) newLane() lane { return d.lanes.add() }

// liveLanes are the lanes of an attempt, a goroutine each while it has something to do.
type liveLanes struct{ running sync.WaitGroup }

// close waits until every lane is empty.
func (l *liveLanes) close() { l.running.Wait() }

func (l *liveLanes) add() lane { return &liveLane{lanes: l} }

type liveLane struct {
	lanes *liveLanes
	mu    sync.Mutex
	queue []func()
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
	for {
		l.mu.Lock()
		f := l.queue[0]
		l.mu.Unlock()
		f()
		l.mu.Lock()
		l.queue = l.queue[1:]
		more := len(l.queue) > 0
		l.mu.Unlock()
		if !more {
			return
		}
	}
}
