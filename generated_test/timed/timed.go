// Package timed is a pipeline with every kind of timer, for the simulation in runtime/core: what it emits can be told from what it reads,
// whenever its watermarks come, and each of its operators knows what must never be.
package timed

import (
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

//go:generate go tool streamgen

// Tick is what all operators read.
type Tick struct {
	Key string
	At  runtime.Time
	// Reminders is how many there are to be of it.
	Reminders int
}

// Line is what all operators emit.
type Line struct {
	Kind  string       `json:"kind"`
	Key   string       `json:"key"`
	At    runtime.Time `json:"at"`
	Count int64        `json:"count"`
	Total int64        `json:"total"`
}

// Violated says that something has happened that never must.
type Violated func(format string, values ...any)

const (
	// Every is the time between the reminders of a tick.
	Every = 3 * time.Millisecond
	// Gap is how long a key is quiet before that is said.
	Gap = 20 * time.Millisecond
	// Wait is how long ticks wait for others, in processing time.
	Wait = 3 * time.Millisecond
	// Kept is how long a count is kept, in processing time: the tag ttl says the same.
	Kept = 8 * time.Millisecond
)

// Remind is called back after each tick, several times, and when a key is quiet.
//
//streamgen:operator
type Remind struct{ Violated Violated }

// Reminders is what Remind remembers of a key.
type Reminders struct {
	Ticks     int64
	Latest    runtime.Time
	Fired     runtime.Time
	Watermark runtime.Time
	Remind    timer.EventSet
	Quiet     timer.Event
}

// Key is the tick's.
func (Remind) Key(t Tick) string { return t.Key }

// Process sets the timers.
func (r Remind) Process(ctx runtime.Context, t Tick, s *Reminders) {
	r.advanced(ctx, s)
	if t.At <= ctx.Watermark() {
		r.Violated("a tick of %v came behind the watermark %v", t.At, ctx.Watermark())
	}
	if times := s.Remind.Times(); len(times) > 0 && times[0] <= ctx.Watermark() || s.Quiet.IsSet() && s.Quiet.At() <= ctx.Watermark() {
		r.Violated("a tick came before the timers of the watermark %v had fired: %v, %v", ctx.Watermark(), times, s.Quiet)
	}
	for i := range t.Reminders {
		s.Remind.Add(t.At.Add(time.Duration(i+1) * Every))
	}
	s.Ticks++
	s.Latest = max(s.Latest, t.At)
	s.Quiet.Set(s.Latest.Add(Gap))
}

// OnRemind says that it was called.
func (r Remind) OnRemind(ctx runtime.Context, key string, s *Reminders, out *runtime.Out[Line]) {
	r.advanced(ctx, s)
	if ctx.Timer() > ctx.Watermark() {
		r.Violated("a reminder for %v came at the watermark %v", ctx.Timer(), ctx.Watermark())
	}
	if ctx.Timer() <= s.Fired {
		r.Violated("a reminder for %v came after that for %v", ctx.Timer(), s.Fired)
	}
	s.Fired = ctx.Timer()
	out.Emit(Line{Kind: "remind", Key: key, At: ctx.Timer()})
}

// OnQuiet tells the ticks since it was called last.
func (r Remind) OnQuiet(ctx runtime.Context, key string, s *Reminders, out *runtime.Out[Line]) error {
	r.advanced(ctx, s)
	if ctx.Timer() != s.Latest.Add(Gap) || ctx.Timer() > ctx.Watermark() {
		r.Violated("a quiet time to %v came at %v and the watermark %v", s.Latest.Add(Gap), ctx.Timer(), ctx.Watermark())
	}
	out.Emit(Line{Kind: "quiet", Key: key, At: ctx.Timer(), Count: s.Ticks})
	s.Ticks = 0
	if s.Remind.Len() == 0 {
		*s = Reminders{}
	}
	return nil
}

// advanced holds the watermark against the one that the key has seen before.
func (r Remind) advanced(ctx runtime.Context, s *Reminders) {
	if s.Watermark != 0 && ctx.Watermark() < s.Watermark {
		r.Violated("the watermark went back from %v to %v", s.Watermark, ctx.Watermark())
	}
	if ctx.Watermark() > runtime.MinTime {
		s.Watermark = ctx.Watermark()
	}
}

// Gather tells ticks together, a while after the first.
//
//streamgen:operator
type Gather struct{ Violated Violated }

// Gathered is what Gather remembers of a key.
type Gathered struct {
	Waiting, Total int64
	Tell           timer.Processing
}

// Key is the tick's.
func (Gather) Key(t Tick) string { return t.Key }

// Process begins to wait.
func (Gather) Process(ctx runtime.Context, _ Tick, s *Gathered) {
	s.Waiting++
	if !s.Tell.IsSet() {
		s.Tell.Set(ctx.ProcessingTime().Add(Wait))
	}
}

// OnTell tells the ticks.
func (g Gather) OnTell(ctx runtime.Context, key string, s *Gathered, out *runtime.Out[Line]) {
	if ctx.Timer() > ctx.ProcessingTime() {
		g.Violated("a timer for %v fired at %v", ctx.Timer(), ctx.ProcessingTime())
	}
	s.Total += s.Waiting
	out.Emit(Line{Kind: "gather", Key: key, Count: s.Waiting, Total: s.Total})
	s.Waiting = 0
}

// Recent counts the ticks of each key, and those since it was quiet for a while.
//
//streamgen:operator
type Recent struct{}

// RecentState is what Recent remembers of a key.
type RecentState struct {
	Count int64 `ttl:"8ms"`
	Total int64
}

// Key is the tick's.
func (Recent) Key(t Tick) string { return t.Key }

// Process counts a tick.
func (Recent) Process(ctx runtime.Context, t Tick, s *RecentState, out *runtime.Out[Line]) {
	s.Count++
	s.Total++
	out.Emit(Line{Kind: "recent", Key: t.Key, At: ctx.ProcessingTime(), Count: s.Count, Total: s.Total})
}

// Pass stands between the ticks and the others in the pipelines of the packages apart and chained.
//
//streamgen:operator
type Pass struct{}

// Map passes a tick on.
func (Pass) Map(t Tick) Tick { return t }

// Timed reads ticks that come up to four milliseconds late.
//
//streamgen:pipeline
type Timed struct {
	Ticks  runtime.Source[Tick] `time:"At" outoforder:"4ms"`
	Remind Remind               `from:"Ticks"`
	Gather Gather               `from:"Ticks"`
	Recent Recent               `from:"Ticks"`
	Lines  runtime.Sink[Line]   `from:"Remind,Gather,Recent"`
}
