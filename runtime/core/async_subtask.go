package core

import (
	"time"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// anyCalls are Calls of any type, as the core drives them.
type anyCalls interface {
	operator() string
	// resume makes the calls that a restored checkpoint had in flight.
	resume()
	// ready reports whether there are results to pass on and room for them, blocking whether no record may be submitted.
	ready() bool
	blocking() bool
	// empty reports whether nothing is in flight.
	empty() bool
	// hold keeps what is to be said of event time behind all that is in flight.
	hold(m mark)
	// cancel ends the context of all calls; unreturned counts those that are under way all the same.
	cancel()
	unreturned() int
}

// called is what becomes of a call: its method has returned, or its time is over.
type called interface {
	// arrive keeps count of the calls that are under way, settle gives the record its result. It fails the task if that is an error.
	arrive()
	settle()
}

// handleCalled takes what has become of a call.
func (s *subtask) handleCalled(c called) {
	c.arrive()
	switch {
	case s.life < closing:
		c.settle()
	case s.life == closing && s.calls.unreturned() == 0:
		s.release()
	}
}

// takeResults passes on what calls have returned. It comes before new records. It reports whether that was all that can be done at the moment.
func (s *subtask) takeResults() (status, bool) {
	switch {
	case s.calls.ready():
		s.runner.Results()
		s.afterRecords()
		return busy, true
	case s.draining && s.calls.empty():
		s.exhaust()
		return busy, true
	case s.calls.blocking():
		s.activity.waitsFor(coordinator.WaitsForCalls)
		s.flush() // it may take long until there are records again
		return idle, true
	}
	return busy, false
}

// endInput flushes the operators when all input was taken, and the calls for it have returned. Nobody sends barriers any more: while it waits for
// calls the subtask takes them from the master.
func (s *subtask) endInput() {
	if s.life != running || s.draining {
		return
	}
	if s.calls == nil || s.calls.empty() {
		s.exhaust()
		return
	}
	s.draining = true
	s.run.master.mailbox.send(hasTakenAll{by(s.index)})
}

// callGrace is how long the end of a run waits for calls to heed that their context has ended.
const callGrace = 3 * time.Second

// graceOver says that the time which calls had to return is over.
type graceOver struct{}

// cancelCalls ends the context of calls. It reports whether some are still under way: what they use can only be closed when they have
// returned, or have shown that they do not heed their context.
func (s *subtask) cancelCalls() bool {
	if s.calls == nil {
		return false
	}
	s.calls.cancel()
	if s.calls.unreturned() == 0 {
		return false
	}
	s.alarm = s.task.env.after(callGrace, func() { s.mailbox.send(graceOver{}) })
	return true
}

// abandonCalls closes the task although calls have not returned.
func (s *subtask) abandonCalls() {
	if s.life != closing {
		return
	}
	s.task.env.logger.Warn("calls of Async go on although their context has ended: they are left behind",
		"operator", s.calls.operator(), "task", s.task.name(), "calls", s.calls.unreturned(), "waited", callGrace)
	s.release()
}

// heldWatermark is the watermark to go on from. One that calls in flight hold back has not been passed on: after a restore it comes again.
func (s *subtask) heldWatermark() runtime.Time {
	if s.calls != nil || s.firing {
		return s.task.behind.Watermark
	}
	return s.task.head.Watermark
}

// firingWatermark is the watermark of which not all timers have fired, [runtime.MinTime] if there is none: after a restore the rest fires before
// anything else.
func (s *subtask) firingWatermark() runtime.Time {
	switch {
	case len(s.entering) > 0: // it has not begun
		return s.task.fires
	case s.firing:
		return s.task.head.Watermark
	}
	return runtime.MinTime
}
