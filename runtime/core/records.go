package core

import (
	"iter"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// batchSize is how many records travel together.
const batchSize = 256

// Records is a batch of records of some type, with what follows them on their channel.
type Records interface {
	head() *batchHead
	// done reports whether every record was processed.
	done() bool
	size() int
}

// batchHead is what the core needs to know of a batch, whatever its records are.
type batchHead struct {
	next int // the first record that was not processed yet
	// What follows the records, in this order.
	mark    mark
	barrier *coordinator.Barrier
	end     bool
	// home is where the batch goes back to when it is done; its return is the credit to send another.
	home home
}

// home is an outlet of a subtask.
type home struct {
	mailbox        *mailbox
	output, outlet int
}

// batch holds records by value.
type batch[T any] struct {
	batchHead
	records []T
}

func (b *batch[T]) head() *batchHead { return &b.batchHead }
func (b *batch[T]) done() bool       { return b.next == len(b.records) }
func (b *batch[T]) size() int        { return len(b.records) }

// Rest yields the records of a batch that were not processed yet. It stops early when an output of the task is full, or something else
// is not to wait: the rest comes in another step.
func Rest[T any](t *Task, records Records) iter.Seq[T] {
	b := records.(*batch[T])
	return func(yield func(T) bool) {
		i := b.next
		for i < len(b.records) {
			record := b.records[i]
			i++
			if !yield(record) || t.stops() {
				break
			}
		}
		b.next = i
	}
}
