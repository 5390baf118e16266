package coordinator

import (
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
)

// schedule is what the interval of periodic checkpoints depends on.
type schedule struct {
	backlog  []bool // by subtask: its source has told of one
	finished []bool // by subtask: it has come to the end of its input
}

func newSchedule(subtasks int) schedule {
	return schedule{backlog: make([]bool, subtasks), finished: make([]bool, subtasks)}
}

// interval is the time from one periodic checkpoint to the next as things stand, 0 if there are none.
func (c *Coordinator) interval() time.Duration {
	switch {
	case c.o.UntilFirstEnd && slices.Contains(c.finished, true):
		return 0
	case c.o.Interval > 0 && slices.Contains(c.backlog, true):
		return c.o.BacklogInterval
	}
	return c.o.Interval
}

// Backlog takes what a source says of itself: that it reads what has piled up, or that it has caught up. One in backlog is enough for the
// other interval. The next checkpoint is due one new interval from now at the latest; at once, if one would have been due while there were none.
func (c *Coordinator) Backlog(subtask int, backlog bool, now time.Duration) {
	c.change(now, func() { c.backlog[subtask] = backlog && !c.finished[subtask] })
}

// Finished takes that a subtask has come to the end of its input, and so of its backlog.
func (c *Coordinator) Finished(subtask int, now time.Duration) {
	c.change(now, func() { c.backlog[subtask], c.finished[subtask] = false, true })
}

func (c *Coordinator) change(now time.Duration, change func()) {
	before := c.interval()
	change()
	if i := c.interval(); i != before && i > 0 {
		c.due = min(c.due, later(now, i))
	}
}

// Expects reports whether a checkpoint that is no savepoint is under way, or will be as things stand.
func (c *Coordinator) Expects() bool {
	return c.interval() > 0 && !c.closing ||
		slices.ContainsFunc(c.pending, func(p *pending) bool { return p.barrier.Kind != checkpoint.Savepoint })
}
