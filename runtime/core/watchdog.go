package core

import (
	"fmt"
	"time"
)

// watchdog finds a subtask that does not come out of a step while a checkpoint waits for it: nothing else would ever take its barrier.
type watchdog struct {
	limit time.Duration // 0: there is none
	seen  []seen        // by subtask
	next  time.Duration // when to look again
}

// seen is the step that a subtask was last seen in, and since when.
type seen struct {
	step  uint64
	since time.Duration
}

func newWatchdog(limit time.Duration, subtasks int) watchdog {
	return watchdog{limit: limit, seen: make([]seen, subtasks)}
}

// wake is when to look again.
func (w *watchdog) wake(now time.Duration) time.Duration {
	if w.next <= now {
		w.next = now + max(w.limit/4, time.Millisecond)
	}
	return w.next
}

// look returns the error of a subtask that has been in one step for longer than the limit, nil if there is none. Waits says
// whether a checkpoint waits for it.
func (w *watchdog) look(now time.Duration, subtasks []*subtask, waits func(subtask int) bool) error {
	if w.limit == 0 {
		return nil
	}
	for i, s := range subtasks {
		step, within, d := s.activity.now()
		switch was := w.seen[i]; {
		case !within || !waits(i):
			w.seen[i] = seen{}
			continue
		case was.step != step:
			w.seen[i] = seen{step, now}
		case now-was.since >= w.limit:
			return &StuckError{Task: s.task.name(), What: fmt.Sprintf("%v, and has not come back from user code for %v "+
				"(execution.checkpointing.synchronous-timeout), while a checkpoint waits for it", d, (now - was.since).Round(time.Millisecond))}
		}
		// So that a step is no longer than user code takes for one record or timer. Each time: one that has just begun forgets what it was told before.
		s.mailbox.hurry()
	}
	return nil
}
