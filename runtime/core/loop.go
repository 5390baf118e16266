package core

import (
	"errors"
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// Loops. A loop is a set of tasks that all lead to one another. Its heads are those that an edge feeds records back to.
//
// What is fed back always finds room at its head, or a loop that is full would wait for itself: what does not fit into memory is written to disk, see
// spill.go. A head takes it before anything else, so it lets new records in only when nothing waits that was fed back. A head takes its snapshot when the barrier has come on all other channels, sends the
// barrier on, and writes down what is fed back until the barrier has come round: see overtake.go. What was fed back has no say in event time.
//
// The end of input comes to a loop from outside, and those within it would wait for one another. So the master finds out when nothing is left that
// circulates: see loop_end.go.

// checkLoops finds what a configuration says that a job with loops cannot do.
func (j *Job) checkLoops(c config.Checkpointing) error {
	var errs []error
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			if len(o.loops) > 0 && c.MaxConcurrent > 1 {
				errs = append(errs, fmt.Errorf("execution.checkpointing.max-concurrent-checkpoints=%d: pipeline %s feeds records back from %s to %s, and a checkpoint of a loop holds "+
					"what is fed back until its barrier has come round, so there can be only one at a time: leave it at 1", c.MaxConcurrent, j.name, o.loops[0], o.uid))
			}
		}
	}
	return errors.Join(errs...)
}

// loops are the sets of tasks that lead to one another.
func (j *Job) loops() [][]*vertexInfo {
	reached := map[*vertexInfo][]*vertexInfo{}
	for _, v := range j.vertices {
		var reach func(u *vertexInfo)
		reach = func(u *vertexInfo) {
			for _, e := range j.edges {
				if e.from == u && !slices.Contains(reached[v], e.to) {
					reached[v] = append(reached[v], e.to)
					reach(e.to)
				}
			}
		}
		reach(v)
	}
	var loops [][]*vertexInfo
	for _, v := range j.vertices {
		if !slices.Contains(reached[v], v) || slices.ContainsFunc(loops, func(loop []*vertexInfo) bool { return slices.Contains(loop, v) }) {
			continue
		}
		var loop []*vertexInfo
		for _, u := range j.vertices {
			if slices.Contains(reached[v], u) && slices.Contains(reached[u], v) {
				loop = append(loop, u)
			}
		}
		loops = append(loops, loop)
	}
	return loops
}

// loopMember is what a subtask of a loop knows of its end.
type loopMember struct {
	number int   // of the loop
	ebbed  bool  // nothing more comes from outside: the master was told
	taken  bool  // no channel but those that feed back brings anything more: the master was told
	ebbing bool  // nothing more comes from outside to any subtask: timers in processing time are dropped
	probed bool  // a probe is to be answered
	last   bool  // the last watermark may pass
	over   bool  // nothing circulates any more
	fed    int64 // records that were fed back when a probe was answered last
}

// works reports whether a batch may give its receiver something to do that sends records round: a barrier does not.
func works(records Records) bool { return records.size() > 0 || records.head().mark.kind != noMark }

// isOf reports whether two subtasks are in the same loop.
func (l *loopMember) isOf(other *loopMember) bool {
	return l != nil && other != nil && l.number == other.number
}

// channelEnded sees whether a channel that has ended was the last.
func (s *subtask) channelEnded() {
	s.ebb()
	switch {
	case !s.align.allEnded():
	case s.loop == nil || s.loop.over || !slices.Contains(s.align.feedback, true):
		s.endInput()
	case !s.loop.taken:
		// Nobody sends barriers any more but those that come round.
		s.loop.taken = true
		s.run.master.mailbox.send(hasTakenAll{by(s.index)})
	}
}

// ebb tells the master when nothing more comes into the loop by this subtask.
func (s *subtask) ebb() {
	if s.loop == nil || s.loop.ebbed || s.life != running {
		return
	}
	for k := range s.channels {
		if !s.channels[k].inside && !s.align.ended[k] {
			return
		}
	}
	s.loop.ebbed = true
	s.run.master.mailbox.send(hasEbbed{by(s.index)})
}

// holdsLast reports whether the last watermark is to wait: what circulates may still become records that are not late.
func (s *subtask) holdsLast() bool {
	return s.loop != nil && !s.loop.last && slices.Contains(s.align.feedback, true)
}

// settle is what a subtask of a loop does when it has nothing to take. It reports whether there is more to do now.
func (s *subtask) settle() bool {
	l := s.loop
	if l.last {
		if s.combine(); !s.firing && s.task.head.Watermark == runtime.MaxTime {
			s.beginFiring(runtime.MaxTime) // what was set since by a record that came round
		}
		if s.firing {
			return true
		}
		s.flush()
	}
	if l.over && s.align.allEnded() && !s.draining {
		s.endInput()
		return true
	}
	if !l.probed || s.calls != nil && !s.calls.empty() {
		return false
	}
	for k := range s.channels {
		if c := &s.channels[k]; slices.ContainsFunc(c.queue, works) || c.spill.works() {
			return false // it is blocked
		}
	}
	answer := hasSettled{by: by(s.index)}
	l.fed = 0
	for _, o := range s.outputs {
		batches, allLeft := o.within()
		if !allLeft {
			return false
		}
		answer.sent += batches
		l.fed += o.fed()
	}
	l.probed = false
	s.run.master.mailbox.send(answer)
	return false
}

// refuseLateFeedback fails the task if records were fed back after the loop was over.
func (s *subtask) refuseLateFeedback() {
	fed := int64(0)
	for _, o := range s.outputs {
		fed += o.fed()
	}
	if n := fed - s.loop.fed; n > 0 {
		s.task.fail(s.task.info.name, fmt.Errorf("%d records were fed back at the end of input, when their loop was over: what Finish emits, here or in a task before it, "+
			"must not be fed back; let a timer in event time emit it, since those fire while the loop goes on", n))
	}
}
