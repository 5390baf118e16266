package core_test

import (
	"testing"
	"time"
)

// TestScenario20TopologiesChange tells stories in which each run is one of two programs: Lines, Split and Count in two tasks, or Lines, Words and Count in
// three. So operators come and go, Lines moves from one task to another, and at other parallelisms too; the states that have the same uids are restored.
func TestScenario20TopologiesChange(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 800, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newSchedule(seed, 0)
			s.rebuilds = true
			s.restoreSavepoints()
			return s
		})
	})
	f.log(t)
	all.add(f)
	if f.kept == 0 && *replay < 0 {
		t.Fatal("no start was refused because an operator that had finished would get records")
	}
}

// newApartSchedule draws a story in which each run is one of two programs that have the same operators and chain others of them: what was in flight to
// an operator with a task of its own enters a task behind its head, and what entered and was not taken goes to a task of its own again.
func newApartSchedule(seed uint64, parallelism int) *schedule {
	s := newSchedule(seed, parallelism)
	s.rebuilds, s.apart = true, sinkApartToo
	if parallelism == 0 {
		s.apart = splitApart // totals of one word may come from two subtasks of the sink at another parallelism, in any order
	}
	return s
}

// newApartTimedSchedule draws such a story of timers: what enters a task must not come behind the watermark of its head.
func newApartTimedSchedule(seed uint64, parallelism int) *schedule {
	s := newTimedSchedule(seed, parallelism)
	s.rebuilds = true
	return s
}

// keepTopology is what a user does whose program has got an operator before one that had finished, or has chained one to it that had not: the program that there was ends the job.
func (s *schedule) keepTopology() error {
	s.kept, s.relayed = true, !s.relayed
	s.figures.kept++
	s.fates = append(s.fates, fate{}) // the one that was refused does not count
	return s.audit(soFar)
}
