package core_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// All sources have an end, and no periodic checkpoint is due before it: the job ends after one final checkpoint. And where some sources have come to
// their end before a failure, the job goes on without them.
func TestScenario15BoundedSources(t *testing.T) {
	t.Run("one final checkpoint", func(t *testing.T) {
		for _, topology := range []string{"two inputs", "state without a key", "broadcast state", "timers", "many stages"} {
			t.Run(topology, func(t *testing.T) {
				(&scenario{
					topology: topology, parallelism: []int{2}, free: true,
					config: func(_ int, c *config.Config) { c.Checkpointing.Interval = time.Hour },
					holds: func(h *history) error {
						if published := h.all(runtime.EventPublished); len(published) != 1 {
							return fmt.Errorf("there are %d checkpoints", len(published))
						}
						return nil
					},
				}).show(t)
			})
		}
	})
	t.Run("a failure after some have ended", func(t *testing.T) {
		(&scenario{
			topology: "two inputs", sources: map[string][]int{"A": {2}, "B": {1, 3}, "C": {30}, "D": {12, 1}}, parallelism: []int{2}, holds: restoredEach,
			endings: []ending{{kill: 3}, {kill: 2, power: true}},
		}).show(t)
	})
}

// Some subtasks of a source end, then all of that source do, with checkpoints in between and behind, and the job fails: what is to be done once at
// the end of input is done once, and the rest of the data comes out. The lists are let go of at the end, so a second Finish would show.
func TestScenario16SubtasksEnd(t *testing.T) {
	for _, test := range []struct {
		topology string
		sources  map[string][]int
	}{
		{"state without a key", map[string][]int{"Items": {3, 24, 2}}},
		{"broadcast state", map[string][]int{"Items": {20, 4}, "Rules": {4, 2, 1}}},
		{"union", map[string][]int{"A": {1, 2}, "B": {4, 30}}},
		{"many stages", map[string][]int{"Items": {3, 24, 2}}}, // which tells in which order its subtasks are called
	} {
		t.Run(test.topology, func(t *testing.T) {
			(&scenario{
				topology: test.topology, sources: test.sources, parallelism: []int{3}, endings: []ending{{kill: 3}, {kill: 2}, {kill: 2, power: true}}, holds: restoredEach,
			}).show(t)
		})
	}
}

// A stop with a savepoint, of a simple graph and of larger ones. It flushes nothing: what the operators let go of at the end of input comes out once, when
// a later run comes to its end. What it leaves bears the number that the subtasks
// are told last, and the next run goes on from it.
func TestScenario17StopWithASavepoint(t *testing.T) {
	for _, topology := range []string{"chain", "state without a key", "broadcast state", "edges of all kinds from one task", "many stages"} {
		t.Run(topology, func(t *testing.T) {
			(&scenario{
				topology: topology, parallelism: []int{2}, endings: []ending{{stop: 1}, {stop: 2}},
				holds: func(h *history) error {
					if len(h.stops) != 2 {
						return fmt.Errorf("%d stops were answered", len(h.stops))
					}
					for i, stop := range h.stops {
						if stop.err != nil {
							return stop.err
						}
						if err := h.endsWithItsLast(i); err != nil {
							return err
						}
					}
					return nil
				},
			}).show(t)
		})
	}
}

// A stop with drain of the same graphs, also of one with timers, after a failure: it ends the input where it is, so every subtask lets go of what it
// kept, all of it is committed, and no run goes on from there. What comes out is exactly what had been read.
func TestScenario17StopWithDrain(t *testing.T) {
	for _, topology := range []string{"chain", "state without a key", "broadcast state", "timers", "edges of all kinds from one task", "many stages"} {
		t.Run(topology, func(t *testing.T) {
			(&scenario{
				topology: topology, parallelism: []int{2}, endings: []ending{{kill: 1, power: true}, {drain: 1}},
				holds: func(h *history) error {
					if len(h.stops) != 1 || h.stops[0].err != nil {
						return fmt.Errorf("the answers to the stop are %v", h.stops)
					}
					a := h.attempts[1]
					published := a.checkpoints(runtime.EventPublished)
					for _, ear := range h.ears {
						switch {
						case ear.attempt != a:
						case !ear.life.finished:
							return errors.New("a stop with drain has not finished a subtask")
						case ear.completed[len(ear.completed)-1] != published[len(published)-1]:
							return fmt.Errorf("a subtask was told of %v, published are %v", ear.completed, published)
						}
					}
					return nil
				},
			}).show(t)
		})
	}
}

// endsWithItsLast says that the last checkpoint of an attempt is what every subtask was told of last, without being finished, and what the next attempt goes on from.
func (h *history) endsWithItsLast(attempt int) error {
	a := h.attempts[attempt]
	published := a.checkpoints(runtime.EventPublished)
	last := published[len(published)-1]
	if from := h.attempts[attempt+1].checkpoints(runtime.EventRestoring); len(from) != 1 || from[0] != last {
		return fmt.Errorf("attempt %d goes on from %v, the stop before it is %d", attempt+2, from, last)
	}
	for _, ear := range h.ears {
		switch {
		case ear.attempt != a:
		case ear.life.finished:
			return errors.New("a stop without drain has finished a subtask")
		case ear.completed[len(ear.completed)-1] != last:
			return fmt.Errorf("a subtask was told of %v, the stop is %d", ear.completed, last)
		}
	}
	return nil
}

// A stop whose savepoint cannot be taken, since a snapshot or the manifest cannot be stored, says so, and the job goes on to its end.
func TestScenario18AStopThatFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		meant func(*history, vfs.Op, string) bool
	}{{"the manifest", publishing}, {"a snapshot", storing}} {
		t.Run(test.name, func(t *testing.T) {
			(&scenario{
				topology: "many stages", parallelism: []int{2}, config: inFiles(100), endings: []ending{{stop: 1}}, mayEnd: true,
				disk: failing(-1, func(h *history, op vfs.Op, name string) bool { // until the stop has failed
					return len(h.all(runtime.EventPublished)) > 0 && len(h.stops) == 0 && test.meant(h, op, name)
				}),
				holds: func(h *history) error {
					if len(h.stops) != 1 || !errors.Is(h.stops[0].err, errDisk) {
						return fmt.Errorf("the answers to the stop are %v", h.stops)
					}
					if len(h.attempts) != 1 {
						return fmt.Errorf("there are %d attempts", len(h.attempts))
					}
					return failedBefore(h, len(h.all(runtime.EventCheckpointFailed)))
				},
			}).show(t)
		})
	}
}
