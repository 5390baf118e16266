// Package async holds the options of an operator whose method is Async: one that waits for something outside the job, a service or
// a database, with many calls under way at a time. They stand as an exported field of the operator, at most one:
//
//	//streamgen:operator
//	type LookUp struct {
//		Calls async.Unordered
//	}
//
//	func (l LookUp) Async(ctx context.Context, o Order) (Enriched, error)
//
// An operator without such a field keeps the order, with the defaults. The semantics are those of Flink's asynchronous I/O,
// AsyncDataStream.orderedWait and unorderedWait.
//
// What is in flight when a checkpoint is taken is kept in it, without waiting for the calls. After a failure those records are called
// again: a call happens at least once, its result is passed on exactly once.
package async

import (
	"fmt"
	"time"
)

// DefaultCapacity is how many records an operator has in flight unless its options say otherwise: Flink's default.
const DefaultCapacity = 100

// DefaultTimeout is how long a call may take unless the options say otherwise.
const DefaultTimeout = time.Minute

// Ordered passes results on in the order of their records: one that is there early waits for those before it. It is Flink's orderedWait.
type Ordered struct {
	// Capacity bounds how many records each subtask has in flight: called, and their results not passed on yet. When it is reached the
	// subtask takes no more records. 0 is DefaultCapacity.
	Capacity int
	// Timeout is how long one call may take: the deadline of its context. A method that goes on beyond it is given up, and the call has
	// failed. 0 is DefaultTimeout.
	Timeout time.Duration
}

// Unordered passes results on as they come, but never past a watermark: what was late behind a call would have been late before it. It is
// Flink's unorderedWait.
type Unordered struct {
	// Capacity bounds how many records each subtask has in flight: called, and their results not passed on yet. When it is reached the
	// subtask takes no more records. 0 is DefaultCapacity.
	Capacity int
	// Timeout is how long one call may take: the deadline of its context. A method that goes on beyond it is given up, and the call has
	// failed. 0 is DefaultTimeout.
	Timeout time.Duration
}

// WithDefaults returns o with its zero fields set.
func (o Ordered) WithDefaults() Ordered {
	if o.Capacity == 0 {
		o.Capacity = DefaultCapacity
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	return o
}

// WithDefaults returns o with its zero fields set.
func (o Unordered) WithDefaults() Unordered { return Unordered(Ordered(o).WithDefaults()) }

// Validate finds a value that means nothing. The job calls it at its start.
func (o Ordered) Validate() error {
	switch {
	case o.Capacity < 0:
		return fmt.Errorf("the capacity is %d: it must be at least 1, or 0 for %d", o.Capacity, DefaultCapacity)
	case o.Timeout < 0:
		return fmt.Errorf("the timeout is %v: it must be above 0, or 0 for %v", o.Timeout, DefaultTimeout)
	}
	return nil
}

// Validate finds a value that means nothing. The job calls it at its start.
func (o Unordered) Validate() error { return Ordered(o).Validate() }
