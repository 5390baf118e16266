package timer

import (
	"cmp"
	"slices"

	"github.com/streamgen/streamgen/runtime"
)

// Queue finds the timers of an operator that are due, for generated code. It is derived: the truth are the fields of the states, and no
// snapshot holds it. Beside each state, in its entry of the table, stands the Stamp that each of its timers is queued at. A timer that is
// brought forward is queued once more; one that is put off stays where it is, and moves on when it is found there. What is found at
// a time that its entry does not tell is of no account.
//
// Its timers have numbers: several may share a queue. What is due comes by its time, then by the timer's number and the key's hash, so that the
// order does not depend on when a timer was set, or whether the job was restarted since.
type Queue[K comparable] struct {
	wheels wheels[K]
	// run is what is due at one time and is being handed out, from at on.
	run []Due[K]
	at  int

	firing Due[K] // what was handed out last
	until  Stamp  // up to where it hands out, 0 outside of Begin and End
	// passed are those set meanwhile to a time that had passed: they wait for the next Begin.
	passed []Due[K]

	// floor is how far event time has come for the keys of a hash, whatever Begin says; nil if it has come equally far for all. Overdue are those
	// that are due for this reason alone: they come first after a Begin, as a run.
	floor      func(hash uint64) runtime.Time
	overdue    []Due[K]
	runOverdue bool // run holds such
}

// Due is a timer that may be due.
type Due[K comparable] struct {
	Key   K
	Hash  uint64
	stamp Stamp
	// Timer is its number among those of the queue.
	Timer int
}

// Time is when the timer is due.
func (d Due[K]) Time() runtime.Time { return d.stamp.Time() }

// Field is a timer field of a state, by pointer.
type Field interface {
	// Stamp is the time that the field is set to, 0 if it is not.
	Stamp() Stamp
	// take unsets the field if it is set to that time.
	take(at Stamp) bool
}

// Follow queues a timer where its field is set to an earlier time than it is queued at, which is left in queued. It is called after
// every call that may have changed the field.
func (q *Queue[K]) Follow(key K, hash uint64, timer int, field Stamp, queued *Stamp) {
	if field.before(*queued) {
		q.queue(key, hash, timer, field, queued)
	}
}

func (q *Queue[K]) queue(key K, hash uint64, timer int, field Stamp, queued *Stamp) {
	*queued = field
	q.add(Due[K]{Key: key, Hash: hash, stamp: field, Timer: timer})
}

func (q *Queue[K]) add(d Due[K]) {
	if q.until != 0 && d.stamp <= q.firing.stamp {
		// One that a callback sets to the last of all times when that is reached, as the watermark plus anything is, would fire for ever.
		if d.stamp < StampOf(runtime.MaxTime) {
			q.passed = append(q.passed, d)
		}
		return
	}
	overdue := q.isOverdue(d)
	if q.at < len(q.run) && overdue == q.runOverdue && (overdue || d.stamp <= q.wheels.now) {
		// It belongs to what is being handed out, in its place.
		i, _ := slices.BinarySearchFunc(q.run[q.at:], d, compare)
		q.run = slices.Insert(q.run, q.at+i, d)
		return
	}
	q.wait(d)
}

// wait keeps a timer until it is due.
func (q *Queue[K]) wait(d Due[K]) {
	if q.isOverdue(d) {
		q.overdue = append(q.overdue, d)
		return
	}
	q.wheels.add(d)
}

func (q *Queue[K]) isOverdue(d Due[K]) bool {
	return q.floor != nil && d.stamp <= StampOf(q.floor(d.Hash))
}

// Floor says that for some keys event time has come further than Begin says: of says how far for those of a hash, and runtime.MinTime where it is no further. What of
// theirs is due up to there comes first after the next Begin. Nil takes that back, between End and Begin.
func (q *Queue[K]) Floor(of func(hash uint64) runtime.Time) {
	q.floor = of
	waited := q.overdue
	q.overdue = nil
	for _, d := range waited {
		q.wait(d)
	}
}

// compare orders what is due.
func compare[K comparable](a, b Due[K]) int {
	return cmp.Or(cmp.Compare(a.stamp, b.stamp), cmp.Compare(a.Timer, b.Timer), cmp.Compare(a.Hash, b.Hash))
}

// Fires reports whether a timer that was handed out is due, since its field still holds its time, and unsets it. One that was put off is
// queued again.
func (q *Queue[K]) Fires(d Due[K], field Field, queued *Stamp) bool {
	if !q.Holds(d, queued) {
		return false
	}
	if field.take(d.stamp) {
		return true
	}
	q.Follow(d.Key, d.Hash, d.Timer, field.Stamp(), queued)
	return false
}

// Holds reports whether what was handed out is what an entry is queued at, which it is no more.
func (q *Queue[K]) Holds(d Due[K], queued *Stamp) bool {
	if *queued != d.stamp {
		return false
	}
	*queued = 0
	return true
}

// Begin says that what is due up to a time is to be handed out, until End.
func (q *Queue[K]) Begin(until runtime.Time) { q.until = StampOf(until) }

// End ends what Begin began. What was not handed out waits for the next Begin.
func (q *Queue[K]) End() {
	q.until, q.firing = 0, Due[K]{}
	for _, d := range q.passed {
		q.wait(d)
	}
	clear(q.passed)
	q.passed = q.passed[:0]
}

// Next is a time at which something may be due, and before which nothing is. It reports false if nothing is queued.
func (q *Queue[K]) Next() (runtime.Time, bool) {
	if q.at < len(q.run) {
		return q.run[q.at].Time(), true
	}
	next := q.wheels.next()
	return next.Time(), next != 0
}

// IsDue reports whether Take has something to hand out.
func (q *Queue[K]) IsDue() bool {
	if q.at < len(q.run) {
		return q.until != 0
	}
	if q.run != nil {
		q.wheels.giveBack(q.run)
		q.run, q.at = nil, 0
	}
	if q.until == 0 {
		return false
	}
	if q.runOverdue = len(q.overdue) > 0; q.runOverdue {
		q.run, q.overdue = q.overdue, nil
	} else {
		q.run = q.wheels.take(q.until)
	}
	if len(q.run) > 1 {
		slices.SortFunc(q.run, compare)
	}
	return len(q.run) > 0
}

// Take hands out what is due next, between Begin and End.
func (q *Queue[K]) Take() (Due[K], bool) {
	if !q.IsDue() {
		return Due[K]{}, false
	}
	q.firing = q.run[q.at]
	q.at++
	return q.firing, true
}
