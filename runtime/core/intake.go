package core

import (
	"errors"
	"io"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// This file is how a subtask takes records: from its source or its channels, a batch at a step, and what stands at the tail of a batch.

// takeRecords runs what is left of a batch, or the next one.
func (s *subtask) takeRecords() status {
	if s.suspended != 0 {
		return idle
	}
	if len(s.entering) > 0 {
		if s.task.full != 0 {
			return idle
		}
		s.enter()
		return busy
	}
	if s.calls != nil {
		if status, all := s.takeResults(); all {
			return status
		}
	}
	if s.task.full != 0 {
		s.activity.waitsFor(coordinator.WaitsForRoom)
		return idle
	}
	s.activity.waitsFor(coordinator.WaitsForNothing)
	switch {
	case s.firing:
		s.fire()
		return busy
	case s.fireProcessing():
		return busy
	case s.source != nil:
		return s.takeFromSource()
	case s.current != nil:
	case !s.next():
		s.flush()
		if s.loop != nil && s.settle() {
			return busy
		}
		return s.awaitTimers()
	}
	before := s.current.head().next
	if e := s.channels[s.from].edge; s.task.floors.ahead == nil {
		s.process(e.input, s.current)
	} else {
		s.processByFloors(e, s.current)
	}
	s.received.Store(s.received.Load() + int64(s.current.head().next-before))
	if s.current.done() {
		s.endOfBatch()
	}
	return busy
}

func (s *subtask) takeFromSource() status {
	if s.cut {
		s.exhaust()
		return busy
	}
	if s.paused {
		s.flush()
		return idle
	}
	s.activity.does(readingSource)
	records, err := s.source.poll()
	s.activity.does(takingRecords)
	switch {
	case errors.Is(err, io.EOF):
		s.exhaust()
	case err != nil:
		s.fail(err)
	case records == nil:
		s.sawNothing()
		s.flush()
		return idle
	default:
		s.setIdle(false)
		s.process(0, records)
		s.sawRecords()
	}
	return busy
}

func (s *subtask) process(input int, records Records) {
	s.runner.Process(input, records)
	s.afterRecords()
}

// afterRecords says how many there were, and writes what sinks were given.
func (s *subtask) afterRecords() {
	s.runner.Counts(&s.task.counts)
	for _, sink := range s.task.sinks {
		sink.flush()
	}
}

// next makes the first batch of the next channel that is not blocked the current one.
func (s *subtask) next() bool {
	if k := s.nextReplay(); k >= 0 {
		s.take(k)
		return true
	}
	// What a loop feeds back is taken before what would add to it.
	return s.loop != nil && s.nextOf(true) || s.nextOf(false)
}

func (s *subtask) nextOf(feedback bool) bool {
	for i := range s.channels {
		k := (s.last + 1 + i) % len(s.channels)
		if c := &s.channels[k]; c.waits() && c.feedback == feedback && !s.align.blocked[k] {
			s.take(k)
			return true
		}
	}
	return false
}

// take makes the first batch of a channel the current one.
func (s *subtask) take(k int) {
	s.current, s.from, s.last = s.first(k), k, k
	s.resume(&s.channels[k])
}

// endOfBatch handles what follows the records of the current batch and gives it back.
func (s *subtask) endOfBatch() {
	h := s.current.head()
	if s.takeMark(h); s.firing {
		return // until all has fired: then what follows is taken
	}
	if h.barrier != nil {
		s.phases.enter(h.barrier.ID, coordinator.Aligning, s.task.env.now())
		for _, w := range s.align.barrier(s.from, *h.barrier) {
			s.checkpoint(w)
		}
	}
	if h.end {
		for _, w := range s.align.end(s.from) {
			s.checkpoint(w)
		}
		s.channelEnded()
	}
	records := s.current
	s.current = nil
	s.giveBack(records)
}

func (s *subtask) flush() {
	for _, o := range s.outputs {
		o.flush()
	}
}

// exhaust flushes the operators at the end of input, once in the life of the job, and tells the tasks downstream.
func (s *subtask) exhaust() {
	s.advance(runtime.MaxTime) // of a source: it has no timers, and the others have heard of it
	if !s.finished {
		s.finished = true
		s.activity.does(finishingInput)
		s.runner.Finish()
		for _, sink := range s.task.sinks {
			sink.flush()
		}
	}
	if s.loop != nil {
		s.refuseLateFeedback()
	}
	for _, o := range s.outputs {
		o.mark(mark{watermarkMark, runtime.MaxTime})
		o.end()
	}
	s.life = exhausted
	s.run.master.mailbox.send(hasExhausted{by(s.index)})
}
