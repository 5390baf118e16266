package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// inFiles lets every snapshot be a file, and tolerates so many failed checkpoints.
func inFiles(tolerated int) func(int, *config.Config) {
	return func(_ int, c *config.Config) {
		c.Checkpointing.InlineThreshold, c.Checkpointing.TolerableFailures = 0, tolerated
	}
}

// failedBefore says that exactly so many checkpoints were given up, and that others were complete after them.
func failedBefore(h *history, n int) error {
	failed, published := h.all(runtime.EventCheckpointFailed), h.all(runtime.EventPublished)
	if len(failed) != n || len(published) == 0 || published[len(published)-1].Checkpoint < failed[n-1].Checkpoint {
		return fmt.Errorf("%d checkpoints were given up, want %d, and complete ones after them", len(failed), n)
	}
	return nil
}

// A map between source and count fails, or a snapshot behind it, or the map and then a start that restores, or the map and then an end of a subtask: on each of
// four topologies, among them a union, one that shuffles twice and one with several inputs, of 1 to 20 subtasks each, unaligned. Nothing is lost, doubled or out of
// order, and the job fails exactly as often as something was to fail.
func TestScenario01FailuresOfAMap(t *testing.T) {
	for _, failures := range []struct {
		name                       string
		inMap, inSnapshot, inOpen  int64
		inClose, failed, unnoticed int64
	}{
		{name: "in the map", inMap: 1, failed: 1},
		{name: "in a snapshot", inSnapshot: 1, failed: 1},
		{name: "in the map and a restore", inMap: 1, inOpen: 1, failed: 2},
		{name: "in the map and an end", inMap: 1, inClose: 1, failed: 1, unnoticed: 1},
	} {
		for _, topology := range []string{"chain", "rebalanced", "union", "two inputs and a window"} {
			most := 20
			if topology == "two inputs and a window" {
				most = 12 // it has seven tasks: the simulation takes a step of one subtask at a time
			}
			for _, parallelism := range []int{1, 5, most} {
				t.Run(fmt.Sprint(failures.name, "/", topology, " of ", parallelism), func(t *testing.T) {
					sources := map[string]map[string][]int{
						"union":                   {"A": {40, 20}, "B": {30}},
						"two inputs and a window": {"A": {40}, "B": {30, 9}, "C": {20}, "D": {31}},
					}[topology]
					if sources == nil {
						sources = map[string][]int{"Items": {40, 30, 30, 20}}
					}
					var f *topologies.Faults
					sc := &scenario{
						topology: topology, sources: sources, parallelism: []int{parallelism}, config: unaligned,
						faults: func(faults *topologies.Faults) {
							f = faults
							f.Every = 17
							f.Map.Store(failures.inMap)
							f.Snapshot.Store(failures.inSnapshot)
							f.Open.Store(failures.inOpen)
							f.Close.Store(failures.inClose)
						},
					}
					sc.holds = func(h *history) error {
						n := int64(len(h.all(runtime.EventFailed)))
						if n != failures.failed || f.Failed.Load() != failures.failed || f.Closed.Load() != failures.unnoticed {
							return fmt.Errorf("the job failed %d times, for %d failures of its operators; %d ends of subtasks failed: want %d and %d",
								n, f.Failed.Load(), f.Closed.Load(), failures.failed, failures.unnoticed)
						}
						return nil
					}
					sc.show(t)
				})
			}
		}
	}
}

// The file of a snapshot cannot be written, made durable or closed, once, and it is one that holds records in flight: that checkpoint is given up, the next is
// complete.
func TestScenario05ASnapshotIsNotStored(t *testing.T) {
	for _, op := range []vfs.Op{vfs.OpWrite, vfs.OpSync, vfs.OpClose} {
		t.Run(op.String(), func(t *testing.T) {
			(&scenario{
				topology: "rebalanced", sources: map[string][]int{"Items": {160, 120, 80}}, parallelism: []int{2},
				pace: 16, throttle: 100 * time.Millisecond, awaits: eventually(runtime.EventCheckpointFailed),
				config: func(run int, c *config.Config) {
					inFiles(1)(run, c)
					c.Checkpointing.Unaligned = true
				},
				disk: failing(1, storingInFlight(op)),
				holds: func(h *history) error {
					for _, e := range h.all(runtime.EventCheckpointFailed) {
						if !errors.Is(e.Err, errDisk) {
							return fmt.Errorf("checkpoint %d was given up: %w", e.Checkpoint, e.Err)
						}
					}
					return failedBefore(h, 1)
				},
			}).show(t)
		})
	}
}

// One checkpoint of a graph of many stages fails: every subtask that listens hears of each other one at most once that it is complete, never
// of the failed one.
func TestScenario09OneFailedCheckpointOfManyStages(t *testing.T) {
	(&scenario{
		topology: "many stages", parallelism: []int{2}, config: inFiles(1), disk: failing(1, storing),
		holds: func(h *history) error {
			for _, e := range h.ears {
				if len(e.aborted) != 1 {
					return fmt.Errorf("a subtask heard of %v", e.aborted)
				}
			}
			return failedBefore(h, 1)
		},
	}).show(t)
}

// The manifest of one checkpoint cannot be stored, then a subtask cannot store a snapshot: every subtask is told of the one, then of the other, each
// once.
func TestScenario10EveryAbortIsToldOnce(t *testing.T) {
	(&scenario{
		topology: "many stages", parallelism: []int{2}, config: inFiles(10),
		disk: func() func(*history, vfs.Op, string) error {
			manifest, snapshot := failing(1, publishing)(), failing(1, storing)()
			return func(h *history, op vfs.Op, name string) error {
				if len(h.all(runtime.EventCheckpointFailed)) == 0 {
					return manifest(h, op, name)
				}
				return snapshot(h, op, name)
			}
		},
		holds: func(h *history) error {
			for _, e := range h.ears {
				if len(e.aborted) != 2 {
					return fmt.Errorf("a subtask heard of %v", e.aborted)
				}
			}
			return failedBefore(h, 2)
		},
	}).show(t)
}

// No failed checkpoint is tolerated, and one fails: while its manifest is stored, or in a subtask, off the record path. The job fails and names the
// option; the next run goes on from the checkpoint before.
func TestScenario11NoFailureIsTolerated(t *testing.T) {
	for _, test := range []struct {
		name  string
		meant func(*history, vfs.Op, string) bool
	}{{"the manifest", publishing}, {"a snapshot", storing}} {
		t.Run(test.name, func(t *testing.T) {
			(&scenario{
				topology: "two inputs", parallelism: []int{2}, disk: failing(1, test.meant),
				config: func(run int, c *config.Config) {
					inFiles(0)(run, c)
					c.Restart.Strategy = config.NoRestart
				},
				holds: func(h *history) error {
					failures := h.all(runtime.EventFailed)
					if len(failures) != 1 || !errors.Is(failures[0].Err, coordinator.ErrTooManyFailures) || !errors.Is(failures[0].Err, errDisk) ||
						!strings.Contains(failures[0].Err.Error(), "execution.checkpointing.tolerable-failed-checkpoints") {
						return fmt.Errorf("the failures are %v", failures)
					}
					return failedBefore(h, 1)
				},
			}).show(t)
		})
	}
}

// A subtask cannot acknowledge a checkpoint, for it has nothing durable to acknowledge: the checkpoint is given up at once, though it might take an hour
// until it expires. (Within one process an acknowledgement itself is always delivered.)
func TestScenario13NoAcknowledgement(t *testing.T) {
	(&scenario{
		topology: "many stages", parallelism: []int{2}, config: inFiles(1), disk: failing(1, storing),
		holds: func(h *history) error {
			for _, e := range h.all(runtime.EventCheckpointFailed) {
				if strings.Contains(e.Err.Error(), "expired") || e.Duration >= time.Hour || !errors.Is(e.Err, errDisk) {
					return fmt.Errorf("checkpoint %d was given up: %w", e.Checkpoint, e.Err)
				}
			}
			return failedBefore(h, 1)
		},
	}).show(t)
}
