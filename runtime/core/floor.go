package core

import (
	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
)

// Floors. No key ever sees the watermark go back. After a restore at another parallelism a subtask may have the key groups of several old ones that stood
// at different watermarks, as barriers find them that overtake. It goes on from the least. A key group that was ahead keeps the watermark that
// it has seen as its floor: until that of the subtask has reached it, whatever is called for one of its keys sees the floor, and its timers up to there are due, as
// they would be in the old subtask. So nothing is early or late for a key that was not before.
//
// Floors are rare and do not last, so they cost nothing where there are none: while there are, records are run one by one.

// floors are the watermarks of the key groups of a subtask that are ahead of its own.
type floors struct {
	first  int            // of these key groups
	groups int            // how many the job has
	ahead  []runtime.Time // by key group from first on, MinTime where it is not ahead; nil if none is
	last   runtime.Time   // the latest of them: a subtask that has reached it has reached all
	own    runtime.Time   // the watermark of the subtask, while the clock of its head shows that of a key
}

// floors are those of a task that begins at a watermark. Seen is that which the keys of an old subtask have seen.
func (r *restored) floors(v *vertexInfo, index int, begins runtime.Time, seen func(*checkpoint.Subtask) int64) floors {
	first, end := groupRange(index, v.parallelism, r.groups)
	f := floors{first: first, groups: r.groups, last: begins}
	r.operators(r.known(v), func(held *checkpoint.Subtask, _ *checkpoint.Operator) {
		factor := r.groups / r.checkpoint.KeyGroups
		raise := func(oldFirst, oldEnd int, w runtime.Time) {
			if w <= begins {
				return
			}
			for g := max(oldFirst*factor, first); g < min(oldEnd*factor, end); g++ {
				if f.ahead == nil {
					f.ahead = make([]runtime.Time, end-first)
					for i := range f.ahead {
						f.ahead[i] = runtime.MinTime
					}
				}
				f.ahead[g-first], f.last = max(f.ahead[g-first], w), max(f.last, w)
			}
		}
		oldFirst, oldEnd := groupRange(held.Index, held.Parallelism, r.checkpoint.KeyGroups)
		raise(oldFirst, oldEnd, runtime.Time(seen(held)))
		for _, floor := range held.Floors {
			raise(floor.First, floor.First+floor.Groups, runtime.Time(floor.Watermark))
		}
	})
	return f
}

// of is the floor of a key with this hash.
func (f *floors) of(hash uint64) runtime.Time { return f.ahead[groupOf(hash, f.groups)-f.first] }

// held are the floors that a snapshot needs which says that the keys have seen a watermark.
func (f *floors) held(seen int64) []checkpoint.Floor {
	var held []checkpoint.Floor
	for i, w := range f.ahead {
		switch n := len(held); {
		case int64(w) <= seen:
		case n > 0 && held[n-1].First+held[n-1].Groups == f.first+i && held[n-1].Watermark == int64(w):
			held[n-1].Groups++
		default:
			held = append(held, checkpoint.Floor{First: f.first + i, Groups: 1, Watermark: int64(w)})
		}
	}
	return held
}

// leaveFloors forgets the floors when the subtask has reached all of them.
func (s *subtask) leaveFloors() {
	if f := &s.task.floors; f.ahead == nil || s.task.head.Watermark < f.last {
		return
	}
	s.task.floors = floors{}
	for _, q := range s.task.events {
		q.Floor(nil)
	}
}

// showFloor lets the head of the task see the floor of a key, if that is ahead, until showOwn.
func (t *Task) showFloor(hash uint64) { t.head.Watermark = max(t.floors.own, t.floors.of(hash)) }

func (t *Task) showOwn() { t.head.Watermark = t.floors.own }

// processByFloors runs records of an edge as process does, each with the floor of its key.
func (s *subtask) processByFloors(e *edge, records Records) {
	t := s.task
	t.floors.own = t.head.Watermark
	for !records.done() {
		if hash, ok := e.batches.nextHash(records); ok {
			t.showFloor(hash)
		}
		t.full++ // so that it stops behind one record
		s.runner.Process(e.input, records)
		t.full--
		t.showOwn()
		if t.stops() {
			break
		}
	}
	s.afterRecords()
}
