package core

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
)

func TestKeyGroupsAreSharedOutAsInFlink(t *testing.T) {
	require.Equal(t, 128, defaultKeyGroups(1))
	require.Equal(t, 128, defaultKeyGroups(85))
	require.Equal(t, 256, defaultKeyGroups(86))
	require.Equal(t, 32768, defaultKeyGroups(30000))
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(1, 300).Draw(t, "groups")
		parallelism := rapid.IntRange(1, groups).Draw(t, "parallelism")
		next := 0
		for subtask := range parallelism {
			first, end := groupRange(subtask, parallelism, groups)
			require.Equal(t, next, first)
			for g := first; g < end; g++ {
				require.Equal(t, subtask, subtaskOfGroup(g, parallelism, groups))
			}
			next = end
		}
		require.Equal(t, groups, next)
	})
}

func TestRescaleReachesEverySubtask(t *testing.T) {
	for from := 1; from < 9; from++ {
		for to := 1; to < 9; to++ {
			sends, receives := make([]int, from), make([]int, to)
			for i := range from {
				for k := range to {
					if Rescale.reaches(i, from, k, to) {
						sends[i]++
						receives[k]++
					}
				}
			}
			require.NotContains(t, sends, 0, "%d to %d", from, to)
			require.NotContains(t, receives, 0, "%d to %d", from, to)
			if from == to {
				for i := range from {
					require.True(t, Rescale.reaches(i, from, i, to))
					require.Equal(t, 1, sends[i])
				}
			}
		}
	}
}

func TestAutoIsForwardAtEqualParallelism(t *testing.T) {
	require.Equal(t, Forward, Auto.under(3, 3))
	require.Equal(t, Rebalance, Auto.under(3, 4))
	require.Equal(t, Hash, Hash.under(3, 3))
}

func TestSplitsAreDealtByWeightAndNoneIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "subtasks")
		var splits []runtime.Split
		heaviest := int64(0)
		for i := range rapid.IntRange(0, 40).Draw(t, "splits") {
			s := runtime.Split{ID: string(rune('a' + i)), Weight: rapid.Int64Range(0, 100).Draw(t, "weight"), Done: rapid.Bool().Draw(t, "done")}
			heaviest = max(heaviest, s.Weight)
			splits = append(splits, s)
		}
		dealt := deal(splits, n)
		require.Len(t, dealt, n)
		seen := map[string]bool{}
		least, most := int64(1<<62), int64(0)
		for _, d := range dealt {
			load := int64(0)
			for i, s := range d {
				require.False(t, seen[s.ID])
				seen[s.ID] = true
				if i > 0 {
					require.Less(t, d[i-1].ID, s.ID, "the order of the source is kept")
				}
				if !s.Done {
					load += max(s.Weight, 1)
				}
			}
			least, most = min(least, load), max(most, load)
		}
		require.Len(t, seen, len(splits))
		require.LessOrEqual(t, most-least, max(heaviest, 1))
	})
}
