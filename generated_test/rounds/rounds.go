// Package rounds is a pipeline with a loop in event time, over calls, for the simulation in runtime/core.
package rounds

import (
	"context"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

//go:generate go tool streamgen

// Try is what goes round.
type Try struct {
	Key string
	At  runtime.Time
	// Left is how often it is still to go round.
	Left int
	// Timer says that a timer has sent it, in the end.
	Timer bool
}

// Done is a try that has gone round often enough.
type Done struct {
	Key   string
	Timer bool
	// Watermark is that of Attempt when it came there last.
	Watermark runtime.Time
}

// Attempt sends each try round, and two for each key when its timer fires.
//
//streamgen:operator
type Attempt struct{}

// Attempts is what Attempt remembers of a key.
type Attempts struct {
	Late  timer.Event
	Fired int
}

// KeyNew is the try's.
func (Attempt) KeyNew(t Try) string { return t.Key }

// KeyAgain is the try's.
func (Attempt) KeyAgain(t Try) string { return t.Key }

// ProcessNew sends a try round, and sets a timer that is due when all is over.
func (Attempt) ProcessNew(t Try, s *Attempts, failed *runtime.Out[Try]) {
	s.Late.Set(t.At.Add(1000 * time.Hour))
	failed.Emit(t)
}

// ProcessAgain sends it round once more, or emits it. The first that a timer has sent sets that again, to a time that has passed.
func (Attempt) ProcessAgain(ctx runtime.Context, t Try, s *Attempts, out *runtime.Out[Done], failed *runtime.Out[Try]) {
	if t.Left--; t.Left > 0 {
		failed.Emit(t)
		return
	}
	out.Emit(Done{Key: t.Key, Timer: t.Timer, Watermark: ctx.Watermark()})
	if t.Timer && s.Fired == 1 {
		s.Late.Set(t.At)
	}
}

// OnLate sends a try round.
func (Attempt) OnLate(ctx runtime.Context, key string, s *Attempts, failed *runtime.Out[Try]) {
	s.Fired++
	failed.Emit(Try{Key: key, At: ctx.Timer(), Left: 2, Timer: true})
}

// Ask is a call on the way round.
//
//streamgen:operator
type Ask struct{}

// Async returns the try.
func (Ask) Async(_ context.Context, t Try) (Try, error) { return t, nil }

// Rounds is the pipeline.
//
//streamgen:pipeline
type Rounds struct {
	Tries   runtime.Source[Try] `time:"At" outoforder:"1s"`
	Attempt Attempt             `from:"new=Tries" loop:"again=Ask"`
	Ask     Ask                 `from:"Attempt.failed"`
	Done    runtime.Sink[Done]  `from:"Attempt"`
}
