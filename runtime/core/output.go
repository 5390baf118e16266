package core

import (
	"math/bits"
	"slices"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// credits is how many batches an outlet may have on their way, between what bounds memory and what keeps both sides busy. One that feeds back has more:
// see [environment.loopCredits].
const credits = 8

// Output sends records to the subtasks of another task.
type Output[T any] struct {
	task    *Task
	outlets []*outlet[T]
	// byGroup is the outlet of each key group, for Hash.
	byGroup []*outlet[T]
	groups  uint64
	// targets are the outlets that Send goes round, all of them but for Rescale.
	targets   []*outlet[T]
	next      int
	broadcast bool
	loop      bool // it feeds records back
	inside    bool // it leads to a task of the same loop
}

// SendByKey sends record to the subtask that owns the key group of hash.
func (o *Output[T]) SendByKey(hash uint64, record T) {
	group, _ := bits.Mul64(hash, o.groups)
	o.byGroup[group].add(record)
}

// Send sends record as the edge says: to every subtask, or to one after the other.
func (o *Output[T]) Send(record T) {
	if o.broadcast {
		for _, outlet := range o.outlets {
			outlet.add(record)
		}
		return
	}
	o.targets[o.next].add(record)
	if o.next++; o.next == len(o.targets) {
		o.next = 0
	}
}

// SendClones sends a clone of record to every subtask, for an edge that is broadcast.
func (o *Output[T]) SendClones(record T, clone func(T) T) {
	for _, outlet := range o.outlets {
		outlet.add(clone(record))
	}
}

// outlet is the sending side of a channel to one subtask. It has a batch open that it fills; batches that are done come back.
type outlet[T any] struct {
	// buffer holds the records of the open batch, the first n; it is full when there is no room behind them.
	buffer  []T
	n       int
	open    *batch[T]
	task    *Task
	free    []*batch[T]
	sent    int // batches on their way
	marks   int // that the open batch has been given
	credits int // how many there may be
	full    bool
	shipped traffic
	to      *mailbox
	channel int
	home    home
}

func newOutlet[T any](task *Task, credits int, to *mailbox, channel int, home home) *outlet[T] {
	o := &outlet[T]{task: task, credits: credits, to: to, channel: channel, home: home}
	o.renew()
	return o
}

func (o *outlet[T]) add(record T) {
	o.buffer[o.n] = record
	if o.n++; o.n == len(o.buffer) {
		o.filled()
	}
}

// filled sends the open batch. Without credit it stays, and the task takes no more records until there is some: the batch grows by
// what the record under way still emits.
func (o *outlet[T]) filled() {
	if o.sent < o.credits {
		o.ship()
		return
	}
	o.buffer = slices.Grow(o.buffer, len(o.buffer))
	o.buffer = o.buffer[:cap(o.buffer)]
	if !o.full {
		o.full = true
		o.task.full++
	}
}

func (o *outlet[T]) ship() {
	b := o.open
	b.home, b.records = o.home, o.buffer[:o.n]
	o.sent++
	if works(b) {
		o.shipped.batches++
	}
	o.shipped.records += int64(o.n)
	o.renew()
	o.to.deliver(o.channel, b)
}

// renew opens a batch.
func (o *outlet[T]) renew() {
	if n := len(o.free); n > 0 {
		o.open, o.free[n-1] = o.free[n-1], nil
		o.free = o.free[:n-1]
	} else {
		o.open = &batch[T]{records: make([]T, batchSize)}
	}
	o.buffer, o.n, o.marks = o.open.records[:batchSize], 0, 0
}

// back takes a batch that was done with, and its credit.
func (o *outlet[T]) back(b *batch[T]) {
	o.sent--
	if cap(b.records) <= 4*batchSize && len(o.free) < credits {
		clear(b.records)
		b.batchHead = batchHead{}
		o.free = append(o.free, b)
	}
	if o.full && o.sent < o.credits {
		o.full = false
		o.task.full--
		o.ship()
	}
}

// anyOutput is an Output of any type, as the core drives it.
type anyOutput interface {
	// flush sends what is there, as far as credits allow.
	flush()
	// mark says m of event time behind all records, with them or soon.
	mark(m mark)
	// barrier sends b behind all records; barriers need no credit.
	barrier(b coordinator.Barrier)
	// end sends the end of input behind all records.
	end()
	back(outlet int, records Records)
	// within is what has left for a task of the same loop, fed what was fed back, that too which is still to leave.
	within() (batches int64, allLeft bool)
	fed() (records int64)
}

// traffic is what an outlet has sent; batches are those that work.
type traffic struct{ batches, records int64 }

func (o *Output[T]) flush() {
	for _, outlet := range o.outlets {
		if (outlet.n > 0 || outlet.marks > 0) && outlet.sent < credits {
			outlet.ship()
		}
	}
}

func (o *Output[T]) barrier(b coordinator.Barrier) {
	for _, outlet := range o.outlets {
		outlet.open.barrier = &b
		outlet.shipWhole()
	}
}

func (o *Output[T]) end() {
	for _, outlet := range o.outlets {
		outlet.open.end = true
		outlet.shipWhole()
	}
}

// shipWhole sends the open batch whatever the credits, and lifts its fullness.
func (o *outlet[T]) shipWhole() {
	if o.full {
		o.full = false
		o.task.full--
	}
	o.ship()
}

func (o *Output[T]) within() (batches int64, allLeft bool) {
	if !o.inside {
		return 0, true
	}
	allLeft = true
	for _, outlet := range o.outlets {
		batches += outlet.shipped.batches
		allLeft = allLeft && outlet.n == 0 && outlet.marks == 0
	}
	return batches, allLeft
}

func (o *Output[T]) fed() (records int64) {
	if !o.loop {
		return 0
	}
	for _, outlet := range o.outlets {
		records += outlet.shipped.records + int64(outlet.n)
	}
	return records
}

func (o *Output[T]) back(outlet int, records Records) { o.outlets[outlet].back(records.(*batch[T])) }
