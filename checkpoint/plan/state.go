package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde/schema"
)

// NoWayIn says why records in flight cannot be taken, and what to do.
const NoWayIn = `no way leads there for them now. If the operator is tagged edge:"forward", which pins it to the one before it, take that away; ` +
	"or drop the records: set execution.state-recovery.without-channel-state.checkpoint-id to the number of the checkpoint"

// States says what would become of the states that a checkpoint holds of an operator, and which of those that it takes now would be new. Those that
// it does not take are dropped where ignored says so.
func States(held []checkpoint.State, taken []checkpoint.TakenState, ignored func(checkpoint.State) bool) []State {
	var all []State
	for k, h := range held {
		i := slices.IndexFunc(taken, func(t checkpoint.TakenState) bool { return t.In(held) == k })
		switch {
		case i >= 0:
			all = append(all, state(h, taken[i].State))
		case ignored(h):
			all = append(all, State{Name: h.Name, Kind: h.Kind.String(), Fate: Dropped})
		case h.Kind.IsInFlight():
			all = append(all, State{Name: h.Name, Kind: h.Kind.String(), Fate: Refused, Refused: NoWayIn})
		default:
			all = append(all, State{Name: h.Name, Kind: h.Kind.String(), Fate: Refused,
				Refused: "the program has no such state: set execution.state-recovery.ignore-unclaimed-state=true to drop it"})
		}
	}
	for _, t := range taken {
		if t.In(held) < 0 {
			all = append(all, State{Name: t.Name, Kind: t.Kind.String(), Fate: New})
		}
	}
	return all
}

// state says what would become of a state that is taken.
func state(held, taken checkpoint.State) State {
	s := State{Name: taken.Name, Kind: taken.Kind.String(), Fate: Restored}
	refuse := func(why string) State {
		s.Fate, s.Refused = Refused, why
		return s
	}
	if !taken.Kind.Takes(held.Kind) {
		return refuse(fmt.Sprintf("it was a %s", held.Kind))
	}
	if held.Schema == taken.Schema {
		return s
	}
	writer, err := schema.Parse(held.Schema)
	if err != nil {
		return refuse("what the checkpoint says of its form cannot be read: " + err.Error())
	}
	reader, err := schema.Parse(taken.Schema)
	if err != nil {
		return refuse("what the program says of its form cannot be read: " + err.Error())
	}
	plan, err := schema.Resolve(writer, reader)
	var incompatible *schema.IncompatibleError
	if errors.As(err, &incompatible) {
		return refuse(incompatible.In(taken.Name))
	}
	if err != nil {
		return refuse(err.Error())
	}
	if s.Changes = schema.Changes(writer, reader, taken.Name); !plan.Same() {
		s.Fate = Converted
	}
	return s
}
