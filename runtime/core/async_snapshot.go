package core

import (
	"context"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/serde"
)

// inFlightState is the name under which a checkpoint holds the records that an operator with Async has in flight.
const inFlightState = "Async"

// inFlightList are those records, as a split list: after a rescale it does not matter who calls them again.
type inFlightList[In any] struct {
	codec   RecordCodec[In]
	records []In
}

func (f *inFlightList[In]) Kind() checkpoint.StateKind { return checkpoint.SplitList }
func (f *inFlightList[In]) Schema() string             { return f.codec.Schema }
func (f *inFlightList[In]) Len() int                   { return len(f.records) }
func (f *inFlightList[In]) AppendElement(b []byte, i int) []byte {
	return f.codec.Append(b, &f.records[i])
}

func (f *inFlightList[In]) ParseElement(p *serde.Parser, _ bool) {
	var record In
	f.codec.Parse(p, &record)
	f.records = append(f.records, record)
}

// heldCalls are Calls of any type, as snapshots know them.
type heldCalls interface {
	// inFlight is what was called, and what is to be called again, in the order in which it came.
	inFlight() listState
	// open readies them for a task, with what they had in flight in the list.
	open(r *Restore, uid string, held listState)
}

// Async takes what the calls of an operator have in flight, without waiting for them.
func (s *Snapshot) Async(uid string, c heldCalls) { s.List(uid, inFlightState, c.inFlight()) }

// Async opens the calls of an operator. What was in flight at the barrier is called again once the operators are open.
func (r *Restore) Async(uid string, c heldCalls) {
	held := c.inFlight()
	r.List(uid, inFlightState, held)
	if !r.asking {
		c.open(r, uid, held)
		r.subtask.calls = c.(anyCalls)
	}
}

func (c *Calls[In, Out]) inFlight() listState {
	return &inFlightList[In]{c.codec, slices.Collect(c.queue.inFlight())}
}

func (c *Calls[In, Out]) open(r *Restore, uid string, held listState) {
	o := r.task.info.info.Operators[0].async // it is always the head of its task
	c.uid, c.task, c.subtask = uid, r.task, r.subtask
	c.queue.unordered, c.capacity, c.timeout = o.unordered, o.capacity, o.timeout
	c.ctx, c.stop = context.WithCancel(r.subtask.launch.ctx)
	for _, record := range held.(*inFlightList[In]).records {
		c.again = append(c.again, c.queue.add(record))
	}
}
