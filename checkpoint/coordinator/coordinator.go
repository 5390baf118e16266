// Package coordinator decides when checkpoints begin, when they are complete and when a job has had too many fail. It is a pure state
// machine: events and times go in, actions come out.
//
// The rules are those of Flink's checkpoint coordinator.
package coordinator

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
)

// Options are what a coordinator needs to know. Times are those of the job's monotonic clock.
type Options struct {
	// Interval is the time from one periodic checkpoint to the next; 0: none.
	Interval time.Duration
	// BacklogInterval takes its place while a source reports a backlog; 0: none then.
	BacklogInterval time.Duration
	// UntilFirstEnd says that there are no periodic checkpoints once a subtask has come to the end of its input.
	UntilFirstEnd bool
	// Timeout is when a pending checkpoint is given up.
	Timeout time.Duration
	// MinPause is the least time from a completion to the next periodic trigger.
	MinPause time.Duration
	// MaxConcurrent is how many checkpoints may be pending before a periodic one waits. Savepoints do not count.
	MaxConcurrent int
	// Tolerable is how many checkpoints in a row may fail.
	Tolerable int
	// NextID is the number of the first checkpoint.
	NextID int64
	// Subtasks names every subtask, for errors; each must acknowledge.
	Subtasks []string
	// Progress says how far a subtask has come with a checkpoint that it has not acknowledged. Nil if nobody knows.
	Progress func(subtask int, id int64) Progress
	// FirstDelay is when the first periodic checkpoint is due, a random time from MinPause to Interval: jobs started together do not
	// checkpoint together.
	FirstDelay time.Duration
}

// Action is what the job is to do: Trigger, Publish, Complete, Abort, Discard or Fail.
type Action interface{ action() }

// Barrier is what divides the records before a checkpoint from those behind it.
type Barrier struct {
	ID   int64
	Kind checkpoint.Kind
	// Triggered is when it left, by the job's monotonic clock.
	Triggered time.Duration
}

type (
	// Trigger sends the barrier to every subtask that no running one feeds.
	Trigger struct{ Barrier Barrier }
	// Publish makes the checkpoint durable; its outcome comes back by Published.
	Publish struct{ Checkpoint *checkpoint.Checkpoint }
	// Complete tells every subtask that the checkpoint is complete.
	Complete struct{ Checkpoint *checkpoint.Checkpoint }
	// Abort tells every subtask that the checkpoint was given up. Failed is false if it did not fail itself: it was subsumed, or a failure of some
	// subtasks has ended it.
	Abort struct {
		Barrier Barrier
		Reason  error
		Failed  bool
	}
	// Discard deletes what was stored for a checkpoint that is given up, or after that.
	Discard struct{ ID int64 }
	// Fail ends this run of the job.
	Fail struct{ Err error }
)

func (Trigger) action()  {}
func (Publish) action()  {}
func (Complete) action() {}
func (Abort) action()    {}
func (Discard) action()  {}
func (Fail) action()     {}

// Coordinator runs the checkpoints of one run of a job.
type Coordinator struct {
	o       Options
	nextID  int64
	pending []*pending // in the order of their IDs

	due           time.Duration // of the next periodic one
	lastCompleted time.Duration
	completed     bool  // whether there is a lastCompleted
	lastSuccess   int64 // ID
	lastLink      int64 // the same without savepoints; before the first, the ID that the first can have
	failures      int   // in a row
	firstFailure  error // of those
	closing       bool  // the last checkpoint of the run is pending: none is to follow
	held          bool  // subtasks are being restarted
	schedule
}

type pending struct {
	barrier   Barrier
	triggered time.Duration
	wall      time.Time
	acked     []*checkpoint.Subtask
	missing   int
	published bool // on its way to storage
	base      int64
}

// New returns a coordinator of a job whose subtasks all run, at the time now.
func New(o Options, now time.Duration) *Coordinator {
	return &Coordinator{o: o, nextID: o.NextID, lastLink: o.NextID, due: later(now, o.FirstDelay), schedule: newSchedule(len(o.Subtasks))}
}

// Tick gives up what has timed out and triggers what is due. Wall is the time of day that goes into the checkpoint.
func (c *Coordinator) Tick(now time.Duration, wall time.Time) []Action {
	var actions []Action
	for _, p := range append([]*pending(nil), c.pending...) {
		if !p.published && now >= later(p.triggered, c.o.Timeout) {
			actions = append(actions, c.fail(p, fmt.Errorf("checkpoint %d expired after %v (execution.checkpointing.timeout): %s",
				p.barrier.ID, c.o.Timeout, c.waitingFor(p, now)))...)
		}
	}
	if c.periodicAt() <= now && c.mayTrigger() {
		actions = append(actions, c.trigger(checkpoint.Periodic, now, wall))
		for c.due <= now {
			c.due = later(c.due, c.interval())
		}
	}
	return actions
}

// Wake is the next time at which Tick has something to do, false if there is none.
func (c *Coordinator) Wake() (time.Duration, bool) {
	at, ok := time.Duration(0), false
	earlier := func(t time.Duration) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	for _, p := range c.pending {
		if !p.published {
			earlier(later(p.triggered, c.o.Timeout))
		}
	}
	if c.interval() > 0 && c.mayTrigger() {
		earlier(c.periodicAt())
	}
	return at, ok
}

// Pending returns the numbers of the checkpoints under way that not all have acknowledged.
func (c *Coordinator) Pending() []int64 {
	var ids []int64
	for _, p := range c.pending {
		if !p.published {
			ids = append(ids, p.barrier.ID)
		}
	}
	return ids
}

const never = time.Duration(1<<63 - 1)

// later is the time d after t, never if that is beyond the end of the clock: who wants no periodic checkpoints, or no timeout, may say so by the longest
// duration that there is.
func later(t, d time.Duration) time.Duration {
	if t > never-d {
		return never
	}
	return t + d
}

// periodicAt is when the next periodic checkpoint may be triggered, as far as time goes.
func (c *Coordinator) periodicAt() time.Duration {
	if c.interval() <= 0 {
		return never
	}
	if c.completed {
		return max(c.due, later(c.lastCompleted, c.o.MinPause))
	}
	return c.due
}

func (c *Coordinator) mayTrigger() bool {
	if c.closing || c.held {
		return false
	}
	n := 0
	for _, p := range c.pending {
		if p.barrier.Kind != checkpoint.Savepoint {
			n++
		}
	}
	return n < c.o.MaxConcurrent
}

// Ends reports whether the last checkpoint of the run is on its way to storage: from then on the job ends with it, or fails.
func (c *Coordinator) Ends() bool {
	return slices.ContainsFunc(c.pending, func(p *pending) bool { return p.published && p.barrier.Kind.EndsRun() })
}

// Restart gives up every checkpoint that not all have acknowledged, since subtasks that it waits for are restarted from an older one, and holds
// periodic ones until Resume. That is not a failure of a checkpoint. The subtasks begin anew: what they have said of their input is forgotten.
func (c *Coordinator) Restart(subtasks []int, now time.Duration, reason error) []Action {
	c.held, c.closing = true, false
	c.change(now, func() {
		for _, i := range subtasks {
			c.backlog[i], c.finished[i] = false, false
		}
	})
	var actions []Action
	for _, p := range append([]*pending(nil), c.pending...) {
		if !p.published {
			actions = append(actions, c.drop(p, fmt.Errorf("checkpoint %d is given up: %w", p.barrier.ID, reason), false)...)
		}
	}
	return actions
}

// Resume says that every subtask runs again. What was due meanwhile is triggered at once. Where sources wait for the next checkpoint it is due now.
func (c *Coordinator) Resume(now time.Duration, waitedFor bool) {
	c.held = false
	if waitedFor {
		c.due = min(c.due, now)
	}
}

// Drain says that all input is ended before its time: no periodic checkpoint is triggered any more, since one would hold operators that have
// flushed beside sources that are not read to their end.
func (c *Coordinator) Drain() { c.closing = true }

// Request triggers a savepoint, the savepoint of a stop or of a drain, or the final checkpoint, at once.
func (c *Coordinator) Request(kind checkpoint.Kind, now time.Duration, wall time.Time) Trigger {
	c.closing = c.closing || kind.EndsRun()
	return c.trigger(kind, now, wall)
}

func (c *Coordinator) trigger(kind checkpoint.Kind, now time.Duration, wall time.Time) Trigger {
	p := &pending{barrier: Barrier{ID: c.nextID, Kind: kind, Triggered: now}, triggered: now, wall: wall,
		acked: make([]*checkpoint.Subtask, len(c.o.Subtasks)), missing: len(c.o.Subtasks), base: c.lastLink}
	c.nextID++
	c.pending = append(c.pending, p)
	return Trigger{p.barrier}
}

// Waiting returns the barriers that subtask has not acknowledged: one that has come to the end of its input takes them directly.
func (c *Coordinator) Waiting(subtask int) []Barrier {
	var barriers []Barrier
	for _, p := range c.pending {
		if p.acked[subtask] == nil {
			barriers = append(barriers, p.barrier)
		}
	}
	return barriers
}

// Acknowledge takes what a subtask held at a barrier, durable already. When it is the last one the checkpoint is to be published.
func (c *Coordinator) Acknowledge(id int64, subtask int, held checkpoint.Subtask, now time.Duration) []Action {
	p := c.find(id)
	if p == nil || p.acked[subtask] != nil {
		return []Action{Discard{id}} // late
	}
	p.acked[subtask] = &held
	if p.missing--; p.missing > 0 {
		return nil
	}
	p.published = true
	done := &checkpoint.Checkpoint{ID: id, Kind: p.barrier.Kind, Triggered: p.wall, Duration: now - p.triggered}
	for _, s := range p.acked {
		done.Subtasks = append(done.Subtasks, *s)
	}
	return []Action{Publish{done}}
}

// Decline gives a checkpoint up because a subtask could not make its snapshot durable.
func (c *Coordinator) Decline(id int64, subtask int, err error) []Action {
	p := c.find(id)
	if p == nil {
		return []Action{Discard{id}} // late
	}
	return c.fail(p, fmt.Errorf("checkpoint %d: %s: %w", id, c.o.Subtasks[subtask], err))
}

// Published takes the outcome of a Publish. A success completes the checkpoint and subsumes every earlier one but savepoints.
func (c *Coordinator) Published(done *checkpoint.Checkpoint, now time.Duration, err error) []Action {
	p := c.find(done.ID)
	if p == nil {
		return nil
	}
	if err != nil {
		return c.fail(p, fmt.Errorf("checkpoint %d: publish its manifest: %w", done.ID, err))
	}
	c.remove(p)
	c.completed, c.lastCompleted = true, now
	if done.ID > c.lastSuccess {
		c.lastSuccess, c.failures = done.ID, 0
	}
	var actions []Action
	if p.barrier.Kind == checkpoint.Savepoint {
		// It is nobody's recovery point and commits nothing: it subsumes nothing.
		return append(actions, Complete{done})
	}
	c.lastLink = max(c.lastLink, done.ID)
	for _, older := range append([]*pending(nil), c.pending...) {
		if older.barrier.ID < done.ID && older.barrier.Kind != checkpoint.Savepoint {
			actions = append(actions, c.drop(older, fmt.Errorf("checkpoint %d is subsumed by %d", older.barrier.ID, done.ID), false)...)
		}
	}
	return append(actions, Complete{done})
}

// OldestBase is the oldest checkpoint that one under way, or to come, may rest on: where snapshots hold only what changed, a subtask's rests on the newest
// checkpoint that it has heard is complete, and it has heard of all that were when the barrier set out.
func (c *Coordinator) OldestBase() int64 {
	oldest := c.lastLink
	for _, p := range c.pending {
		oldest = min(oldest, p.base)
	}
	return oldest
}

// fail gives p up and counts the failure: once for each checkpoint, since what is given up is not found again. Failures of savepoints, and
// those at or below the last success, do not count; whoever is subsumed has not failed. What fails in the synchronous part of a subtask
// fails the task, and never comes here.
func (c *Coordinator) fail(p *pending, reason error) []Action {
	actions := c.drop(p, reason, true)
	if p.barrier.Kind == checkpoint.StopSavepoint {
		c.closing = false
	}
	if p.barrier.Kind == checkpoint.Final || p.barrier.Kind == checkpoint.Drain {
		// There is nothing left to run that a later checkpoint could wait for.
		return append(actions, Fail{reason})
	}
	if p.barrier.Kind != checkpoint.Periodic || p.barrier.ID <= c.lastSuccess {
		return actions
	}
	if c.failures++; c.failures == 1 {
		c.firstFailure = reason
	}
	if c.failures > c.o.Tolerable {
		actions = append(actions, Fail{c.tooMany(reason)})
		c.failures = 0
	}
	return actions
}

// tooMany is the error of a run whose checkpoints have failed too often. The first reason is told too: what follows may be no more than
// its consequence.
func (c *Coordinator) tooMany(last error) error {
	err := fmt.Errorf("%w: %d in a row, %d tolerated (execution.checkpointing.tolerable-failed-checkpoints)", ErrTooManyFailures, c.failures, c.o.Tolerable)
	if c.failures == 1 {
		return fmt.Errorf("%w: %w", err, last)
	}
	return fmt.Errorf("%w; the first: %w; the last: %w", err, c.firstFailure, last)
}

// ErrTooManyFailures is the failure of a job whose checkpoints failed more often than is tolerated.
var ErrTooManyFailures = errors.New("too many checkpoints failed")

// drop forgets p; what its subtasks stored is of no use.
func (c *Coordinator) drop(p *pending, reason error, failed bool) []Action {
	c.remove(p)
	return []Action{Abort{p.barrier, reason, failed}, Discard{p.barrier.ID}}
}

func (c *Coordinator) find(id int64) *pending {
	for _, p := range c.pending {
		if p.barrier.ID == id {
			return p
		}
	}
	return nil
}

func (c *Coordinator) remove(p *pending) {
	for i := range c.pending {
		if c.pending[i] == p {
			c.pending = append(c.pending[:i:i], c.pending[i+1:]...)
			return
		}
	}
}
