package core_test

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// A checkpoint that rests on the files of an older one fails half-way: some subtasks have stored their snapshots, and the next cannot write its own. The job is
// killed or loses power then, fails by it, or goes on and is killed later: what it goes on from is the newest complete checkpoint, with all that it rests on.
func TestScenario23ACheckpointFailsThatRestsOnAnother(t *testing.T) {
	for _, test := range []struct {
		name      string
		endings   []ending
		tolerated int
	}{
		{"and the job is killed", []ending{{failed: 1}}, 1},
		{"and the power is lost", []ending{{failed: 1, power: true}}, 1},
		{"and the job fails", nil, 0},
		{"and the job goes on, and is killed", []ending{{kill: 6}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			rested := 0
			sc := &scenario{
				topology: "many stages", sources: map[string][]int{"Items": {100, 80}}, keys: 40, parallelism: []int{2}, endings: test.endings,
				awaits: eventually(runtime.EventCheckpointFailed),
				disk:   func() func(*history, vfs.Op, string) error { return failing(1, storingHalfWay())() },
				config: func(run int, c *config.Config) {
					inFiles(test.tolerated)(run, c)
					c.MaxParallelism, c.Checkpointing.Incremental, c.Checkpointing.NumRetained = 4, true, 1
				},
				holds: func(h *history) error {
					failed := h.all(runtime.EventCheckpointFailed)
					if len(failed) != 1 || !errors.Is(failed[0].Err, errDisk) || len(h.attempts) != 2 {
						return fmt.Errorf("in %d attempts the checkpoints %v were given up", len(h.attempts), failed)
					}
					published := h.attempts[0].checkpoints(runtime.EventPublished)
					newest := published[len(published)-1]
					if from := h.attempts[1].checkpoints(runtime.EventRestoring); len(from) != 1 || from[0] != newest {
						return fmt.Errorf("published were %v, the job goes on from %v", published, from)
					}
					if h.rests(newest) {
						rested++
					}
					return nil
				},
			}
			if f := sc.show(t); f.schedules > 1 && rested == 0 {
				t.Fatal("no checkpoint that the job went on from rested on another")
			}
		})
	}
}

// storingHalfWay is the write of a snapshot that rests on others, when the one of another subtask for the same checkpoint, which does too, is stored. An
// older checkpoint, on which both rest, is complete then.
func storingHalfWay() func(*history, vfs.Op, string) bool {
	stored := map[int64]bool{} // checkpoints of which a subtask has stored what changed
	return func(h *history, op vfs.Op, name string) bool {
		id := checkpointOf(name)
		if id == 0 || !holds(h.snapshots[name], isChange) {
			return false
		}
		if op == vfs.OpClose {
			stored[id] = true
		}
		return op == vfs.OpWrite && stored[id]
	}
}

// rests reports whether some snapshot of a checkpoint rests on others.
func (h *history) rests(id int64) bool {
	for name, b := range h.snapshots {
		if checkpointOf(name) == id && holds(b, isChange) {
			return true
		}
	}
	return false
}

func isChange(s snapshot.Section) bool { return s.Kind != snapshot.Whole }

// checkpointOf is the number in the name of a snapshot's file, 0 if it is none.
func checkpointOf(name string) (id int64) {
	_, rest, _ := strings.Cut(path.Base(name), "-checkpoint-")
	_, _ = fmt.Sscanf(rest, "%d-", &id)
	return id
}
