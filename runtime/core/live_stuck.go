package core

import (
	"bytes"
	"errors"
	"fmt"
	goruntime "runtime"
	"strconv"
	"time"
)

// stuckGrace is how long the end of a run waits for a subtask that the watchdog has found stuck already.
const stuckGrace = 3 * time.Second

// grace is how long a run that is to end waits for user code to return, 0 for ever.
func (a *attempt) grace() time.Duration {
	limit := a.env.config.Checkpointing.SynchronousTimeout
	if _, stuck := errors.AsType[*StuckError](a.master.err); stuck {
		return min(limit, stuckGrace)
	}
	return limit
}

// leaveBehind is the error of a run that is to end but does not: what holds it up goes on, and nobody can end it.
func (a *attempt) leaveBehind(d *liveDriver, atEnd []uint64) error {
	stuck := a.findStuck(d, atEnd)
	stuck.LeftBehind = true
	was, known := errors.AsType[*StuckError](a.master.err)
	switch {
	case known && was.Task == stuck.Task:
		stuck.What = was.What
	case a.master.err != nil:
		return fmt.Errorf("the job failed (%w), and then did not come to its end: %w", a.master.err, stuck)
	}
	return stuck
}

// steps are the steps that the subtasks are in.
func (a *attempt) steps() []uint64 {
	subtasks := a.subtasks()
	steps := make([]uint64, len(subtasks))
	for i, s := range subtasks {
		steps[i], _, _ = s.activity.now()
	}
	return steps
}

// findStuck finds what does not return: a step of a subtask that it was in already when the run was to end, or what a lane does for it.
func (a *attempt) findStuck(d *liveDriver, atEnd []uint64) *StuckError {
	subtasks := a.subtasks()
	for i, s := range subtasks {
		step, within, doing := s.activity.now()
		if p, open := d.parkings.Load(s); open && within && step == atEnd[i] {
			return &StuckError{Task: s.task.name(), What: doing.String(), Stack: stackOf(p.(*parking).goroutine.Load())}
		}
	}
	for _, s := range subtasks {
		if goroutine := s.lane.(*liveLane).goroutine.Load(); goroutine != 0 {
			return &StuckError{Task: s.task.name(), What: "it makes its snapshot or its output durable, or commits", Stack: stackOf(goroutine)}
		}
	}
	return &StuckError{Task: a.job.name, What: "it records how it ended", Stack: stackOf(a.master.lane.(*liveLane).goroutine.Load())}
}

// goroutine is the number of the goroutine that calls, as it stands at the head of its stack.
func goroutine() int64 {
	var b [64]byte
	fields := bytes.Fields(b[:goruntime.Stack(b[:], false)])
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return n
}

// stackOf is the stack of another goroutine, "" if it has ended.
func stackOf(goroutine int64) string {
	b := make([]byte, 1<<20)
	n := goruntime.Stack(b, true)
	head := fmt.Appendf(nil, "goroutine %d ", goroutine)
	for stack := range bytes.SplitSeq(b[:n], []byte("\n\n")) {
		if bytes.HasPrefix(stack, head) {
			return string(stack)
		}
	}
	return ""
}
