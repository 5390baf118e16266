package core_test

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// figures are what a test reports.
type figures struct {
	schedules, runs                       int
	powerless, killed, overtaken          int
	stopped, cancelled, savepoints, forks int
	checkpoints, failed                   int
	faults                                [4]int // by kind, as process.fault has them
	points                                int    // single crash points
	replayed                              int
	lists                                 int           // of a subtask, restored with something in it
	resting                               int           // retained checkpoints that rest on others, in all audits
	inFlight                              int           // inputs of subtasks with records in flight, in the checkpoints that were audited
	sourceWaits                           time.Duration // the longest that a source of a topology had to wait until it could give more
	copies, besides                       int           // second copies that a run has found, and errors of their disk
	kept                                  int           // programs that had to stay because an operator had finished
	claimed                               int           // savepoints, and deleted when they were not needed any more
	raised                                int           // starts with more key groups than the run before
	regions                               int           // that were restarted by themselves
	spills, spilling                      int           // writes of records that wait on disk, and schedules in which there were any
	began                                 time.Time
}

func (f *figures) add(g figures) {
	f.schedules += g.schedules
	f.runs += g.runs
	f.powerless += g.powerless
	f.killed += g.killed
	f.overtaken += g.overtaken
	f.stopped += g.stopped
	f.cancelled += g.cancelled
	f.savepoints += g.savepoints
	f.forks += g.forks
	f.checkpoints += g.checkpoints
	f.failed += g.failed
	f.lists += g.lists
	f.resting += g.resting
	f.inFlight += g.inFlight
	f.sourceWaits = max(f.sourceWaits, g.sourceWaits)
	f.raised += g.raised
	f.regions += g.regions
	f.claimed += g.claimed
	f.kept += g.kept
	f.spills += g.spills
	f.spilling += g.spilling
	f.copies += g.copies
	f.besides += g.besides
	for i := range f.faults {
		f.faults[i] += g.faults[i]
	}
}

func (f *figures) log(t *testing.T) {
	t.Logf("no violation in %d schedules: %d runs, of which %d lost power, %d were killed, %d overtaken, %d stopped and %d cancelled",
		f.schedules, f.runs, f.powerless, f.killed, f.overtaken, f.stopped, f.cancelled)
	t.Logf("%d checkpoints and savepoints were completed and %d given up; %d savepoints were asked for, %d of them restored elsewhere",
		f.checkpoints, f.failed, f.savepoints, f.forks)
	if f.claimed > 0 {
		t.Logf("%d of the restored savepoints were claimed, and deleted when they were not needed any more", f.claimed)
	}
	if f.regions > 0 {
		t.Logf("%d regions were restarted by themselves", f.regions)
	}
	if f.raised > 0 {
		t.Logf("%d starts had more key groups than the run before", f.raised)
	}
	t.Logf("errors of the disk: %d before and %d after they took effect, %d for want of space, %d short writes", f.faults[0], f.faults[1], f.faults[2], f.faults[3])
	t.Logf("%.0f schedules a second", float64(f.schedules)/time.Since(f.began).Seconds())
}

// all are the figures of the whole process.
var all figures

// TestMain says at the end what was tried, so that a test log that only has its last lines still tells.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && all.schedules > 0 {
		fmt.Printf("simulation: no violation in %d random schedules (%d runs, %d crashes)", all.schedules, all.runs, all.powerless+all.killed)
		if all.points > 0 {
			fmt.Printf(", all %d single crash points", all.points)
		}
		if all.replayed > 0 {
			fmt.Printf(", every one of %d seeds replayed", all.replayed)
		}
		fmt.Println()
	}
	os.Exit(code)
}
