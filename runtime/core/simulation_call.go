package core

import (
	"context"
	"slices"
	"time"
)

// simulatedCall is a call of an Async method that is to be made: all of it in one step, chosen by the seed as every other.
type simulatedCall struct {
	ctx  context.Context
	f    func(context.Context)
	stop func() // takes back that it is to be called late
	late bool   // it does not return before its time is over
	over bool   // its time is over
}

// mayReturn reports whether the call may be what is done next.
func (c *simulatedCall) mayReturn() bool { return !c.late || c.over || c.ctx.Err() != nil }

func (s *Simulation) call(ctx context.Context, timeout time.Duration, f func(context.Context), late func()) {
	c := &simulatedCall{ctx: ctx, f: f, late: s.LateCalls > 0 && s.random_.IntN(s.LateCalls) == 0}
	c.stop = s.after(timeout, func() {
		c.over = true
		late()
	})
	s.calls = append(s.calls, c)
}

// perform makes a call.
func (s *Simulation) perform(i int) {
	c := s.calls[i]
	s.calls = slices.Delete(s.calls, i, i+1)
	c.stop()
	c.f(c.ctx)
}
