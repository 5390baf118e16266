package random

import (
	"fmt"
	"slices"
	"strings"
)

// Sorted returns values in an order of their own.
func Sorted(values []Value) []Value {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b Value) int {
		return strings.Compare(fmt.Sprintf("%020d %d %s", a.ID, a.Key, a.Tag), fmt.Sprintf("%020d %d %s", b.ID, b.Key, b.Tag))
	})
	return sorted
}

// Compare tells which values are missing in got, and which are there that are not wanted.
func Compare(want, got []Value) (missing, surplus []Value) {
	count := map[Value]int{}
	for _, v := range want {
		count[v]++
	}
	for _, v := range got {
		if count[v]--; count[v] < 0 {
			surplus = append(surplus, v)
		}
	}
	for _, v := range want {
		if count[v] > 0 {
			count[v]--
			missing = append(missing, v)
		}
	}
	return missing, surplus
}
