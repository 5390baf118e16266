// Package faults holds a pipeline whose operators fail when they are told to, and count how often they are opened, finished and closed.
package faults

import (
	"errors"
	"sync/atomic"

	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Switches say what is to fail, and what has happened. Every subtask has the same ones.
type Switches struct {
	// Panic and Error are how many times Trip is still to fail so, at a record of its own.
	Panic, Error           atomic.Int64
	Opened, Finished, Shut atomic.Int64
}

// Trip passes records on, unless it fails.
//
//streamgen:operator
type Trip struct{ Switches *Switches }

// ErrTripped is what Process returns.
var ErrTripped = errors.New("tripped over a record")

// Key spreads records.
func (Trip) Key(n int64) int64 { return n % 16 }

// Open counts.
func (t Trip) Open() { t.Switches.Opened.Add(1) }

// TripState counts the records of a key.
type TripState struct{ Records int64 }

// Process emits how many records of its key there were.
func (t Trip) Process(n int64, s *TripState, out *runtime.Out[int64]) error {
	if n == 5000 && t.Switches.Panic.Add(-1) >= 0 {
		panic("a bug at 5000")
	}
	if n == 6000 && t.Switches.Error.Add(-1) >= 0 {
		return ErrTripped
	}
	s.Records++
	out.Emit(s.Records)
	return nil
}

// Finish emits a mark, once in the life of the job.
func (t Trip) Finish(out *runtime.Out[int64]) {
	t.Switches.Finished.Add(1)
	out.Emit(-1)
}

// Close counts.
func (t Trip) Close() { t.Switches.Shut.Add(1) }

// Faults counts records by key.
//
//streamgen:pipeline
type Faults struct {
	Numbers runtime.Source[int64]
	Trip    Trip                `from:"Numbers"`
	Counts  runtime.Sink[int64] `from:"Trip"`
}
