// Package panics has an operator of every form, each of which panics where it is told to.
package panics

import (
	"context"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/state"
	"github.com/streamgen/streamgen/runtime/timer"
)

//go:generate go tool streamgen

// Bomb is the name of a method that panics.
type Bomb string

func (b Bomb) at(method string) {
	if string(b) == method {
		panic("a bug in " + method)
	}
}

// Number is a record.
type Number struct {
	N  int64
	At runtime.Time
}

// Mapper has Map, and all that frames it.
//
//streamgen:operator
type Mapper struct{ Bomb }

// Open may panic.
func (m Mapper) Open() { m.at("Open") }

// Map may panic.
func (m Mapper) Map(n Number) Number {
	m.at("Map")
	return n
}

// Finish may panic.
func (m Mapper) Finish() { m.at("Finish") }

// Close may panic.
func (m Mapper) Close() { m.at("Close") }

// Sieve has Filter.
//
//streamgen:operator
type Sieve struct{ Bomb }

// Filter may panic.
func (s Sieve) Filter(n *Number) bool {
	s.at("Filter")
	return true
}

// Splitter has Process.
//
//streamgen:operator
type Splitter struct{ Bomb }

// Process may panic.
func (s *Splitter) Process(n Number, out *runtime.Out[Number]) error {
	s.at("Process")
	out.Emit(n)
	return nil
}

// Joiner has several inputs, keyed state and a timer.
//
//streamgen:operator
type Joiner struct{ Bomb }

// Joined is what Joiner keeps.
type Joined struct {
	Count  int64
	Expire timer.Event
}

// KeyLeft may panic.
func (j Joiner) KeyLeft(n Number) int64 {
	j.at("KeyLeft")
	return n.N
}

// KeyRight may panic.
func (j Joiner) KeyRight(n Number) int64 { return n.N }

// ProcessLeft may panic.
func (j Joiner) ProcessLeft(n Number, s *Joined, out *runtime.Out[Number]) {
	j.at("ProcessLeft")
	s.Count++
	s.Expire.Set(n.At)
	out.Emit(n)
}

// ProcessRight may panic.
func (j Joiner) ProcessRight(n Number, s *Joined) { j.at("ProcessRight") }

// OnExpire may panic.
func (j Joiner) OnExpire(s *Joined) { j.at("OnExpire") }

// Ruler has an input that every subtask sees, and state without a key.
//
//streamgen:operator
type Ruler struct{ Bomb }

// Rules are what Ruler keeps.
type Rules struct {
	Known state.Broadcast[int64, Number]
}

// ProcessNumbers may panic.
func (r Ruler) ProcessNumbers(n Number, s *Rules, out *runtime.Out[Number]) {
	r.at("ProcessNumbers")
	out.Emit(n)
}

// BroadcastRules may panic.
func (r Ruler) BroadcastRules(ctx runtime.BroadcastContext, n Number, s *Rules) {
	r.at("BroadcastRules")
	s.Known.Put(ctx, n.N, n)
}

// Caller has Async.
//
//streamgen:operator
type Caller struct{ Bomb }

// Async may panic.
func (c Caller) Async(_ context.Context, n Number) (Number, error) {
	c.at("Async")
	return n, nil
}

// Keeper is generic.
//
//streamgen:operator
type Keeper[T any] struct{ Bomb }

// Filter may panic.
func (k Keeper[T]) Filter(record T) bool {
	k.at("Filter")
	return true
}

// Panics has them all.
//
//streamgen:pipeline
type Panics struct {
	Numbers  runtime.Source[Number] `time:"At"`
	Mapper   Mapper                 `from:"Numbers"`
	Sieve    Sieve                  `from:"Mapper"`
	Splitter Splitter               `from:"Sieve"`
	Joiner   Joiner                 `from:"left=Splitter,right=Mapper"`
	Ruler    Ruler                  `from:"numbers=Joiner,rules=Numbers"`
	Caller   Caller                 `from:"Ruler"`
	Keeper   Keeper[Number]         `from:"Caller"`
	Out      runtime.Sink[Number]   `from:"Keeper"`
}
