package core

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

// shares says what each of two subtasks gets of what was in flight to old subtask number index of so many: "all", "its own" by key, or nothing.
func shares(p Partition, kind checkpoint.StateKind, index, parallelism int, states ...checkpoint.State) (all []string, owners int) {
	for i := range 2 {
		task := &Task{info: &vertexInfo{parallelism: 2}, subtask: i, env: &environment{groups: 4}}
		r := &Restore{task: task, from: &restored{checkpoint: &checkpoint.Checkpoint{KeyGroups: 4}, groups: 4}}
		old, held := &checkpoint.Subtask{Index: index, Parallelism: parallelism}, &checkpoint.Operator{UID: "Count", States: states}
		switch mine, keep := r.inFlightShare(p, old, held, kind, index == 0); {
		case !mine:
			all = append(all, "")
		case keep == nil:
			all = append(all, "all")
		default:
			if all = append(all, "its own"); keep(1 << 63) {
				owners++
			}
		}
	}
	return all, owners
}

// An operator that had no keys has them now: what was on its way to any of its subtasks goes to the one that owns the key, at the same parallelism too.
func TestRecordsInFlightToAnOperatorThatBecameKeyed(t *testing.T) {
	inFlight := checkpoint.State{Name: checkpoint.InFlightName(""), Schema: "string", Kind: checkpoint.InFlightOnce}
	keyed := checkpoint.State{Name: "State", Schema: "string: {N int}"}
	for _, test := range []struct {
		name        string
		partition   Partition
		states      []checkpoint.State
		parallelism int // that it had
		want        []string
	}{
		{"keyed before", Hash, []checkpoint.State{keyed, inFlight}, 2, []string{"", "all"}},
		{"keyed before, rescaled", Hash, []checkpoint.State{keyed, inFlight}, 3, []string{"its own", "its own"}},
		{"not keyed before", Hash, []checkpoint.State{inFlight}, 2, []string{"its own", "its own"}},
		{"never keyed", Rebalance, []checkpoint.State{inFlight}, 2, []string{"", "all"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, owners := shares(test.partition, checkpoint.InFlightOnce, 1, test.parallelism, test.states...)
			require.Equal(t, test.want, got, "violation: who gets what was in flight")
			if got[0] != "" {
				require.Equal(t, 1, owners, "of the key")
			}
		})
	}
}

// What a subtask had in flight was its own, or a copy of what all had; up to version 3 a manifest does not say, and the kind of the edge now decides.
func TestRecordsInFlightOnAnEdgeThatChanged(t *testing.T) {
	none, first, second, both, byKey := []string{"", ""}, []string{"all", ""}, []string{"", "all"}, []string{"all", "all"}, []string{"its own", "its own"}
	for _, test := range []struct {
		kind        checkpoint.StateKind
		now         Partition
		parallelism int         // that there was
		want        [2][]string // of old subtasks 0 and 1
	}{
		{checkpoint.InFlightCopies, Broadcast, 2, [2][]string{first, second}},
		{checkpoint.InFlightCopies, Broadcast, 3, [2][]string{both, none}},
		{checkpoint.InFlightCopies, Rebalance, 2, [2][]string{first, none}},
		{checkpoint.InFlightCopies, Rebalance, 3, [2][]string{first, none}},
		{checkpoint.InFlightCopies, Hash, 2, [2][]string{byKey, none}},
		{checkpoint.InFlightCopies, Hash, 3, [2][]string{byKey, none}},
		{checkpoint.InFlightOnce, Broadcast, 2, [2][]string{both, both}},
		{checkpoint.InFlightOnce, Broadcast, 3, [2][]string{both, both}},
		{checkpoint.InFlightOnce, Rebalance, 2, [2][]string{first, second}},
		{checkpoint.InFlightOnce, Rebalance, 3, [2][]string{first, first}},
		{checkpoint.InFlightOnce, Hash, 2, [2][]string{byKey, byKey}},
		{checkpoint.InFlight, Broadcast, 2, [2][]string{first, second}},
		{checkpoint.InFlight, Broadcast, 3, [2][]string{both, none}},
		{checkpoint.InFlight, Rebalance, 2, [2][]string{first, second}},
	} {
		t.Run(fmt.Sprintf("%s, now %s, of %d", test.kind, test.now, test.parallelism), func(t *testing.T) {
			for index, want := range test.want {
				got, _ := shares(test.now, test.kind, index, test.parallelism)
				require.Equal(t, want, got, "of old subtask %d", index)
			}
		})
	}
}
