package core

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// resulting is a task that passes on what its calls return.
type resulting struct {
	Task
	calls    *Calls[int, int]
	passed   []int
	finished bool
}

func (r *resulting) Results() {
	for out := range r.calls.Results() {
		r.passed = append(r.passed, out)
	}
}

func (r *resulting) Finish() { r.finished = true }

// What is in flight at the barrier of a stop is in its savepoint: a result that is passed on behind it would come twice, and Finish would run
// although the job goes on later.
func TestNoResultFollowsTheBarrierOfAStop(t *testing.T) {
	s, _ := marking(1)
	r := &resulting{Task: Task{info: s.task.info, times: s.task.times}}
	s.runner, s.task = r, &r.Task
	s.run = &attempt{master: &master{mailbox: mailbox{wake: func() {}}}}
	r.calls = &Calls[int, int]{task: s.task, subtask: s, capacity: 10}
	s.calls, s.life, s.draining = r.calls, running, true
	r.calls.queue.settle(r.calls.queue.add(1), 1, nil)

	s.suspended = 7
	require.Equal(t, idle, s.step())
	require.Empty(t, r.passed)
	s.suspended = 0 // the stop was given up
	require.Equal(t, busy, s.step())
	require.Equal(t, []int{1}, r.passed)
	s.suspended = 8
	require.Equal(t, idle, s.step())
	require.False(t, r.finished)
	s.suspended = 0
	require.Equal(t, busy, s.step())
	require.True(t, r.finished)
}

// The end of a run ends the contexts of its calls before its subtasks hear of it. What a call returns then is no failure of its record.
func TestTheEndOfARunFailsNoRecord(t *testing.T) {
	s, _ := marking(1)
	s.life = running
	var failed []error
	c := &Calls[int, int]{task: s.task, subtask: s, capacity: 10, failed: func(_ int, err error) { failed = append(failed, err) }}
	c.ctx, c.stop = context.WithCancel(t.Context())
	s.calls = c
	returns := func(e *asyncEntry[int, int], err error) {
		c.running++
		s.handleCalled(&answer[int, int]{calls: c, entry: e, err: err})
		for range c.Results() {
		}
	}
	refused := errors.New("refused")
	returns(c.queue.add(1), refused)
	require.Equal(t, []error{refused}, failed)
	c.stop()
	returns(c.queue.add(2), context.Canceled)
	require.Len(t, failed, 1)
	require.False(t, c.empty(), "it is in flight until the subtask is closed")
}

// Those that take what has failed may be slow as well: what is urgent has its turn between two of them.
func TestWhatIsUrgentIsTakenBetweenTwoCallsThatHaveFailed(t *testing.T) {
	s, _ := marking(1)
	taken := 0
	c := &Calls[int, int]{task: s.task, subtask: s, capacity: 10, failed: func(int, error) {
		taken++
		s.task.hurried.Store(true)
	}}
	for i := range 3 {
		c.queue.settle(c.queue.add(i), 0, errors.New("refused"))
	}
	for range c.Results() {
	}
	require.Equal(t, 1, taken)
	s.task.hurried.Store(false)
	for range c.Results() {
	}
	require.Equal(t, 2, taken)
}
