package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// marking is a subtask with input channels and one output of one channel, which is never sent.
func marking(channels int) (*subtask, *outlet[int]) {
	task := &Task{info: &vertexInfo{name: "T"}}
	task.times = times{head: runtime.Clock{Watermark: runtime.MinTime}, behind: runtime.Clock{Watermark: runtime.MinTime}}
	s := &subtask{task: task}
	for range channels {
		s.addChannel(channel{edge: &edge{}, channelTime: channelTime{watermark: runtime.MinTime}})
	}
	out := &Output[int]{task: task}
	out.outlets = []*outlet[int]{newOutlet[int](task, credits, &mailbox{wake: func() {}}, 0, home{})}
	s.outputs = append(s.outputs, out)
	return s, out.outlets[0]
}

// hears takes a mark from a channel.
func (s *subtask) hears(channel int, m mark) {
	s.from = channel
	s.takeMark(&batchHead{mark: m})
}

func at(w runtime.Time) mark { return mark{watermarkMark, w} }

func idleAt(w runtime.Time) mark { return mark{idleMark, w} }

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
	s.hears(1, idleAt(runtime.MinTime))
	require.Equal(t, runtime.MinTime, s.task.head.Watermark)
	s.hears(2, idleAt(runtime.MinTime))
	require.EqualValues(t, 10, s.task.head.Watermark)
	require.Equal(t, at(10), out.open.mark)

	s.hears(0, idleAt(runtime.MinTime))
	require.Equal(t, idleMark, out.open.mark.kind, "all are idle, so it is too")
	s.hears(1, at(4))
	require.Equal(t, at(10), out.open.mark, "it is idle no more, and its watermark does not go back")
}

// A mark that was not sent yet gives way to the next one, which must not forget the watermark.
func TestIdlenessKeepsTheWatermarkThatWasNotSent(t *testing.T) {
	s, out := marking(1)
	s.hears(0, at(10))
	s.hears(0, idleAt(10))
	require.Equal(t, idleAt(10), out.open.mark)

	s, out = marking(2)
	s.hears(0, at(20))
	s.hears(1, idleAt(10))
	require.EqualValues(t, 20, s.task.head.Watermark)
	s.hears(0, idleAt(30))
	require.EqualValues(t, 30, s.task.head.Watermark, "it comes before the idleness")
	require.Equal(t, idleAt(30), out.open.mark)
}

// It does not matter in which order channels become idle.
func TestTheLatestWatermarkCountsWhenAllAreIdle(t *testing.T) {
	for _, first := range []int{0, 1} {
		s, out := marking(2)
		s.hears(0, at(10))
		s.hears(1, at(4))
		s.hears(first, idleAt(runtime.MinTime))
		s.hears(1-first, idleAt(runtime.MinTime))
		require.EqualValues(t, 10, s.task.head.Watermark)
		require.Equal(t, idleAt(10), out.open.mark)
	}
}

// What fires at the watermark of a channel comes before its idleness.
func TestIdlenessWaitsForTimers(t *testing.T) {
	s, out := marking(1)
	q := &timer.Queue[int]{}
	s.task.events = append(s.task.events, q)
	var queued timer.Stamp
	q.Follow(1, 1, 0, timer.StampOf(5), &queued)
	h := &batchHead{mark: idleAt(10)}
	s.takeMark(h)
	require.True(t, s.firing)
	require.Equal(t, mark{}, out.open.mark)
	_, fired := q.Take()
	require.True(t, fired)
	s.endFiring()
	s.hasAdvanced()
	s.takeMark(h)
	require.Equal(t, idleAt(10), out.open.mark)
	require.Equal(t, mark{}, h.mark)
}

// What calls hold back does not go back either: the latest mark stands for those before it.
func TestMarksBehindACallKeepTheLatestWatermark(t *testing.T) {
	s, out := marking(1)
	calls := &Calls[int, int]{task: s.task, subtask: s, capacity: 10}
	s.calls = calls
	e := calls.queue.add(1)
	s.hears(0, at(10))
	s.hears(0, idleAt(10))
	s.current = &batch[int]{records: []int{1}}
	s.resume(&s.channels[0])
	calls.queue.settle(e, 1, nil)
	for range calls.Results() {
	}
	require.True(t, calls.empty())
	require.Equal(t, at(10), out.open.mark)
}

func TestRecordsEndIdleness(t *testing.T) {
	s, out := marking(1)
	s.hears(0, idleAt(runtime.MinTime))
	require.Equal(t, idleMark, out.open.mark.kind)
	s.current = &batch[int]{records: []int{1}}
	s.resume(&s.channels[0])
	require.Equal(t, watermarkMark, out.open.mark.kind)
}

// What comes from a source without a time holds nothing back, records or not, and its end changes nothing for the others.
func TestATimelessChannelHoldsNothingBack(t *testing.T) {
	s, out := marking(2)
	s.channels[1].timeless = true
	s.hears(0, at(10))
	require.EqualValues(t, 10, s.task.head.Watermark)
	s.from, s.current = 1, &batch[int]{records: []int{1}}
	s.resume(&s.channels[1])
	s.hears(0, at(12))
	require.EqualValues(t, 12, s.task.head.Watermark, "records do not give it a say")
	s.hears(1, at(runtime.MaxTime))
	require.EqualValues(t, 12, s.task.head.Watermark)
	require.Equal(t, at(12), out.open.mark)
	s.hears(0, at(runtime.MaxTime))
	require.Equal(t, runtime.MaxTime, s.task.head.Watermark)
}

// If the timeless one goes on, the end of the others is not the end of all.
func TestATimelessChannelMayOutliveTheOthers(t *testing.T) {
	s, out := marking(2)
	s.channels[1].timeless = true
	s.hears(0, at(10))
	s.hears(0, at(runtime.MaxTime))
	require.EqualValues(t, 10, s.task.head.Watermark)
	require.Equal(t, idleMark, out.open.mark.kind)
	s.hears(1, at(runtime.MaxTime))
	require.Equal(t, at(runtime.MaxTime), out.open.mark)
}

func TestWhoHasNoSayInEventTime(t *testing.T) {
	j := NewJob("J")
	task := func(o Operator, from ...*vertexInfo) *vertexInfo {
		v := &vertexInfo{name: o.uid, info: TaskInfo{Operators: []Operator{o}}}
		j.vertices = append(j.vertices, v)
		for _, f := range from {
			j.edges = append(j.edges, &edge{from: f, to: v})
		}
		return v
	}
	rules := task(Operator{uid: "Rules"})
	clicks := task(Operator{uid: "Clicks"})
	parsed := task(Operator{uid: "Parsed"}, rules)
	task(Operator{uid: "Sum"}, clicks, parsed)
	require.Nil(t, j.timeless(), "a job without event time")
	clicks.info.Operators[0].eventTime = &EventTime{}
	require.Equal(t, map[*vertexInfo]bool{rules: true, parsed: true}, j.timeless())
}

// A channel at its end holds nothing back, but the end of all comes only when no other may go on.
func TestTheEndOfSomeChannels(t *testing.T) {
	s, out := marking(2)
	s.hears(0, at(5))
	s.hears(1, at(runtime.MaxTime))
	require.EqualValues(t, 5, s.task.head.Watermark)
	s.hears(0, idleAt(runtime.MinTime))
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
	o := &Output[int]{task: task, outlets: []*outlet[int]{newOutlet[int](task, credits, read, 0, home{})}}
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
	r := &restored{groups: 12, checkpoint: &checkpoint.Checkpoint{KeyGroups: 12, Subtasks: []checkpoint.Subtask{old(0, 3, 30), old(1, 3, 10), old(2, 3, 20)}}}
	of := func(index, parallelism int, keyed bool) runtime.Time {
		return r.watermark(&vertexInfo{name: "T", parallelism: parallelism}, index, keyed, func(s *checkpoint.Subtask) int64 { return s.Watermark })
	}
	require.Equal(t, []runtime.Time{30, 10, 20}, []runtime.Time{of(0, 3, true), of(1, 3, true), of(2, 3, true)})
	require.Equal(t, []runtime.Time{10, 10}, []runtime.Time{of(0, 2, true), of(1, 2, true)}, "both take over a part of the second")
	require.EqualValues(t, 20, of(3, 4, true))
	require.EqualValues(t, 10, of(0, 3, false), "without keys anything may come to anyone")
	r.groups = 24
	require.Equal(t, []runtime.Time{30, 10, 20}, []runtime.Time{of(0, 3, true), of(1, 3, true), of(2, 3, true)}, "each group is split, none moves")
	require.Equal(t, []runtime.Time{30, 30, 10}, []runtime.Time{of(0, 5, true), of(0, 4, true), of(1, 5, true)})
	require.Equal(t, runtime.MinTime, (&restored{}).watermark(&vertexInfo{name: "T", parallelism: 1}, 0, true, nil))
}

// An operator that keeps no state by key is held for one that had keys, none of which sees the watermark go back, unless some records come to every subtask.
func TestARestoredWatermarkWithoutStateByKey(t *testing.T) {
	old := func(index int, w int64) checkpoint.Subtask {
		return checkpoint.Subtask{Task: "Count", Index: index, Parallelism: 2, Watermark: w, Operators: []checkpoint.Operator{{UID: "Count"}}}
	}
	from := &restored{groups: 12, checkpoint: &checkpoint.Checkpoint{KeyGroups: 12, Subtasks: []checkpoint.Subtask{old(0, 30), old(1, 10)}}}
	j := twoTasks()
	count, byKey := j.vertices[1], j.edges[0]
	byKey.batches = RecordCodec[int]{}
	a := &attempt{job: j, from: from, env: &environment{driver: &liveClock{}, groups: 12}}
	for partition, want := range map[Partition]runtime.Time{Hash: 30, Rebalance: 10} {
		byKey.partition = partition
		require.Equal(t, want, a.restoredTimes(from, count, 0).head.Watermark, partition)
	}
	byKey.partition = Hash
	j.edges = append(j.edges, &edge{from: j.vertices[0], to: count, input: 1, partition: Broadcast, batches: RecordCodec[int]{}})
	times := a.restoredTimes(from, count, 0)
	require.EqualValues(t, 10, times.head.Watermark, "what comes to every subtask")
	require.EqualValues(t, 30, times.floors.of(0), "what comes by key")
}
