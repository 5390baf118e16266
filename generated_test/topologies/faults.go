package topologies

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/vmihailenco/msgpack/v5"
)

// Faults say what is to fail, and count what has. All subtasks of all runs of a story share them; nil: nothing fails.
type Faults struct {
	// Map, Snapshot, Open and Close are how many times each is still to fail: a record of Trip, the snapshot of Count or of Rows, a start of a subtask of Trip
	// after something has failed, and an end of one. Read is how many times a source is.
	Map, Snapshot, Open, Close, Read atomic.Int64
	// Every is how many records Trip takes or sources read, in all subtasks and runs, from one failure to the next.
	Every int64
	// Failed counts the failures of Map, Snapshot, Open and Read, each of which fails the job; Closed those of Close, which do not.
	Failed, Closed atomic.Int64

	seen, read atomic.Int64
}

// ErrTripped is what fails.
var ErrTripped = errors.New("tripped")

// spend reports whether one more failure of a kind is due.
func (f *Faults) spend(kind *atomic.Int64) bool {
	for {
		left := kind.Load()
		if left <= 0 {
			return false
		}
		if kind.CompareAndSwap(left, left-1) {
			return true
		}
	}
}

// Reads counts the items that a source has read, and fails as often as it is told to.
func (f *Faults) Reads(n int) error {
	if f == nil || f.Every == 0 || n == 0 {
		return nil
	}
	read := f.read.Add(int64(n))
	if read/f.Every == (read-int64(n))/f.Every || !f.spend(&f.Read) {
		return nil
	}
	f.Failed.Add(1)
	return fmt.Errorf("%w in Read", ErrTripped)
}

// Trip passes items on, unless it fails.
//
//streamgen:operator
type Trip struct{ Faults *Faults }

// Open fails as often as it is told to, once something else has failed: then it begins with a state that is restored.
func (t Trip) Open() error {
	if f := t.Faults; f != nil && f.Failed.Load() > 0 && f.spend(&f.Open) {
		f.Failed.Add(1)
		return fmt.Errorf("%w in Open", ErrTripped)
	}
	return nil
}

// Map fails as often as it is told to, from time to time.
func (t Trip) Map(i Item) (Item, error) {
	if f := t.Faults; f != nil && f.Every > 0 && f.seen.Add(1)%f.Every == 0 && f.spend(&f.Map) {
		f.Failed.Add(1)
		return i, fmt.Errorf("%w in Map", ErrTripped)
	}
	return i, nil
}

// Close fails as often as it is told to.
func (t Trip) Close() error {
	if f := t.Faults; f != nil && f.spend(&f.Close) {
		f.Closed.Add(1)
		return fmt.Errorf("%w in Close", ErrTripped)
	}
	return nil
}

// Fuse is a part of a state whose snapshot fails as often as its faults say.
type Fuse struct{ faults *Faults }

// EncodeMsgpack fails as often as it is told to.
func (f *Fuse) EncodeMsgpack(e *msgpack.Encoder) error {
	if f := f.faults; f != nil && f.spend(&f.Snapshot) {
		f.Failed.Add(1)
		return fmt.Errorf("%w in a snapshot", ErrTripped)
	}
	return e.EncodeNil()
}

// DecodeMsgpack reads what EncodeMsgpack wrote.
func (f *Fuse) DecodeMsgpack(d *msgpack.Decoder) error { return d.DecodeNil() }
