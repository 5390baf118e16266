package topologies

import (
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/state"
)

// held is how many items Hold keeps back.
const held = 3

// Hold lets items wait, and says in the end of every fourth one that it was there.
//
//streamgen:operator
type Hold struct{}

// Held is what Hold keeps.
type Held struct {
	Waiting state.SplitList[Item]
	Noted   state.UnionList[Item]
}

// Process lets an item wait.
func (Hold) Process(i Item, s *Held, out *runtime.Out[Item]) {
	if i.N%4 == 0 {
		noted := i
		noted.Via += "noted"
		s.Noted.Append(noted)
	}
	i.Via += "held"
	s.Waiting.Append(i)
	if s.Waiting.Len() > held {
		out.Emit(s.Waiting.At(0))
		s.Waiting.Delete(0, 1)
	}
}

// Finish lets go of everything.
func (Hold) Finish(s *Held, out *runtime.Out[Item]) {
	for _, i := range s.Waiting.All() {
		out.Emit(i)
	}
	for _, i := range s.Noted.Own() {
		out.Emit(i)
	}
	s.Waiting.Clear()
	s.Noted.Clear()
}

// Obey numbers the items of each key, and sees every rule in every subtask.
//
//streamgen:operator
type Obey struct{}

// ObeyState is what Obey remembers of a key.
type ObeyState struct{ Count int64 }

// Rules says of each split of rules how many there were.
type Rules struct {
	Seen state.Broadcast[string, int64]
}

// KeyItems is the item's.
func (Obey) KeyItems(i Item) int64 { return i.Key }

// ProcessItems counts.
func (Obey) ProcessItems(i Item, s *ObeyState, out *runtime.Out[Line]) {
	s.Count++
	i.Via += "obeyed"
	out.Emit(i.line(s.Count))
}

// BroadcastRules counts a rule.
func (Obey) BroadcastRules(ctx runtime.BroadcastContext, rule Item, rules *Rules) {
	n, _ := rules.Seen.Get(rule.From)
	rules.Seen.Put(ctx, rule.From, n+1)
}

// Finish tells the rules.
func (Obey) Finish(rules *Rules, out *runtime.Out[Line]) {
	for from, n := range rules.Seen.All() {
		out.Emit(Line{Via: RuleVia, From: from, Count: n})
	}
}
