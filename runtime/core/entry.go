package core

import (
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
)

// Entries. A checkpoint may hold records in flight to an operator that had a task of its own, and now is called by the one before it: the tag of
// the edge has changed, or the parallelism of one of them. No channel leads there, so its task has an entry for it, which nothing uses but
// a restore.
//
// What comes by an entry left the operators before it long ago. So it is taken before all else that the task does after a restore: before the
// records in flight to its head, the results of calls, the timers that are due, and before the watermark is passed on. Of several entries that
// of the operator which is furthest from the head is first. Until all is taken, a checkpoint holds the rest of it as records in flight to the
// same operator, whether barriers overtake or not.

// entry is where records come to an operator behind the head of a task.
type entry struct {
	uid     string
	batches batchCodec
	// take gives the operator what was not processed yet, until an output is full.
	take func(r Runner, records Records)
}

// Enter adds an entry to a task: take gives a record to the operator uid, which is behind the head. Those nearer to the head come first.
func Enter[T Runner, R any](v *Vertex[T], uid string, records RecordCodec[R], take func(T, R)) {
	v.entries = append(v.entries, entry{uid: uid, batches: records, take: func(r Runner, records Records) {
		t := r.(T)
		for record := range Rest[R](t.task(), records) {
			take(t, record)
		}
	}})
}

// entering is a batch of records for an entry.
type entering struct {
	*entry
	records Records
}

// entries finds what the checkpoint held on its way to operators behind the head. They are dealt by subtask: without a key any may have them, if
// those of an old one stay in their order.
func (r *Restore) entries() {
	v := r.task.info
	for i := range slices.Backward(v.entries) {
		e := &v.entries[i]
		r.inFlightTo(e.uid, e.batches, Rebalance, func(old *checkpoint.Subtask, records Records) {
			r.subtask.entering = append(r.subtask.entering, entering{e, records})
			r.task.waitsFor(old)
		})
	}
}

// waitsFor makes the task begin at the watermark of a subtask whose records in flight it takes, if that is the lesser one. Its own, of which it
// fires the timers, it passes on when they are taken, or those behind would take them for late.
func (t *times) waitsFor(old *checkpoint.Subtask) {
	if w := runtime.Time(old.Watermark); w < t.head.Watermark {
		t.head.Watermark, t.behind.Watermark = w, w
	}
}

// enter takes records that wait at an entry.
func (s *subtask) enter() {
	e := s.entering[0]
	e.take(s.runner, e.records)
	s.afterRecords()
	if !e.records.done() {
		return
	}
	if s.entering = s.entering[1:]; len(s.entering) == 0 {
		s.begin()
	}
}

// notEntered adds what still waits at the entries to a snapshot.
func (s *subtask) notEntered(snap *Snapshot) {
	var inputs []capturedInput
	for _, e := range s.entering {
		if len(inputs) == 0 || inputs[len(inputs)-1].uid != e.uid {
			inputs = append(inputs, capturedInput{uid: e.uid, batches: e.batches})
		}
		snap.fail(inputs[len(inputs)-1].add(e.records))
	}
	for _, in := range inputs {
		snap.inFlight(in)
	}
}
