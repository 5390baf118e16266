package config

import (
	"fmt"
	"strings"
)

// unknown is the error for a name that is none of the candidates. It offers the nearest one, if any is near.
func unknown(what, name string, candidates []string) error {
	if near, ok := nearest(name, candidates); ok {
		return fmt.Errorf("unknown %s %q: did you mean %s?", what, name, near)
	}
	return fmt.Errorf("unknown %s %q", what, name)
}

// nearest returns the first candidate that takes the fewest edits to become name. A candidate's end counts as much as the whole, so
// that "interval" finds "execution.checkpointing.interval".
func nearest(name string, candidates []string) (string, bool) {
	best, bestEdits := "", len(name)/2+1
	for _, candidate := range candidates {
		for end := candidate; ; {
			if n := edits(strings.ToLower(name), strings.ToLower(end)); n < bestEdits {
				best, bestEdits = candidate, n
			}
			_, rest, more := strings.Cut(end, ".")
			if !more {
				break
			}
			end = rest
		}
	}
	return best, best != ""
}

// edits is the number of characters to insert, delete, replace or swap with the next one to make a from b (optimal string alignment).
func edits(a, b string) int {
	before, above := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
