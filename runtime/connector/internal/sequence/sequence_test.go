package sequence_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/internal/sequence"
)

// TestEveryNumberOnce reads a sequence by random numbers of subtasks that are stopped at random snapshots.
func TestEveryNumberOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(0, 3000).Draw(rt, "n")
		seen := make([]int, n)
		var splits []runtime.Split
		for restarts := 0; ; restarts++ {
			all, err := sequence.Splits(n, splits)
			require.NoError(rt, err)
			parts := make([][]runtime.Split, rapid.IntRange(1, 5).Draw(rt, "subtasks"))
			for i, s := range all {
				parts[i%len(parts)] = append(parts[i%len(parts)], s)
			}
			splits = nil
			allDone := true
			for _, part := range parts {
				left := readSome(rt, n, part, seen, restarts > 5)
				for _, s := range left {
					allDone = allDone && s.Done
				}
				splits = append(splits, left...)
			}
			if allDone {
				break
			}
		}
		for i, times := range seen {
			require.Equal(rt, 1, times, "number %d", i)
		}
	})
}

func readSome(rt *rapid.T, n int64, splits []runtime.Split, seen []int, toEnd bool) []runtime.Split {
	r, err := sequence.NewReader(n, splits)
	require.NoError(rt, err)
	for {
		runs, err := r.Take(rapid.IntRange(1, 300).Draw(rt, "limit"))
		var taken []int64
		for _, run := range runs {
			for i := range run.Count {
				taken = append(taken, run.First+i)
			}
		}
		stop := err == io.EOF || !toEnd && rapid.IntRange(0, 5).Draw(rt, "stop") == 0
		if stop {
			taken = taken[:rapid.IntRange(0, len(taken)).Draw(rt, "consumed")]
		}
		for _, i := range taken {
			seen[i]++
		}
		if stop {
			state, err := r.Snapshot(len(taken))
			require.NoError(rt, err)
			return state
		}
	}
}

func TestOneReaderReadsInOrder(t *testing.T) {
	splits, err := sequence.Splits(sequence.Endless, nil)
	require.NoError(t, err)
	r, err := sequence.NewReader(sequence.Endless, splits)
	require.NoError(t, err)
	next := int64(0)
	for range 100 {
		runs, err := r.Take(77)
		require.NoError(t, err)
		for _, run := range runs {
			require.Equal(t, next, run.First)
			next += run.Count
		}
	}
	require.EqualValues(t, 7700, next)
}

// Who has read up to a position must have read the same numbers in every program that reads it: with stripes of another length, or another number of them, those
// of version 1 would mean other numbers. Such a change needs a version of its own in the connectors that use them, and a way to read this one.
func TestPositionsOfVersion1(t *testing.T) {
	splits, err := sequence.Splits(sequence.Endless, nil)
	require.NoError(t, err)
	require.Len(t, splits, 32)
	for i, id := range map[int]string{0: "stripe-00", 1: "stripe-01", 31: "stripe-31"} {
		require.Equal(t, runtime.Split{ID: id, Weight: 1}, splits[i])
	}
	// The stripes of split 1 are 256 to 511, 8448 to 8703 and so on.
	for _, test := range []struct {
		position []byte
		taken    int
		want     []sequence.Run
		after    []byte
	}{
		{nil, 100, []sequence.Run{{First: 256, Count: 100}}, []byte{0xe4, 0x02}},                // to 356
		{[]byte{0xe4, 0x02}, 156, []sequence.Run{{First: 356, Count: 156}}, []byte{0x80, 0x42}}, // to 8448
		{[]byte{0xff, 0x03}, 258, []sequence.Run{{First: 511, Count: 1}, {First: 8448, Count: 256}, {First: 16640, Count: 1}}, // from 511
			[]byte{0x81, 0x82, 0x01}}, // to 16641
	} {
		r, err := sequence.NewReader(sequence.Endless, []runtime.Split{{ID: "stripe-01", Position: test.position}})
		require.NoError(t, err)
		runs, err := r.Take(test.taken)
		require.NoError(t, err)
		require.Equal(t, test.want, runs)
		left, err := r.Snapshot(test.taken)
		require.NoError(t, err)
		require.Equal(t, test.after, left[0].Position)
	}
}

func TestRefused(t *testing.T) {
	_, err := sequence.Splits(-2, nil)
	require.EqualError(t, err, "-2 records: give their number, or -1 for no end")
	for _, s := range []runtime.Split{{ID: "x"}, {ID: "stripe-32"}, {ID: "stripe-x"}, {ID: "stripe-1", Position: []byte{0x80}}} {
		_, err := sequence.Splits(1, []runtime.Split{s})
		require.Error(t, err)
		_, err = sequence.NewReader(1, []runtime.Split{s})
		require.Error(t, err)
	}
	r, err := sequence.NewReader(10, []runtime.Split{{ID: "stripe-00"}})
	require.NoError(t, err)
	_, err = r.Take(3)
	require.NoError(t, err)
	_, err = r.Snapshot(4)
	require.EqualError(t, err, "snapshot behind 4 records, 1 more than were read")
}
