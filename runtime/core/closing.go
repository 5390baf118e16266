package core

import (
	"fmt"
)

// This file is how a subtask ends.

// fail tells the master and closes the task.
func (s *subtask) fail(err error) {
	s.run.master.mailbox.send(hasFailed{by(s.index), fmt.Errorf("%s: %w", s.task.name(), err)})
	s.close()
}

// close releases what the task holds, when calls under way have returned.
func (s *subtask) close() {
	if s.life >= closing {
		return
	}
	s.opened = s.life != starting
	s.life = closing
	s.stopAlarm()
	if !s.cancelCalls() {
		s.release()
	}
}

// release releases what the operators and ports hold, whatever fails in it.
func (s *subtask) release() {
	s.life = over
	s.activity.does(closingDown)
	s.stopAlarm()
	s.stopTime()
	for _, c := range s.coming { // the wait for a barrier to overtake would keep the run until it is over
		c.stopAlarm()
	}
	report := func(err error) {
		if err != nil {
			s.task.env.logger.Warn("close failed", "task", s.task.name(), "error", err)
		}
	}
	if s.opened {
		report(s.guard(s.runner.Close))
	}
	if s.source != nil {
		report(s.guard(s.source.close))
	}
	for _, sink := range s.task.sinks {
		report(s.guard(sink.close))
	}
	report(s.closeSpills())
	for _, c := range s.captures {
		dropInFlight(c.inputs)
	}
	// Behind what the lane still has to do: nothing is stored after it.
	s.lane.run(func() {
		s.commits.stop()
		s.run.master.mailbox.send(hasClosed{by(s.index)})
	})
}

// stopAlarm forgets the last WakeAfter.
func (s *subtask) stopAlarm() {
	if s.alarm != nil {
		s.alarm()
		s.alarm = nil
	}
}

// guard calls f and makes an error of a panic.
func (s *subtask) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = s.failure(r)
		}
	}()
	return f()
}
