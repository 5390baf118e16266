package topologies

import "github.com/streamgen/streamgen/runtime"

// Place is what is counted: a key on a way.
type Place struct {
	Via string
	Key int64
}

func placeOf(i Item) Place { return Place{i.Via, i.Key} }

// Count numbers the items of each place.
//
//streamgen:operator
type Count struct{ Faults *Faults }

// CountState is what Count remembers of a place.
type CountState struct {
	Count int64
	Fuse  Fuse
}

// Key is the place.
func (Count) Key(i Item) Place { return placeOf(i) }

// Process counts.
func (c Count) Process(i Item, s *CountState, out *runtime.Out[Line]) {
	s.Count++
	s.Fuse = Fuse{c.Faults}
	out.Emit(i.line(s.Count))
}

// Relay passes items on by their keys, with state that says nothing.
//
//streamgen:operator
type Relay struct{ Mark string }

// RelayState is what Relay remembers of a place.
type RelayState struct{ Items int64 }

// Key is the place.
func (Relay) Key(i Item) Place { return placeOf(i) }

// Process stamps.
func (r Relay) Process(i Item, s *RelayState, out *runtime.Out[Item]) {
	s.Items++
	i.Via += r.Mark
	out.Emit(i)
}

// Join numbers the items of each key, of both its inputs by themselves.
//
//streamgen:operator
type Join struct{}

// JoinState is what Join remembers of a key.
type JoinState struct{ Left, Right int64 }

// KeyLeft is the item's.
func (Join) KeyLeft(i Item) int64 { return i.Key }

// KeyRight is the item's.
func (Join) KeyRight(i Item) int64 { return i.Key }

// ProcessLeft counts.
func (Join) ProcessLeft(i Item, s *JoinState, out *runtime.Out[Line]) {
	s.Left++
	i.Via += "left"
	out.Emit(i.line(s.Left))
}

// ProcessRight counts.
func (Join) ProcessRight(i Item, s *JoinState, out *runtime.Out[Line]) {
	s.Right++
	i.Via += "right"
	out.Emit(i.line(s.Right))
}
