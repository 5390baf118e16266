package core_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// newCombinedSchedule draws a story of any of the pipelines, and which of the things it is told with that the other stories have one at a time:
// barriers that overtake, checkpoints of what changed, more key groups, second copies, other forms of the state, savepoints that are restored and
// claimed. Whether checkpoints hold only what changed may differ from run to run.
func newCombinedSchedule(seed uint64) *schedule {
	r := rand.New(rand.NewPCG(seed, 1))
	parallelism := []int{0, 0, 2, 3}[r.IntN(4)]
	var s *schedule
	switch r.IntN(12) {
	case 0:
		s = newSchedule(seed, parallelism)
	case 1, 2:
		s = newIncrementalSchedule(seed, parallelism)
	case 3:
		s = newApartSchedule(seed, parallelism)
	case 4:
		s = newListSchedule(seed, parallelism)
	case 5:
		s = newTimedSchedule(seed, parallelism)
	case 6:
		s = newApartTimedSchedule(seed, parallelism)
	case 7:
		s = newCallingSchedule(seed, callingKind(r.IntN(3)))
	case 8:
		s = newLoopSchedule(seed, parallelism)
	default:
		s = newFlowSchedule(seed, allTopologies[r.IntN(len(allTopologies))])
	}
	s.unaligned = r.IntN(3) > 0
	s.raises = r.IntN(2) == 0
	s.wavers = r.IntN(2) == 0
	s.incremental = s.incremental || s.wavers
	s.backs = r.IntN(4) == 0
	if s.relayed && s.apart == words && !s.rebuilds {
		s.changing = r.IntN(3) == 0
	}
	if s.timed == nil && s.flow == nil && r.IntN(3) == 0 {
		s.restoreSavepoints()
	}
	for i := range s.fates {
		if s.unaligned && s.fates[i].savepoints > 0 {
			s.fates[i].savepoints += 100 // there are up to 12 subtasks
		}
	}
	return s
}

// TestCombinedSchedules tells stories that have several of these at once, in one run or one after the other.
func TestCombinedSchedules(t *testing.T) {
	f := figures{began: time.Now()}
	const many = 1200
	seeds(t, many, func(seed uint64) {
		told(t, seed, &f, func() *schedule { return newCombinedSchedule(seed) })
	})
	f.log(t)
	t.Logf("%d times a retained checkpoint was found that rests on others; records were in flight to %d inputs in those that were audited", f.resting, f.inFlight)
	all.add(f)
	if (f.resting == 0 || f.inFlight == 0 || f.raised == 0 || f.forks == 0) && f.schedules >= many {
		t.Fatal("a story that is to be told is missing")
	}
}

// TestModesChange lets some runs count at least once and others exactly once, with barriers that overtake: in the end nothing is lost.
func TestModesChange(t *testing.T) {
	f := figures{began: time.Now()}
	for _, draw := range []func(seed uint64, parallelism int) *schedule{newSchedule, newIncrementalSchedule, newListSchedule, newLoopSchedule} {
		seeds(t, 100, func(seed uint64) {
			told(t, seed, &f, func() *schedule {
				s := draw(seed, 0)
				s.mode, s.unaligned, s.wavers, s.raises = config.AtLeastOnce, true, true, seed%2 == 0
				return s
			})
		})
	}
	f.log(t)
	all.add(f)
}
