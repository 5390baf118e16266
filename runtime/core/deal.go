package core

import (
	"slices"

	"github.com/streamgen/streamgen/runtime"
)

// deal divides splits among n subtasks, so that their weights are about equal. Each subtask keeps the order that the source gave.
func deal(splits []runtime.Split, n int) [][]runtime.Split {
	order := make([]int, len(splits))
	for i := range order {
		order[i] = i
	}
	weight := func(i int) int64 {
		if splits[i].Done {
			return 0
		}
		return max(splits[i].Weight, 1)
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(min(max(weight(b)-weight(a), -1), 1)) })

	dealt, load, owner := make([][]runtime.Split, n), make([]int64, n), make([]int, len(splits))
	for turn, i := range order {
		least := turn % n
		if weight(i) > 0 {
			for k := range load {
				if load[k] < load[least] {
					least = k
				}
			}
		}
		owner[i] = least
		load[least] += weight(i)
	}
	for i, s := range splits {
		dealt[owner[i]] = append(dealt[owner[i]], s)
	}
	return dealt
}
