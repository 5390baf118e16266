// Package timer is how an operator is called back at a time: a field of its keyed state that it sets, and a method On<Field> that is
// called when the time has come.
//
//	type Session struct {
//		Clicks int64
//		Expire timer.Event
//	}
//
//	func (z Sessionize) Process(c Click, s *Session) {
//		s.Clicks++
//		s.Expire.Set(c.At.Add(z.Gap))
//	}
//
//	func (z Sessionize) OnExpire(user uint64, s *Session, out *runtime.Out[Visit]) { … }
//
// The field is the truth: to set it again puts the timer off or brings it forward, to clear it or to zero the state takes it back. It is
// unset when its callback is called. A timer is part of the state, so it survives restarts, and each key has its own.
package timer

import (
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/serde"
)

// Event is a timer in event time: it fires when the watermark has reached its time. One that is set to a time that the watermark has
// reached already fires at the next watermark. At the end of input all timers fire, those too that callbacks set then, to whatever time: a
// callback that sets its timer again every time checks whether the watermark, Context.Watermark, is runtime.MaxTime, and stops.
//
// The zero Event is unset.
type Event struct{ stamp Stamp }

// Set sets the timer, in place of an earlier time.
func (e *Event) Set(at runtime.Time) { e.stamp = StampOf(at) }

// Clear unsets the timer.
func (e *Event) Clear() { e.stamp = 0 }

// IsSet reports whether the timer is set.
func (e Event) IsSet() bool { return e.stamp != 0 }

// At is the time that the timer is set to, runtime.MinTime if it is not.
func (e Event) At() runtime.Time { return e.stamp.Time() }

// String is the time that the timer is set to, "unset" if it is not.
func (e Event) String() string { return e.stamp.String() }

// Stamp is for generated code.
func (e *Event) Stamp() Stamp { return e.stamp }

func (e *Event) take(at Stamp) bool {
	taken := e.stamp == at
	if taken {
		e.stamp = 0
	}
	return taken
}

// Append adds the timer to b, as generated code writes states.
func (e Event) Append(b []byte) []byte { return e.stamp.append(b) }

// Parse reads what Append wrote.
func (e *Event) Parse(p *serde.Parser) { e.stamp = parseStamp(p) }

// Processing is a timer in processing time, that of the machine's clock: it fires as soon as its time has come. After a restart those fire
// at once whose time has passed meanwhile; the end of input drops them.
//
// The zero Processing is unset.
type Processing struct{ stamp Stamp }

// Set sets the timer, in place of an earlier time. A context says what time it is: Context.ProcessingTime.
func (t *Processing) Set(at runtime.Time) { t.stamp = StampOf(at) }

// Clear unsets the timer.
func (t *Processing) Clear() { t.stamp = 0 }

// IsSet reports whether the timer is set.
func (t Processing) IsSet() bool { return t.stamp != 0 }

// At is the time that the timer is set to, runtime.MinTime if it is not.
func (t Processing) At() runtime.Time { return t.stamp.Time() }

// String is the time that the timer is set to, "unset" if it is not.
func (t Processing) String() string { return t.stamp.String() }

// Stamp is for generated code.
func (t *Processing) Stamp() Stamp { return t.stamp }

func (t *Processing) take(at Stamp) bool {
	taken := t.stamp == at
	if taken {
		t.stamp = 0
	}
	return taken
}

// Append adds the timer to b, as generated code writes states.
func (t Processing) Append(b []byte) []byte { return t.stamp.append(b) }

// Parse reads what Append wrote.
func (t *Processing) Parse(p *serde.Parser) { t.stamp = parseStamp(p) }
