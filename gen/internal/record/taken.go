package record

import (
	"maps"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
)

// Taken returns the states of an operator as a restore sees them. A record that was read does not say what the program has of its past: a field that was
// renamed or dropped on purpose looks lost.
func (o *Operator) Taken() []checkpoint.TakenState {
	kinds := map[string]checkpoint.StateKind{keyed: checkpoint.KeyedState, "split": checkpoint.SplitList, "union": checkpoint.UnionList, "broadcast": checkpoint.BroadcastState}
	var taken []checkpoint.TakenState
	for _, name := range slices.Sorted(maps.Keys(o.States)) {
		form := o.States[name]
		text := form.Schema
		if form.Reader != nil {
			text = form.Reader.String()
		}
		taken = append(taken, checkpoint.TakenState{State: checkpoint.State{Name: name, Schema: text, Kind: kinds[form.Kind]}, Was: form.Was})
	}
	return taken
}
