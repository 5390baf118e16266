package topologies

import (
	"context"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/timer"
)

// Delay keeps the items of each key until event time has gone on.
//
//streamgen:operator
type Delay struct{}

// Delayed is what Delay keeps of a key.
type Delayed struct {
	Items []Item
	Count int64
	Due   timer.Event
}

// Key is the item's.
func (Delay) Key(i Item) int64 { return i.Key }

// Process keeps an item.
func (Delay) Process(i Item, s *Delayed) {
	i.Via += "delayed"
	s.Items = append(s.Items, i)
	if !s.Due.IsSet() {
		s.Due.Set(i.At.Add(3 * time.Millisecond))
	}
}

// OnDue lets go of the items.
func (Delay) OnDue(s *Delayed, out *runtime.Out[Line]) {
	for _, i := range s.Items {
		s.Count++
		out.Emit(i.line(s.Count))
	}
	s.Items = nil
}

// Ask calls for each item, and passes on the answers in order.
//
//streamgen:operator
type Ask struct{ Calls async.Ordered }

// Async stamps.
func (Ask) Async(_ context.Context, i Item) Item {
	i.Via += "asked"
	return i
}

// AskAround calls for each item, and passes on the answers as they come.
//
//streamgen:operator
type AskAround struct{ Calls async.Unordered }

// Async stamps.
func (AskAround) Async(_ context.Context, i Item) Item {
	i.Via += "around"
	return i
}
