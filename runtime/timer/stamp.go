package timer

import (
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/serde"
)

// Stamp is a time or none, as generated code compares it: 0 is none, and a later time is a greater stamp. In an entry of a table it is
// the time that a timer is queued at.
type Stamp uint64

const signBit = 1 << 63

// StampOf is the stamp of a time. That of runtime.MinTime is the next one's: 0 is none.
func StampOf(t runtime.Time) Stamp { return max(Stamp(t)^signBit, 1) }

// Time is the time of the stamp, runtime.MinTime if it is none.
func (s Stamp) Time() runtime.Time { return runtime.Time(s ^ signBit) }

// Earlier returns the earlier one of s and t; none is later than any.
func (s Stamp) Earlier(t Stamp) Stamp {
	if t.before(s) {
		return t
	}
	return s
}

// before reports whether s is a time and t a later one or none. As unsigned numbers, none less one is the greatest.
func (s Stamp) before(t Stamp) bool { return s-1 < t-1 }

// String is the time, or "unset".
func (s Stamp) String() string {
	if s == 0 {
		return "unset"
	}
	return s.Time().String()
}

// append writes the time as an integer, none as nil.
func (s Stamp) append(b []byte) []byte {
	if s == 0 {
		return serde.AppendNil(b)
	}
	return serde.AppendInt(b, int64(s.Time()))
}

func parseStamp(p *serde.Parser) Stamp {
	if p.Nil() {
		return 0
	}
	return StampOf(runtime.Time(p.Int()))
}
