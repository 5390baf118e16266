package core

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// chained is a task with two timers of one key: the first sets the second to its own time.
type chained struct {
	Task
	queue         timer.Queue[int]
	first, second timer.Event
	queued        [2]timer.Stamp
	fired         []int
}

func (c *chained) Fire() {
	for due := range Due(&c.Task, &c.queue) {
		field := []*timer.Event{&c.first, &c.second}[due.Timer]
		if !c.queue.Fires(due, field, &c.queued[due.Timer]) {
			continue
		}
		c.fired = append(c.fired, due.Timer)
		if due.Timer == 0 {
			c.second.Set(due.Time())
		}
		c.follow()
	}
}

func (c *chained) follow() {
	c.queue.Follow(1, 1, 0, c.first.Stamp(), &c.queued[0])
	c.queue.Follow(1, 1, 1, c.second.Stamp(), &c.queued[1])
}

// At the end of input there is no later watermark for a timer that a callback sets to a time which has passed.
func TestATimerThatACallbackSetsToThePastFiresAtTheEnd(t *testing.T) {
	s, out := marking(1)
	c := &chained{Task: Task{info: s.task.info, times: s.task.times}}
	s.runner, s.task = c, &c.Task
	c.events = []timerQueue{&c.queue}
	c.first.Set(10)
	c.follow()
	s.hears(0, at(20))
	require.True(t, s.firing)
	s.fire()
	require.False(t, s.firing)
	require.Equal(t, []int{0}, c.fired, "the second waits for the next watermark")
	require.Equal(t, at(20), out.open.mark)

	s.hears(0, at(30))
	s.fire()
	require.Equal(t, []int{0, 1}, c.fired)
	c.first.Set(40)
	c.follow()
	s.hears(0, at(runtime.MaxTime))
	for s.firing {
		require.Equal(t, at(30), out.open.mark)
		s.fire()
	}
	require.Equal(t, []int{0, 1, 0, 1}, c.fired)
	require.Equal(t, at(runtime.MaxTime), out.open.mark)
}

// At the end the watermark plus anything is the last of all times: who sets a timer so each time is called once more, not for ever.
func TestATimerThatFollowsTheWatermarkEnds(t *testing.T) {
	var q timer.Queue[int]
	var e timer.Event
	var queued timer.Stamp
	e.Set(10)
	q.Follow(1, 1, 0, e.Stamp(), &queued)
	var fired []runtime.Time
	for range 5 {
		q.Begin(runtime.MaxTime)
		for due, ok := q.Take(); ok; due, ok = q.Take() {
			if q.Fires(due, &e, &queued) {
				fired = append(fired, due.Time())
				e.Set(runtime.MaxTime.Add(time.Second))
				q.Follow(1, 1, 0, e.Stamp(), &queued)
			}
		}
		q.End()
	}
	require.Equal(t, []runtime.Time{10, runtime.MaxTime}, fired)
}
