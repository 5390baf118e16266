package core

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// Calls are those of an operator with Async: a generated task submits its records, and passes on what the calls have returned. Calls run
// beside the subtask, as the driver lets them; all that is here is touched by the subtask alone.
type Calls[In, Out any] struct {
	codec    RecordCodec[In]
	call     func(context.Context, In) (Out, error)
	failed   func(In, error) // takes records whose calls have failed; nil where that fails the job
	uid      string
	task     *Task
	subtask  *subtask
	capacity int
	timeout  time.Duration
	ctx      context.Context // of all calls
	stop     context.CancelFunc

	queue asyncQueue[In, Out]
	// again holds what the restored checkpoint had in flight, as far as it is not called again yet: the capacity bounds that too.
	again []*asyncEntry[In, Out]
	// begun counts the calls whose results were not passed on, running those that have not returned, those that were given up too.
	begun, running int
	// blocks is 1 while no record may be submitted: it adds to the outputs of the task that are full.
	blocks int
}

// NewCalls returns calls that Restore opens.
func NewCalls[In, Out any](codec RecordCodec[In]) Calls[In, Out] { return Calls[In, Out]{codec: codec} }

// By names the method that makes a call. It runs beside the subtask, and beside other calls.
func (c *Calls[In, Out]) By(call func(context.Context, In) (Out, error)) *Calls[In, Out] {
	c.call = call
	return c
}

// Failing names the method that takes the records whose calls have failed, in their place among the results. Without it they fail the job.
func (c *Calls[In, Out]) Failing(failed func(In, error)) *Calls[In, Out] {
	c.failed = failed
	return c
}

// Submit calls the operator's method for a record.
func (c *Calls[In, Out]) Submit(record In) {
	c.begin(c.queue.add(record))
	c.block()
}

func (c *Calls[In, Out]) begin(e *asyncEntry[In, Out]) {
	c.begun++
	c.running++
	c.task.env.call(c.ctx, c.timeout,
		func(ctx context.Context) { c.perform(ctx, e) },
		func() { c.subtask.mailbox.send(&expiry[In, Out]{c, e}) })
}

// Results yields what calls have returned and may be passed on. It stops early when an output of the task is full, or something else is not to
// wait: the rest comes in another step.
func (c *Calls[In, Out]) Results() iter.Seq[Out] {
	return func(yield func(Out) bool) {
		c.task.full -= c.blocks
		c.blocks = 0
		for n := 0; n < batchSize && c.task.full == 0; n++ {
			e := c.queue.next()
			if e == nil {
				break
			}
			c.queue.remove(e)
			if e.isMark() {
				c.subtask.pass(e.mark)
				continue
			}
			c.begun--
			if e.err != nil {
				c.failed(e.in, e.err)
			} else if !yield(e.out) {
				break
			}
			if c.task.hurried.Load() {
				break
			}
		}
		c.resume()
	}
}

// resume calls again what the restored checkpoint had in flight, as far as there is room. While some of it is left there is none for anything
// else, so that it comes first.
func (c *Calls[In, Out]) resume() {
	for len(c.again) > 0 && c.begun < c.capacity {
		e := c.again[0]
		c.again[0] = nil // it is not to outlive its call
		c.again = c.again[1:]
		c.begin(e)
	}
	c.block()
}

// block keeps records away while there is no room for them.
func (c *Calls[In, Out]) block() {
	if c.blocks == 0 && c.begun >= c.capacity {
		c.blocks = 1
		c.task.full++
	}
}

// errGoexit is the end of a call that ended its goroutine.
var errGoexit = errors.New("Async has ended its goroutine (runtime.Goexit) instead of returning")

// perform makes a call, beside the subtask: its answer goes through the mailbox.
func (c *Calls[In, Out]) perform(ctx context.Context, e *asyncEntry[In, Out]) {
	a := &answer[In, Out]{calls: c, entry: e, err: errGoexit}
	defer func() {
		if r := recover(); r != nil {
			a.err = &PanicError{Operator: c.uid, Err: recoveredError(r), Stack: debug.Stack()}
		}
		c.subtask.mailbox.send(a)
	}()
	a.out, a.err = c.call(ctx, e.in)
	if a.err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		a.err = c.late(a.err)
	}
}

// late is the error of a call that took too long.
func (c *Calls[In, Out]) late(err error) error {
	return fmt.Errorf("Async has not returned within its Timeout of %v: %w", c.timeout, err)
}

// answer is what a call has returned.
type answer[In, Out any] struct {
	calls *Calls[In, Out]
	entry *asyncEntry[In, Out]
	out   Out
	err   error
}

func (a *answer[In, Out]) arrive() { a.calls.running-- }
func (a *answer[In, Out]) settle() { a.calls.settle(a.entry, a.out, a.err) }

// expiry says that the time of a call is over, whether its method heeds its context or not.
type expiry[In, Out any] struct {
	calls *Calls[In, Out]
	entry *asyncEntry[In, Out]
}

func (x *expiry[In, Out]) arrive() {}

func (x *expiry[In, Out]) settle() {
	var none Out
	x.calls.settle(x.entry, none, x.calls.late(context.DeadlineExceeded))
}

func (c *Calls[In, Out]) settle(e *asyncEntry[In, Out], out Out, err error) {
	// When the run has failed or is cancelled, calls return that their context has ended: the records have not failed, they are called again.
	if e.done || c.ctx.Err() != nil {
		return
	}
	c.queue.settle(e, out, err)
	var panicked *PanicError
	switch {
	case err == nil:
	case errors.As(err, &panicked):
		panic(panicked)
	case c.failed == nil:
		c.task.fail(c.uid, err)
	}
}

func (c *Calls[In, Out]) operator() string { return c.uid }
func (c *Calls[In, Out]) ready() bool      { return c.task.full == c.blocks && c.queue.next() != nil }
func (c *Calls[In, Out]) blocking() bool   { return c.blocks > 0 }
func (c *Calls[In, Out]) empty() bool      { return c.queue.first == nil }
func (c *Calls[In, Out]) hold(m mark)      { c.queue.addMark(m) }
func (c *Calls[In, Out]) cancel()          { c.stop() }
func (c *Calls[In, Out]) unreturned() int  { return c.running }
