package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
)

// marking is a subtask with input channels and one output of one channel, which is never sent.
func marking(channels int) (*subtask, *outlet[int]) {
	task := &Task{info: &vertexInfo{name: "T"}}
	task.times = times{head: runtime.Clock{Watermark: runtime.MinTime}, behind: runtime.Clock{Watermark: runtime.MinTime}}
	s := &subtask{task: task}
	for range channels {
		s.addChannel(0)
	}
	out := &Output[int]{task: task}
	out.outlets = []*outlet[int]{newOutlet[int](task, &mailbox{wake: func() {}}, 0, home{})}
	s.outputs = append(s.outputs, out)
	return s, out.outlets[0]
}

// hears takes a mark from a channel.
func (s *subtask) hears(channel int, m mark) {
	s.from = channel
	s.takeMark(&batchHead{mark: m})
}

func at(w runtime.Time) mark { return mark{watermarkMark, w} }

func TestTheLeastWatermarkCounts(t *testing.T) {
	s, out := marking(2)
	s.hears(0, at(10))
	require.Equal(t, runtime.MinTime, s.task.head.Watermark, "nothing is known of the other channel")
	s.hears(1, at(7))
	require.EqualValues(t, 7, s.task.head.Watermark)
	require.Equal(t, at(7), out.open.mark)
	s.hears(1, at(12))
	require.EqualValues(t, 10, s.task.head.Watermark)
	s.hears(0, at(9))
	require.EqualValues(t, 10, s.task.head.Watermark, "it never goes back")
}

func TestAnIdleChannelHoldsNothingBack(t *testing.T) {
	s, out := marking(3)
	s.hears(0, at(10))
	s.hears(1, mark{kind: idleMark})
	require.Equal(t, runtime.MinTime, s.task.head.Watermark)
	s.hears(2, mark{kind: idleMark})
	require.EqualValues(t, 10, s.task.head.Watermark)
	require.Equal(t, at(10), out.open.mark)

	s.hears(0, mark{kind: idleMark})
	require.Equal(t, idleMark, out.open.mark.kind, "all are idle, so it is too")
	s.hears(1, at(4))
	require.Equal(t, at(10), out.open.mark, "it is idle no more, and its watermark does not go back")
}

func TestRecordsEndIdleness(t *testing.T) {
	s, out := marking(1)
	s.hears(0, mark{kind: idleMark})
	require.Equal(t, idleMark, out.open.mark.kind)
	s.current = &batch[int]{records: []int{1}}
	s.resume(&s.channels[0])
	require.Equal(t, watermarkMark, out.open.mark.kind)
}

// A channel at its end holds nothing back, but the end of all comes only when no other may go on.
func TestTheEndOfSomeChannels(t *testing.T) {
	s, out := marking(2)
	s.hears(0, at(5))
	s.hears(1, at(runtime.MaxTime))
	require.EqualValues(t, 5, s.task.head.Watermark)
	s.hears(0, mark{kind: idleMark})
	require.EqualValues(t, 5, s.task.head.Watermark, "the idle channel may bring more")
	require.Equal(t, idleMark, out.open.mark.kind)
	s.hears(0, at(runtime.MaxTime))
	require.Equal(t, runtime.MaxTime, s.task.head.Watermark)
	require.Equal(t, at(runtime.MaxTime), out.open.mark)
}

// A reader of few records hears of the time although its batch does not fill.
func TestAMarkGoesOutByItself(t *testing.T) {
	task := &Task{}
	read := &mailbox{wake: func() {}}
	o := &Output[int]{task: task, outlets: []*outlet[int]{newOutlet[int](task, read, 0, home{})}}
	marks := 0
	for read.post.deliveries == nil {
		marks++
		o.mark(at(runtime.Time(marks)))
		require.LessOrEqual(t, marks, 10)
	}
	require.Equal(t, at(runtime.Time(marks)), read.post.deliveries[0].records.head().mark)
}

func TestARestoredWatermarkIsTheLeast(t *testing.T) {
	old := func(index, parallelism int, w int64) checkpoint.Subtask {
		return checkpoint.Subtask{Task: "T", Index: index, Parallelism: parallelism, Watermark: w, Operators: []checkpoint.Operator{{UID: "T"}}}
	}
	r := &restored{checkpoint: &checkpoint.Checkpoint{Subtasks: []checkpoint.Subtask{old(0, 3, 30), old(1, 3, 10), old(2, 3, 20)}}}
	of := func(index, parallelism int, keyed bool) runtime.Time {
		return r.watermark(&vertexInfo{name: "T", parallelism: parallelism}, index, keyed, 12)
	}
	require.Equal(t, []runtime.Time{30, 10, 20}, []runtime.Time{of(0, 3, true), of(1, 3, true), of(2, 3, true)})
	require.Equal(t, []runtime.Time{10, 10}, []runtime.Time{of(0, 2, true), of(1, 2, true)}, "both take over a part of the second")
	require.EqualValues(t, 20, of(3, 4, true))
	require.EqualValues(t, 10, of(0, 3, false), "without keys anything may come to anyone")
	require.Equal(t, runtime.MinTime, (&restored{}).watermark(&vertexInfo{name: "T", parallelism: 1}, 0, true, 12))
}
