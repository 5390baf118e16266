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

// A map between source and count fails, and so do a snapshot of the count, a start and an end of a subtask, on each of three topologies, among them a
// union and one that shuffles twice, of 1 to 20 subtasks, unaligned: nothing is lost, doubled or out of order, and there are as
// many failures as were asked for.
func TestScenario01FailuresOfAMap(t *testing.T) {
	for _, topology := range []string{"chain", "rebalanced", "union"} {
		for _, parallelism := range []int{1, 5, 20} {
			t.Run(fmt.Sprint(topology, " of ", parallelism), func(t *testing.T) {
				sources := map[string][]int{"Items": {40, 30, 30, 20}}
				if topology == "union" {
					sources = map[string][]int{"A": {40, 20}, "B": {30}}
				}
				var f *topologies.Faults
				sc := &scenario{
					topology: topology, sources: sources, parallelism: []int{parallelism},
					faults: func(faults *topologies.Faults) {
						f = faults
						f.Every = 17
						f.Map.Store(2)
						f.Snapshot.Store(1)
						f.Open.Store(1)
						f.Close.Store(2)
					},
					config: func(_ int, c *config.Config) { c.Checkpointing.Unaligned = true },
				}
				sc.holds = func(h *history) error {
					failures := len(h.all(runtime.EventFailed))
					if f.Failed.Load() != 4 || f.Closed.Load() != 2 || failures > 4 || failures == 0 {
						return fmt.Errorf("%d failures, and %d in Close, of which %d ended an attempt: want 4, 2 and no more than 4",
							f.Failed.Load(), f.Closed.Load(), failures)
					}
					return nil
				}
				sc.show(t)
			})
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
