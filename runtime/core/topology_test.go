package core_test

import (
	"strings"
	"testing"
	"time"
)

// TestTopologySchedules tells random stories of every topology: with crashes, a loss of power, errors of the disk, runners that are overtaken, stops and
// cancels, at another parallelism and in another mode at every start.
func TestTopologySchedules(t *testing.T) {
	for _, topology := range allTopologies {
		if topology.trips {
			continue // see TestRegionSchedules
		}
		t.Run(topology.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, 200, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newFlowSchedule(seed, topology) })
			})
			f.log(t)
			all.add(f)
		})
	}
}

// TestRegionSchedules tells such stories of three regions, in two of which operators fail. Most of the time the region is restarted by itself while the others go on.
func TestRegionSchedules(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 400, func(seed uint64) {
		told(t, seed, &f, func() *schedule { return newFlowSchedule(seed, topologyNamed("three regions")) })
	})
	f.log(t)
	all.add(f)
	if f.regions == 0 && *replay < 0 {
		t.Fatal("no region was restarted by itself")
	}
}

// TestWindowSchedules tells random stories of every topology with windows, which comes out exactly whatever happens.
func TestWindowSchedules(t *testing.T) {
	for _, topology := range windowTopologies {
		for _, test := range []struct {
			name        string
			parallelism int
		}{{"2x2", 2}, {"rescaled at every start", 0}} {
			t.Run(topology.name+" "+test.name, func(t *testing.T) {
				f := figures{began: time.Now()}
				seeds(t, 100, func(seed uint64) {
					told(t, seed, &f, func() *schedule { return newWindowSchedule(seed, topology, test.parallelism) })
				})
				f.log(t)
				all.add(f)
			})
		}
	}
}

// TestEveryCrashPointOfTopologies lets a run of every topology die before and after every single operation on the disk, by a kill and by a loss of
// power: with barriers that overtake and snapshots in files, and with barriers that do not and snapshots in the manifest. A kill before an operation
// that changes nothing, and one after an operation, is the one before the next that does.
func TestEveryCrashPointOfTopologies(t *testing.T) {
	for _, topology := range allTopologies {
		t.Run(topology.name, func(t *testing.T) {
			for _, inline := range []int{0, 1000} {
				seed := uint64(1)
				story := func(f fate) *schedule {
					draw := func() *schedule { return crashSchedule(seed, topology, inline, f) }
					s := draw()
					if err := s.tell(); err != nil {
						again := draw()
						again.trace = &strings.Builder{}
						_ = again.tell()
						t.Fatalf("violation: crash at operation %d (after it: %v, power: %v, inline: %d): %v\n%s", f.op, f.after, f.power, inline, err, again.trace)
					}
					return s
				}
				calm := story(fate{})
				for ; calm.figures.checkpoints < 3 || topology.trips && calm.figures.regions == 0; calm = story(fate{}) {
					seed++ // a story of several checkpoints is wanted, in which a region is restarted if one may be
				}
				every := 1
				if testing.Short() {
					every = 5
				}
				for i := 0; i < len(calm.changes); i += every {
					op := calm.changes[i]
					story(fate{op: op})
					story(fate{op: op, power: true})
					story(fate{op: op, power: true, after: true})
				}
				story(fate{op: calm.changes[len(calm.changes)-1], after: true})
				all.points += calm.ops
				t.Logf("snapshots of up to %d bytes inline: %d checkpoints, %d operations", inline, calm.figures.checkpoints, calm.ops)
			}
		})
	}
}
