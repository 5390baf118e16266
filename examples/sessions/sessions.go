// Package sessions groups the clicks of each user into visits: an operator with a timer in event time.
package sessions

import (
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

//go:generate go tool streamgen

// Click is one page view.
type Click struct {
	User string       `json:"user"`
	At   runtime.Time `json:"at"`
}

// Visit is what a user did until nothing came for a while.
type Visit struct {
	User   string       `json:"user"`
	Start  runtime.Time `json:"start"`
	End    runtime.Time `json:"end"`
	Clicks int64        `json:"clicks"`
}

// Sessionize ends a visit when no click comes for Gap.
//
//streamgen:operator
type Sessionize struct{ Gap time.Duration }

// Session is what is known of a user: the visits under way, which may be several as long as clicks between them may still come, and when
// the first of them is over.
type Session struct {
	Visits []Visit
	Expire timer.Event
}

// Key is the user.
func (Sessionize) Key(c Click) string { return c.User }

// Process adds c to the visits that it belongs to, which become one.
func (z Sessionize) Process(c Click, s *Session) {
	visit := Visit{User: c.User, Start: c.At, End: c.At, Clicks: 1}
	apart := s.Visits[:0]
	for _, v := range s.Visits {
		if v.Start.Sub(visit.End) > z.Gap || visit.Start.Sub(v.End) > z.Gap {
			apart = append(apart, v)
			continue
		}
		visit.Start, visit.End, visit.Clicks = min(visit.Start, v.Start), max(visit.End, v.End), visit.Clicks+v.Clicks
	}
	s.Visits = append(apart, visit)
	z.await(s)
}

// OnExpire emits what is over: no click that belongs to it is expected any more.
func (z Sessionize) OnExpire(ctx runtime.Context, s *Session, out *runtime.Out[Visit]) {
	going := s.Visits[:0]
	for _, v := range s.Visits {
		if v.End.Add(z.Gap) > ctx.Timer() {
			going = append(going, v)
			continue
		}
		out.Emit(v)
	}
	if len(going) == 0 {
		*s = Session{}
		return
	}
	s.Visits = going
	z.await(s)
}

// await sets the timer to the end of the visit that is over first.
func (z Sessionize) await(s *Session) {
	first := s.Visits[0].End
	for _, v := range s.Visits {
		first = min(first, v.End)
	}
	s.Expire.Set(first.Add(z.Gap))
}

// Sessions finds the visits in clicks, of which some come up to four seconds late.
//
//streamgen:pipeline
type Sessions struct {
	Clicks     runtime.Source[Click] `time:"At" outoforder:"4s" idle:"1m"`
	Sessionize Sessionize            `from:"Clicks"`
	Visits     runtime.Sink[Visit]   `from:"Sessionize"`
}
