package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

// An operator that had no keys has them now: what was on its way to any of its subtasks goes to the one that owns the key, at the same parallelism too.
func TestRecordsInFlightToAnOperatorThatBecameKeyed(t *testing.T) {
	inFlight := checkpoint.State{Name: checkpoint.InFlightName(""), Schema: "string", Kind: checkpoint.InFlight}
	keyed := checkpoint.State{Name: "State", Schema: "string: {N int}"}
	for _, test := range []struct {
		name        string
		partition   Partition
		states      []checkpoint.State
		parallelism int // that it had
		mine        []bool
		kept        bool // all of what is
	}{
		{"keyed before", Hash, []checkpoint.State{keyed, inFlight}, 2, []bool{false, true}, true},
		{"keyed before, rescaled", Hash, []checkpoint.State{keyed, inFlight}, 3, []bool{true, true}, false},
		{"not keyed before", Hash, []checkpoint.State{inFlight}, 2, []bool{true, true}, false},
		{"never keyed", Rebalance, []checkpoint.State{inFlight}, 2, []bool{false, true}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			old := &checkpoint.Subtask{Index: 1, Parallelism: test.parallelism}
			held := &checkpoint.Operator{UID: "Count", States: test.states}
			owners := 0
			for i, want := range test.mine {
				task := &Task{info: &vertexInfo{parallelism: 2}, subtask: i, env: &environment{groups: 4}}
				r := &Restore{task: task, from: &restored{checkpoint: &checkpoint.Checkpoint{KeyGroups: 4}, groups: 4}}
				mine, keep := r.inFlightShare(test.partition, old, held, false)
				require.Equal(t, want, mine, "violation: subtask %d gets what was in flight", i)
				if want && test.kept {
					require.Nil(t, keep)
				}
				if want && !test.kept && keep(1<<63) {
					owners++
				}
			}
			if !test.kept {
				require.Equal(t, 1, owners, "of the key")
			}
		})
	}
}
