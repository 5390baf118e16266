package core

import (
	"fmt"
	"iter"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// firings is how many timers fire in one step.
const firings = 256

// timers is what a task has of them.
type timers struct {
	events, processing []timerQueue
	fired              int          // in this step
	now                runtime.Time // of this step, where something depends on it
}

// timerQueue is a timer.Queue for keys of any type.
type timerQueue interface {
	Begin(until runtime.Time)
	IsDue() bool
	Next() (runtime.Time, bool)
	End()
	Floor(of func(hash uint64) runtime.Time)
}

// EventTimers takes a queue of timers in event time into the task.
func (r *Restore) EventTimers(q timerQueue) {
	if !r.asking {
		r.task.events = append(r.task.events, q)
		if r.task.floors.ahead != nil {
			q.Floor(r.task.floors.of)
		}
	}
}

// ProcessingTimers takes a queue of timers in processing time into the task.
func (r *Restore) ProcessingTimers(q timerQueue) {
	if !r.asking {
		r.task.processing = append(r.task.processing, q)
		r.task.readClock()
	}
}

// Now is the processing time of the step, in a task that has timers of it.
func (t *Task) Now() runtime.Time { return t.now }

func (t *Task) readClock() { t.now = runtime.TimeOf(t.env.wall()) }

// Due yields what is due in a queue. It stops early when an output of the task is full, enough has fired in one step, or something else is not to
// wait: the rest comes in another one.
func Due[K comparable](t *Task, q *timer.Queue[K]) iter.Seq[timer.Due[K]] {
	return func(yield func(timer.Due[K]) bool) {
		for t.fired < firings && t.full == 0 {
			due, ok := q.Take()
			if !ok {
				return
			}
			t.fired++
			if t.floors.ahead != nil {
				t.showFloor(due.Hash)
			}
			if !yield(due) || t.hurried.Load() {
				return
			}
		}
	}
}

// CheckTimer fails the task if a timer's callback returned an error.
func (t *Task) CheckTimer(operator, callback string, err error) {
	if err != nil {
		t.fail(operator, fmt.Errorf("%s: %w", callback, err))
	}
}

// timerState is how a subtask fires timers.
type timerState struct {
	firing     bool // timers in event time fire: nothing else is taken before all have
	gaveWay    bool // the last step fired timers in processing time: the next one takes records
	timerAlarm func()
	alarmAt    runtime.Time
}

// beginFiring begins to fire what is due at a watermark, if there are any timers.
func (s *subtask) beginFiring(watermark runtime.Time) {
	for _, q := range s.task.events {
		q.Begin(watermark)
		s.firing = s.firing || q.IsDue()
	}
	if !s.firing {
		s.endFiring()
	}
}

func (s *subtask) endFiring() {
	for _, q := range s.task.events {
		q.End()
	}
	s.firing = false
}

// fire goes on with what beginFiring began.
func (s *subtask) fire() {
	if len(s.task.processing) > 0 {
		s.task.readClock()
	}
	s.fireSome()
	for _, q := range s.task.events {
		if q.IsDue() {
			return
		}
	}
	s.endFiring()
	if s.task.head.Watermark == runtime.MaxTime {
		// There is no next watermark for what callbacks have set to a time that had passed.
		if s.beginFiring(runtime.MaxTime); s.firing {
			return
		}
	}
	s.hasAdvanced()
}

func (s *subtask) fireSome() {
	s.task.fired, s.task.floors.own = 0, s.task.head.Watermark
	s.runner.Fire()
	s.task.showOwn()
	s.afterRecords()
}

// fireProcessing fires timers in processing time whose time has come, in every other step if there are so many. It reports whether it did.
func (s *subtask) fireProcessing() bool {
	if len(s.task.processing) == 0 || s.loop != nil && s.loop.ebbing {
		return false
	}
	s.task.readClock()
	if s.gaveWay = !s.gaveWay; !s.gaveWay {
		return false
	}
	due := false
	for _, q := range s.task.processing {
		q.Begin(s.task.now)
		due = due || q.IsDue()
	}
	if due {
		s.fireSome()
	}
	for _, q := range s.task.processing {
		q.End()
	}
	s.gaveWay = due
	return due
}

// awaitTimers is what a subtask does that has nothing else to do: it goes on if a timer is due, or asks to be woken when one is.
func (s *subtask) awaitTimers() status {
	if s.loop != nil && s.loop.ebbing {
		s.stopTimerAlarm()
		return idle
	}
	next, found := runtime.MaxTime, false
	for _, q := range s.task.processing {
		if at, ok := q.Next(); ok {
			next, found = min(next, at), true
		}
	}
	switch {
	case !found:
		s.stopTimerAlarm()
		return idle
	case next <= s.task.now:
		return busy
	case s.timerAlarm != nil && s.alarmAt == next:
		return idle
	}
	s.stopTimerAlarm()
	const most = 24 * time.Hour // the clock may be set
	wait := most
	if next < s.task.now.Add(most) {
		wait = next.Sub(s.task.now)
	}
	s.alarmAt, s.timerAlarm = next, s.task.env.after(wait, func() { s.mailbox.urge(timersDue{}) })
	return idle
}

// timersDue is what the subtask tells itself when it is time for timers.
type timersDue struct{}

func (s *subtask) stopTimerAlarm() {
	if s.timerAlarm != nil {
		s.timerAlarm()
		s.timerAlarm = nil
	}
}
