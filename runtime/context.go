package runtime

import (
	"log/slog"
	"time"
)

// Context tells an operator's method where it runs. It is a small value; the zero Context works, for unit tests: subtask 0 of 1,
// which logs to slog.Default.
type Context struct {
	operator    string
	subtask     int
	parallelism int
	logger      *slog.Logger
	clock       *Clock
	timer       Time
}

// NewContext returns the context of one subtask of an operator. The job calls it; a test may.
func NewContext(operator string, subtask, parallelism int, logger *slog.Logger) Context {
	return Context{operator: operator, subtask: subtask, parallelism: parallelism, logger: logger}
}

// Operator is the operator's uid: its field in the pipeline.
func (c Context) Operator() string { return c.operator }

// Subtask numbers the parallel instance that runs, from 0 to Parallelism()-1.
func (c Context) Subtask() int { return c.subtask }

// Parallelism is the number of parallel instances of the operator.
func (c Context) Parallelism() int { return max(c.parallelism, 1) }

// WithClock returns the context with what its task knows of time.
func (c Context) WithClock(clock *Clock) Context {
	c.clock = clock
	return c
}

// WithTimer returns the context that a callback of a timer gets which is due at that time.
func (c Context) WithTimer(at Time) Context {
	c.timer = at
	return c
}

// Watermark is how far event time has come: no record with a time at or before it is expected any more. It is MinTime before the first
// one, and MaxTime at the end of input. For a key it never goes back, over restarts too; what is called without one may see that after a
// restart, which goes on from the least watermark of all subtasks. Methods that run in the subtask may ask; Async, which runs beside it, may not.
func (c Context) Watermark() Time {
	if c.clock == nil {
		return MinTime
	}
	return c.clock.Watermark
}

// ProcessingTime is what the clock of the machine says, or that of a simulation.
func (c Context) ProcessingTime() Time {
	if c.clock == nil {
		return TimeOf(time.Now())
	}
	return TimeOf(c.clock.Wall())
}

// Timer is the time of the timer whose callback is called. In other methods it means nothing.
func (c Context) Timer() Time { return c.timer }

// Logger logs with the operator and the subtask as attributes.
func (c Context) Logger() *slog.Logger {
	if c.logger == nil {
		return slog.Default()
	}
	return c.logger.With("operator", c.operator, "subtask", c.subtask)
}

// Clock is what a task tells its operators of time. The job keeps it.
type Clock struct {
	// Watermark is how far event time has come.
	Watermark Time
	// Wall is the time of day.
	Wall func() time.Time
}
