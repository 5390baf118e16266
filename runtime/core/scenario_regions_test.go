package core_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// A map in one of three regions fails three times: the lists there and the counts are restored, so that everything comes out once, and no subtask of the
// other regions is opened a second time.
func TestScenario14OtherRegionsGoOn(t *testing.T) {
	for _, unaligned := range []bool{false, true} {
		t.Run(fmt.Sprintf("unaligned=%v", unaligned), func(t *testing.T) {
			const parallelism, failures = 2, 3
			(&scenario{
				topology: "three regions", sources: map[string][]int{"A": {40, 40}, "B": {30, 20}, "C": {30}}, parallelism: []int{parallelism},
				faults: func(f *topologies.Faults) {
					f.Every = 19 // behind the first checkpoint: before, not every subtask may run, and the whole job is restarted
					f.Map.Store(failures)
				},
				config: func(_ int, c *config.Config) {
					inFiles(0)(0, c)
					c.Checkpointing.Unaligned = unaligned
				},
				holds: func(h *history) error {
					failed := h.all(runtime.EventFailed)
					for _, e := range failed {
						if !slices.Equal(e.Tasks, []string{"A", "TripA", "HoldA", "CountA"}) {
							return fmt.Errorf("what has failed is %v: %w", e.Tasks, e.Err)
						}
					}
					if len(failed) != failures || len(h.attempts) != 1 {
						return fmt.Errorf("%d failures in %d attempts of the job, want %d in one", len(failed), len(h.attempts), failures)
					}
					if o := h.opened; o["B"] != parallelism || o["C"] != parallelism || o["A"] <= parallelism {
						return fmt.Errorf("of each source there are %d subtasks, and so many were opened: %v", parallelism, o)
					}
					return nil
				},
			}).show(t)
		})
	}
}

// With jobmanager.execution.failover-strategy=full a failure restarts everything.
func TestScenario14FullFailover(t *testing.T) {
	var opened []map[string]int
	(&scenario{
		topology: "three regions", sources: map[string][]int{"A": {40, 40}, "B": {30, 20}, "C": {30}}, parallelism: []int{2},
		faults: func(f *topologies.Faults) {
			f.Every = 19
			f.Map.Store(1)
		},
		config: func(_ int, c *config.Config) { set(t, "jobmanager.execution.failover-strategy", "full")(c) },
		holds: func(h *history) error {
			opened = append(opened, maps.Clone(h.opened))
			return nil
		},
	}).show(t)
	require.NotEmpty(t, opened)
	for _, o := range opened {
		require.Equal(t, map[string]int{"A": 4, "B": 4, "C": 4}, o, "each of two subtasks twice")
	}
}
