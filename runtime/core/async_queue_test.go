package core

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

type testQueue struct {
	asyncQueue[int, string]
	entries map[int]*asyncEntry[int, string]
}

func newTestQueue(unordered bool) *testQueue {
	return &testQueue{asyncQueue[int, string]{unordered: unordered}, map[int]*asyncEntry[int, string]{}}
}

func (q *testQueue) add(records ...int) {
	for _, n := range records {
		q.entries[n] = q.asyncQueue.add(n)
	}
}

func (q *testQueue) watermark(at int) { q.addMark(mark{watermarkMark, runtime.Time(at)}) }

func (q *testQueue) complete(records ...int) {
	for _, n := range records {
		q.settle(q.entries[n], strconv.Itoa(n), nil)
	}
}

// leave takes out all that may leave: results, and watermarks with a w before them.
func (q *testQueue) leave() []string {
	var left []string
	for e := q.next(); e != nil; e = q.next() {
		q.remove(e)
		if e.isMark() {
			left = append(left, "w"+strconv.Itoa(int(e.mark.watermark)))
			continue
		}
		left = append(left, e.out)
	}
	return left
}

func (q *testQueue) held() []int { return slices.Collect(q.inFlight()) }

func TestOrderedResultsLeaveInTheOrderOfTheirRecords(t *testing.T) {
	q := newTestQueue(false)
	q.add(1, 2, 3)
	q.complete(3, 2)
	require.Empty(t, q.leave())
	require.Equal(t, []int{1, 2, 3}, q.held())
	q.complete(1)
	require.Equal(t, []string{"1", "2", "3"}, q.leave())
	require.Empty(t, q.held())
}

func TestUnorderedResultsLeaveAsTheyCome(t *testing.T) {
	q := newTestQueue(true)
	q.add(1, 2, 3, 4)
	q.complete(3, 2)
	require.Equal(t, []string{"3", "2"}, q.leave())
	require.Equal(t, []int{1, 4}, q.held())
	q.complete(4, 1)
	require.Equal(t, []string{"4", "1"}, q.leave())
}

func TestNoResultCrossesAWatermark(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		q := newTestQueue(unordered)
		q.add(1, 2)
		q.watermark(10)
		q.watermark(20)
		q.add(3, 4)
		q.watermark(30)
		q.add(5)
		q.complete(5, 3, 2)
		if unordered {
			require.Equal(t, []string{"2"}, q.leave())
		} else {
			require.Empty(t, q.leave())
		}
		q.complete(1)
		left := q.leave()
		require.Equal(t, []string{"1", "w20", "3"}, slices.DeleteFunc(left, func(s string) bool { return s == "2" }))
		require.Equal(t, []int{4, 5}, q.held(), "a watermark is no record")
		q.complete(4)
		require.Equal(t, []string{"4", "w30", "5"}, q.leave())
	}
}

func TestAWatermarkWithNothingBeforeItLeavesAtOnce(t *testing.T) {
	q := newTestQueue(true)
	q.watermark(7)
	require.Equal(t, []string{"w7"}, q.leave())
	q.add(1)
	q.complete(1)
	require.Equal(t, []string{"1"}, q.leave())
}

func TestWhatComesAfterACallWasGivenUpDoesNotCount(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		q := newTestQueue(unordered)
		q.add(1)
		q.settle(q.entries[1], "given up", nil)
		q.complete(1)
		require.Equal(t, []string{"given up"}, q.leave())
		q.complete(1) // it has left already
		require.Empty(t, q.leave())
	}
}

// TestEveryOrderOfCompletion holds random queues against what they promise: each record leaves once, never across a watermark, and in
// order where that is asked for.
func TestEveryOrderOfCompletion(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 0))
		unordered := seed%2 == 0
		q := newTestQueue(unordered)
		var came, left, pending []int // watermarks are negative
		for len(came) < 30 || q.first != nil {
			number := len(came) + 1
			switch n := random.IntN(4); {
			case number <= 30 && n == 0:
				if q.last != nil && q.last.isMark() {
					came[len(came)-1] = -number // it takes the place of that one
				} else {
					came = append(came, -number)
				}
				q.watermark(number)
			case number <= 30 && n == 1:
				q.add(number)
				came, pending = append(came, number), append(pending, number)
			case n == 2 && len(pending) > 0:
				i := random.IntN(len(pending))
				q.complete(pending[i])
				pending = slices.Delete(pending, i, i+1)
			default:
				if e := q.next(); e != nil {
					q.remove(e)
					left = append(left, e.in-int(e.mark.watermark))
				}
			}
		}
		if unordered {
			sortBetweenWatermarks(left)
		}
		require.Equal(t, came, left, "seed %d", seed)
		require.Empty(t, q.done)
	}
}

func sortBetweenWatermarks(records []int) {
	from := 0
	for i, n := range records {
		if n < 0 {
			slices.Sort(records[from:i])
			from = i + 1
		}
	}
	slices.Sort(records[from:])
}
