package core_test

import (
	"fmt"
	"testing"

	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime/config"
)

// Tumbling, sliding, session and pre-aggregated windows of items that are out of order, and of some that are late. Their source fails again and again on
// its way, with state that is written whole and with checkpoints that hold only what changed, aligned and not, of one and of two subtasks, and at another
// parallelism in each run: every window comes once, with exactly its items, and what is late comes out as late.
func TestScenario08WindowsAreExact(t *testing.T) {
	var all figures
	for _, topology := range windowTopologies {
		for _, test := range []struct {
			name        string
			parallelism []int
			unaligned   bool
		}{
			{"of one subtask", []int{1}, false},
			{"of two", []int{2}, false},
			{"rescaled", []int{2, 1, 3}, false},
			{"of one, unaligned", []int{1}, true},
			{"of two, unaligned", []int{2}, true},
			{"rescaled, unaligned", []int{2, 1, 3}, true},
		} {
			for _, incremental := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/incremental %v", topology.name, test.name, incremental), func(t *testing.T) {
					var faults *topologies.Faults
					sc := &scenario{
						topology: topology.name, parallelism: test.parallelism, endings: []ending{{kill: 5}, {kill: 3, power: true}},
						faults: func(f *topologies.Faults) {
							faults = f
							f.Every = 37
							f.Read.Store(3)
						},
						config: func(_ int, c *config.Config) {
							c.MaxParallelism, c.Checkpointing.Unaligned, c.Checkpointing.Incremental = 4, test.unaligned, incremental
						},
					}
					sc.holds = func(h *history) error {
						if failed := faults.Failed.Load(); failed != 3 {
							return fmt.Errorf("the source fails %d times, want 3", failed)
						}
						return restoredEach(h)
					}
					all.add(sc.show(t))
				})
			}
		}
	}
	if all.schedules > 1 && (all.inFlight == 0 || all.resting == 0) {
		t.Fatalf("%d inputs had records in flight, and %d checkpoints rested on others: want some of both", all.inFlight, all.resting)
	}
}
