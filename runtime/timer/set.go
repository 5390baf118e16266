package timer

import (
	"slices"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/serde"
)

// EventSet holds several timers in event time for each key: its callback is called once for each of its times, which Context.Timer says.
// A time is in it once, and no more when its callback is called. Beside that it is as Event.
//
// The zero EventSet is empty.
type EventSet struct {
	times []runtime.Time // in their order
}

// Add adds a time. One that is there already stays.
func (s *EventSet) Add(at runtime.Time) {
	at = StampOf(at).Time()
	if i, found := slices.BinarySearch(s.times, at); !found {
		s.times = slices.Insert(s.times, i, at)
	}
}

// Remove takes a time out, and reports whether it was there.
func (s *EventSet) Remove(at runtime.Time) bool {
	i, found := slices.BinarySearch(s.times, StampOf(at).Time())
	if found {
		s.times = slices.Delete(s.times, i, i+1)
	}
	return found
}

// Clear takes all times out.
func (s *EventSet) Clear() { s.times = nil }

// Has reports whether a time is in the set.
func (s *EventSet) Has(at runtime.Time) bool {
	_, found := slices.BinarySearch(s.times, StampOf(at).Time())
	return found
}

// Len is the number of times.
func (s *EventSet) Len() int { return len(s.times) }

// Times returns the times, the earliest first.
func (s *EventSet) Times() []runtime.Time { return slices.Clone(s.times) }

// Stamp is that of the earliest time, for generated code.
func (s *EventSet) Stamp() Stamp {
	if len(s.times) == 0 {
		return 0
	}
	return StampOf(s.times[0])
}

func (s *EventSet) take(at Stamp) bool {
	if s.Stamp() != at {
		return false
	}
	s.times = slices.Delete(s.times, 0, 1)
	return true
}

// Append adds the set to b, as generated code writes states.
func (s *EventSet) Append(b []byte) []byte {
	b = serde.AppendArray(b, len(s.times))
	for _, at := range s.times {
		b = serde.AppendInt(b, int64(at))
	}
	return b
}

// Parse reads what Append wrote.
func (s *EventSet) Parse(p *serde.Parser) {
	n := p.Array()
	s.times = nil
	if n > 0 {
		s.times = make([]runtime.Time, 0, p.Cap(n, 8))
	}
	for i := 0; i < n && p.Err() == nil; i++ {
		at := runtime.Time(p.Int())
		if i > 0 && at <= s.times[i-1] {
			p.Failf("the times of a timer set are not in order")
			return
		}
		s.times = append(s.times, at)
	}
}
