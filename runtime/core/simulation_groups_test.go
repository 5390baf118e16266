package core_test

import (
	"testing"
	"time"
)

// mostGroups is as high as a story raises the number of key groups.
const mostGroups = 64

// drawGroups is the number of key groups of the next run. It is only ever multiplied: whichever checkpoint the run goes on from, each of its
// groups can be split.
func (s *schedule) drawGroups() int {
	if s.groups == 0 {
		s.groups = 8
		switch {
		case s.raises:
			s.groups = 3 + s.random.IntN(4)
		case s.incremental:
			s.groups = 3 // the most subtasks there are: with more, all of a group would change at once
		}
	}
	if s.raises && s.random.IntN(2) == 0 {
		if factor := 2 + s.random.IntN(2); s.groups*factor <= mostGroups {
			s.groups *= factor
			s.figures.raised++
		}
	}
	return s.groups
}

// TestKeyGroupsAreRaised tells stories in which a run may have more key groups than the one before, at the same parallelism or another: after
// crashes, stops and cancels, and from savepoints.
func TestKeyGroupsAreRaised(t *testing.T) {
	f := figures{began: time.Now()}
	for _, test := range []struct {
		name           string
		n, parallelism int
		draw           func(seed uint64, parallelism int) *schedule
	}{
		{"word count", 600, 0, newSchedule},
		{"word count of the same parallelism", 300, 3, newSchedule},
		{"what changed", 200, 0, newIncrementalSchedule},
		{"timers", 200, 0, newTimedSchedule},
		{"timers of the same parallelism", 100, 3, newTimedSchedule},
		{"lists", 200, 0, newListSchedule},
	} {
		t.Run(test.name, func(t *testing.T) {
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule {
					s := test.draw(seed, test.parallelism)
					s.raises = true
					if s.timed == nil {
						s.restoreSavepoints()
					}
					return s
				})
			})
		})
	}
	f.log(t)
	all.add(f)
	if f.raised == 0 && *replay < 0 {
		t.Fatal("the number of key groups was never raised")
	}
}
