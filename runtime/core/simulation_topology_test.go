package core_test

import (
	"testing"
	"time"
)

// TestTopologiesChange tells stories in which each run is one of two programs: Lines, Split and Count in two tasks, or Lines, Words and Count in
// three. So operators come and go, Lines moves from one task to another, and at other parallelisms too; the states that have the same uids are restored.
func TestTopologiesChange(t *testing.T) {
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

// keepTopology is what a user does whose program has got an operator before one that had finished: the program that there was ends the job.
func (s *schedule) keepTopology() error {
	s.rebuilds, s.relayed = false, !s.relayed
	s.figures.kept++
	s.fates = append(s.fates, fate{}) // the one that was refused does not count
	return s.audit(soFar)
}
