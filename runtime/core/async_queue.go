package core

import "iter"

// asyncQueue holds what an operator with Async has in flight, in the order in which it came: calls, and between them the marks of event
// time that no result may cross. Ordered, an entry leaves when it is the first and done. Unordered, a call leaves as soon as it is done
// and no mark is before it.
type asyncQueue[In, Out any] struct {
	unordered   bool
	first, last *asyncEntry[In, Out]
	// stage counts the marks that have left, added those that have come: a call with the stage of the queue has none before it.
	stage, added int64
	// done are the calls of this stage that are done, in the order in which they came to be. It is for unordered queues only.
	done []*asyncEntry[In, Out]
}

// asyncEntry is a call, or a mark among calls.
type asyncEntry[In, Out any] struct {
	before, behind *asyncEntry[In, Out]
	stage          int64

	in   In
	out  Out
	err  error
	done bool // of a call: its result is there, or it was given up

	mark mark // noMark of a call
}

func (e *asyncEntry[In, Out]) isMark() bool { return e.mark.kind != noMark }

// add puts a call behind all that is there.
func (q *asyncQueue[In, Out]) add(in In) *asyncEntry[In, Out] {
	e := &asyncEntry[In, Out]{in: in}
	q.append(e)
	return e
}

// addMark puts a mark behind all that is there, in place of one that is the last: so there are no more marks than calls, however many come
// while a call takes long.
func (q *asyncQueue[In, Out]) addMark(m mark) {
	if q.last != nil && q.last.isMark() {
		q.last.mark = m
		return
	}
	q.append(&asyncEntry[In, Out]{mark: m})
	q.added++
}

func (q *asyncQueue[In, Out]) append(e *asyncEntry[In, Out]) {
	e.before, e.stage = q.last, q.added
	if q.last == nil {
		q.first = e
	} else {
		q.last.behind = e
	}
	q.last = e
}

// settle says how a call has ended. What is said of it later does not count: a method may return after it was given up.
func (q *asyncQueue[In, Out]) settle(e *asyncEntry[In, Out], out Out, err error) {
	if e.done {
		return
	}
	e.out, e.err, e.done = out, err, true
	if q.unordered && e.stage == q.stage {
		q.done = append(q.done, e)
	}
}

// next is what may leave next, nil if there is nothing.
func (q *asyncQueue[In, Out]) next() *asyncEntry[In, Out] {
	switch {
	case len(q.done) > 0:
		return q.done[0]
	case q.first == nil:
		return nil
	case q.first.isMark(), q.first.done && !q.unordered:
		return q.first
	}
	return nil
}

// remove takes out what next has returned.
func (q *asyncQueue[In, Out]) remove(e *asyncEntry[In, Out]) {
	if e.before == nil {
		q.first = e.behind
	} else {
		e.before.behind = e.behind
	}
	if e.behind == nil {
		q.last = e.before
	} else {
		e.behind.before = e.before
	}
	e.before, e.behind = nil, nil
	switch {
	case e.isMark():
		q.nextStage()
	case q.unordered:
		q.done[0] = nil
		q.done = q.done[1:]
	}
}

// nextStage frees what waited for the mark that has left.
func (q *asyncQueue[In, Out]) nextStage() {
	q.stage++
	for e := q.first; q.unordered && e != nil && !e.isMark(); e = e.behind {
		if e.done {
			q.done = append(q.done, e)
		}
	}
}

// inFlight yields what the calls were made for, in the order in which it came.
func (q *asyncQueue[In, Out]) inFlight() iter.Seq[In] {
	return func(yield func(In) bool) {
		for e := q.first; e != nil; e = e.behind {
			if !e.isMark() && !yield(e.in) {
				return
			}
		}
	}
}
