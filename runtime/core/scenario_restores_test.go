package core_test

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// unaligned lets barriers overtake in every run.
func unaligned(_ int, c *config.Config) { c.Checkpointing.Unaligned = true }

// haveInFlight fails a test of which no checkpoint held records in flight, unless it told one story alone.
func (f *figures) haveInFlight(t *testing.T) {
	t.Helper()
	if f.schedules > 1 && f.inFlight == 0 {
		t.Fatal("no checkpoint that was audited held records in flight")
	}
}

// restoredEach says that every attempt but the first has gone on from a checkpoint.
func restoredEach(h *history) error {
	for i, a := range h.attempts {
		if from := a.checkpoints(runtime.EventRestoring); i > 0 && (len(from) != 1 || from[0] == 0) {
			return fmt.Errorf("attempt %d goes on from %v", i+1, from)
		}
	}
	return nil
}

// Each of nine topologies, with every kind of edge among them, is killed, loses power and is stopped, and goes on from an unaligned checkpoint at another
// parallelism, up and down: nothing is lost, doubled or out of order.
func TestScenario02UnalignedCheckpointsAreRescaled(t *testing.T) {
	var all figures
	for _, topology := range []string{"chain", "rebalanced", "rescaled", "broadcast", "fan-out and two sinks", "union", "two inputs", "broadcast state", "many stages"} {
		t.Run(topology, func(t *testing.T) {
			all.add((&scenario{
				topology: topology, parallelism: []int{1, 3, 2, 4}, config: unaligned, holds: restoredEach,
				endings: []ending{{kill: 2}, {kill: 1, power: true}, {stop: 1}},
			}).show(t))
		})
	}
	all.haveInFlight(t)
}

// A task with edges of four kinds goes on from unaligned checkpoints at another parallelism. Both sinks take their time, so that what waits reaches back to the source.
func TestScenario03EdgesOfSeveralKindsAreRescaled(t *testing.T) {
	sc := &scenario{
		topology: "edges of all kinds from one task", sources: map[string][]int{"Items": {5000, 4000}}, parallelism: []int{1, 3, 2, 3},
		pace: 2000, throttle: 100 * time.Millisecond, config: unaligned,
		holds: restoredEach, endings: []ending{{kill: 4}, {kill: 2}, {kill: 1, power: true}},
	}
	if f := sc.show(t); f.schedules > 1 && (f.sourceWaits < sc.throttle/2 || f.inFlight == 0) {
		t.Fatalf("the source waited for %v, want about as long as a sink takes; records were in flight to %d inputs", f.sourceWaits, f.inFlight)
	}
}

// Four sources go into a union on each input of a task with two, on to a window, and to a sink that takes its time: all that waits before it reaches back to the
// sources, so barriers overtake it. The job is killed again and again, and whoever starts it finds no checkpoint but the newest: every record comes out once.
func TestScenario04OnlyTheNewestCheckpointIsLeft(t *testing.T) {
	overtaken := false
	sc := &scenario{
		topology: "two inputs and a window", sources: map[string][]int{"A": {8000}, "B": {1000, 500}, "C": {2000}, "D": {100, 1500}}, parallelism: []int{2},
		endings: []ending{{kill: 6}, {kill: 2}, {kill: 1}, {kill: 3, power: true}, {kill: 1, power: true}, {kill: 2}},
		pace:    2000, throttle: 100 * time.Millisecond,
		config: func(_ int, c *config.Config) {
			c.Checkpointing.NumRetained, c.Checkpointing.Unaligned, c.Checkpointing.InlineThreshold = 3, true, 0
		},
		between: deleteAllButTheNewest,
		holds: func(h *history) error {
			overtaken = overtaken || h.heldInFlight("Meet") && h.heldInFlight("Rows")
			return restoredEach(h)
		},
	}
	if f := sc.show(t); f.schedules > 1 && (f.sourceWaits < sc.throttle/2 || !overtaken) {
		t.Fatalf("a source waited for %v, want about as long as the sink takes; records were in flight to both tasks: %v", f.sourceWaits, overtaken)
	}
}

// deleteAllButTheNewest deletes the manifests of all checkpoints but the newest.
func deleteAllButTheNewest(disk *vfs.Mem) error {
	folders, err := disk.ReadDir("/checkpoints")
	if err != nil {
		return err
	}
	var manifests []string
	for _, f := range folders {
		if !strings.HasPrefix(f.Name, "epoch-") {
			continue
		}
		entries, err := disk.ReadDir(path.Join("/checkpoints", f.Name))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name, "manifest-") {
				manifests = append(manifests, path.Join("/checkpoints", f.Name, e.Name))
			}
		}
	}
	slices.SortFunc(manifests, func(a, b string) int { return cmp.Or(cmp.Compare(path.Base(a), path.Base(b)), cmp.Compare(a, b)) })
	for _, m := range manifests[:max(0, len(manifests)-1)] {
		if err := disk.Remove(m); err != nil {
			return err
		}
		if err := disk.SyncDir(path.Dir(m)); err != nil {
			return err
		}
	}
	return nil
}

// An unaligned checkpoint is restored by a job that aligns, and an aligned one by a job that does not, also one that aligns for a while.
func TestScenario06AnotherAlignment(t *testing.T) {
	var all figures
	for _, topology := range []string{"rebalanced", "two inputs", "broadcast state"} {
		t.Run(topology, func(t *testing.T) {
			all.add((&scenario{
				topology: topology, parallelism: []int{2}, endings: []ending{{kill: 2}, {kill: 1}, {kill: 2, power: true}, {kill: 1}}, holds: restoredEach,
				config: func(run int, c *config.Config) {
					c.Checkpointing.Unaligned = run%2 == 1
					if run == 3 {
						c.Checkpointing.AlignedTimeout = time.Millisecond
					}
				},
			}).show(t))
		})
	}
	all.haveInFlight(t)
}

// A job with keyed state, a split list and a union list, and one with keyed and broadcast state, go up and down in parallelism, with a number of key groups
// that is chosen at the first start (0), or set: all comes out as if there had been one run.
func TestScenario21StateIsRescaled(t *testing.T) {
	for _, topology := range []string{"state without a key", "broadcast state", "timers"} {
		for _, groups := range []int{0, 6} {
			t.Run(fmt.Sprint(topology, " in ", groups, " key groups"), func(t *testing.T) {
				(&scenario{
					topology: topology, parallelism: []int{2, 4, 1, 3}, endings: []ending{{stop: 1}, {stop: 2}, {kill: 1}}, holds: restoredEach,
					config: func(_ int, c *config.Config) { c.MaxParallelism = groups },
				}).show(t)
			})
		}
	}
}

// Many small splits are dealt out to readers that are killed, at another parallelism each time, of which one fails by itself, and a subtask cannot store what
// it is to acknowledge: every split is read once, over all runs.
func TestScenario25EverySplitIsReadOnce(t *testing.T) {
	(&scenario{
		faults: func(f *topologies.Faults) {
			f.Every = 55
			f.Read.Store(1)
		},
		disk: failing(1, func(h *history, op vfs.Op, name string) bool {
			return len(h.all(runtime.EventPublished)) > 0 && storing(h, op, name)
		}),
		config:   inFiles(1),
		topology: "chain", sources: map[string][]int{"Items": {5, 6, 7, 8, 9, 5, 6, 7, 8, 9, 1, 2, 3}}, parallelism: []int{3, 2, 4}, holds: restoredEach,
		endings: []ending{{kill: 1}, {kill: 1, power: true}, {kill: 1}},
	}).show(t)
}
