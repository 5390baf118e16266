package topologies

import (
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/runtime"
)

// Stamp adds its mark to the way of an item.
//
//streamgen:operator
type Stamp struct{ Mark string }

// Map stamps.
func (s Stamp) Map(i Item) Item {
	i.Via += s.Mark
	return i
}

// Copy stamps an item with the number of the subtask: on an edge to all of them there is a line for each.
//
//streamgen:operator
type Copy struct{}

// Map stamps.
func (Copy) Map(ctx runtime.Context, i Item) Line {
	i.Via += fmt.Sprint("copy", ctx.Subtask())
	return i.line(0)
}

// Part sends even and odd items different ways.
//
//streamgen:operator
type Part struct{}

// Process stamps and emits.
func (Part) Process(i Item, out, odd *runtime.Out[Item]) {
	if i.N%2 == 1 {
		i.Via += "odd"
		odd.Emit(i)
		return
	}
	i.Via += "even"
	out.Emit(i)
}

// Round sends an item round as often as its number modulo 3 says.
//
//streamgen:operator
type Round struct{}

// Process stamps what goes round.
func (Round) Process(i Item, out, again *runtime.Out[Item]) {
	if int64(strings.Count(i.Via, "round")) == i.N%3 {
		out.Emit(i)
		return
	}
	i.Via += "round"
	again.Emit(i)
}

// Write makes lines.
//
//streamgen:operator
type Write struct{}

// Map makes a line.
func (Write) Map(i Item) Line { return i.line(0) }

// Ear hears, in one subtask of one run, what is called of it and what becomes of checkpoints.
type Ear interface {
	Called(method string)
	Complete(checkpoint int64)
	Aborted(checkpoint int64)
}

// Told passes items on, and tells an ear of its own what is called, and what it is told of checkpoints.
//
//streamgen:operator
type Told struct {
	NewEar func() Ear
	ear    Ear
}

// Open gets an ear.
func (t *Told) Open() {
	t.ear = t.NewEar()
	t.ear.Called("Open")
}

// Map passes on.
func (t *Told) Map(i Item) Item {
	t.ear.Called("Map")
	return i
}

// Finish says that the input has ended.
func (t *Told) Finish() { t.ear.Called("Finish") }

// Close says that nothing comes any more.
func (t *Told) Close() { t.ear.Called("Close") }

// CheckpointComplete hears.
func (t *Told) CheckpointComplete(checkpoint int64) { t.ear.Complete(checkpoint) }

// CheckpointAborted hears.
func (t *Told) CheckpointAborted(checkpoint int64) { t.ear.Aborted(checkpoint) }
