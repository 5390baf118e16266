package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
)

func TestStates(t *testing.T) {
	of := func(name, schema string, kind checkpoint.StateKind) []checkpoint.State {
		return []checkpoint.State{{Name: name, Schema: schema, Kind: kind}}
	}
	const keyed, split, union = checkpoint.KeyedState, checkpoint.SplitList, checkpoint.UnionList
	for _, test := range []struct {
		name        string
		held, taken []checkpoint.State
		ignoring    bool
		want        []State
	}{
		{"as it was", of("S", "string: {N int64}", keyed), of("S", "string: {N int64}", keyed), false,
			[]State{{Name: "S", Kind: "keyed state", Fate: Restored}}},
		{"its type has another name", of("Old", "string: {N int64}", keyed), of("S", "string: {N int64}", keyed), false,
			[]State{{Name: "S", Kind: "keyed state", Fate: Restored}}},
		{"converted", of("S", "{N int64}", split), of("S", "{N int64, M bool}", split), false,
			[]State{{Name: "S", Kind: "split list", Fate: Converted, Changes: []string{"S.M is new and begins as zero"}}}},
		{"renamed, which changes no byte", of("S", "{N int64}", split), of("S", "{M int64 was N}", split), false,
			[]State{{Name: "S", Kind: "split list", Fate: Restored, Changes: []string{"S.M was N"}}}},
		{"new", nil, of("S", "{N int64}", split), false, []State{{Name: "S", Kind: "split list", Fate: New}}},
		{"unclaimed", of("S", "{N int64}", split), nil, false, []State{{Name: "S", Kind: "split list", Fate: Refused,
			Refused: "the program has no such state: set execution.state-recovery.ignore-unclaimed-state=true to drop it"}}},
		{"in flight to where nothing enters", of("in flight", "string", checkpoint.InFlight), nil, false,
			[]State{{Name: "in flight", Kind: "records in flight", Fate: Refused, Refused: NoWayIn}}},
		{"in flight, sent as it may be", of("in flight", "string", checkpoint.InFlightCopies), of("in flight", "string", checkpoint.InFlight), false,
			[]State{{Name: "in flight", Kind: "records in flight", Fate: Restored}}},
		{"dropped", of("S", "{N int64}", split), nil, true, []State{{Name: "S", Kind: "split list", Fate: Dropped}}},
		{"of another kind", of("S", "{N int64}", split), of("S", "{N int64}", union), true,
			[]State{{Name: "S", Kind: "union list", Fate: Refused, Refused: "it was a split list"}}},
		{"of another form", of("S", "{N int64}", split), of("S", "{N string}", split), true,
			[]State{{Name: "S", Kind: "split list", Fate: Refused, Refused: "S.N: int64 became string"}}},
		{"of a later version", of("S", "{N bigint}", split), of("S", "{N int64}", split), true,
			[]State{{Name: "S", Kind: "split list", Fate: Refused,
				Refused: `what the checkpoint says of its form cannot be read: schema at offset 3, before "bigint}": unknown type bigint`}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var taken []checkpoint.TakenState
			for _, s := range test.taken {
				taken = append(taken, checkpoint.TakenState{State: s})
			}
			require.Equal(t, test.want, States(test.held, taken, func(checkpoint.State) bool { return test.ignoring }))
		})
	}
}

func TestRecordsInFlightAreNoStateOfAName(t *testing.T) {
	p := Plan{Pipeline: "P", Operators: []Operator{{UID: "A", Kind: "operator", Fate: Restored, Parallelism: 1, States: []State{
		{Name: "in flight", Kind: "records in flight", Fate: Dropped, Records: 12},
		{Name: "in flight: new", Kind: "records in flight, each to one subtask", Fate: Dropped},
		{Name: "S", Kind: "keyed state", Fate: Restored},
	}}}}
	require.Contains(t, p.Text(), "operator A: parallelism 1\n"+
		"  records in flight: dropped, 12 records\n"+
		"  records in flight to input new: dropped\n"+
		"  keyed state S: restored\n")
}
