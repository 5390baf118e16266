package progress

import (
	"context"
	"log/slog"
	"time"
)

// Reporter tells how far a job is, at each tick of a clock.
type Reporter struct {
	// Sample returns how far the job is at a time.
	Sample func(at time.Time) Sample
	// Started is when the job did.
	Started time.Time
	// Screen is where to show it; nil to log it.
	Screen *Screen
	// Width returns how many columns the screen has at the moment.
	Width func() int
	// Logger is where to log it without a screen.
	Logger *slog.Logger
}

// Run reports at each tick until ctx ends, and leaves the screen without lines.
func (r *Reporter) Run(ctx context.Context, ticks <-chan time.Time) {
	before := Sample{At: r.Started}
	for {
		select {
		case <-ctx.Done():
			if r.Screen != nil {
				_ = r.Screen.Show(nil) // nobody is left to tell
			}
			return
		case at := <-ticks:
			now := r.Sample(at)
			r.report(before, now)
			before = now
		}
	}
}

func (r *Reporter) report(before, now Sample) {
	if r.Screen != nil {
		// A terminal that is gone is no reason to end the job.
		_ = r.Screen.Show(Render(before, now, r.Started, r.Width()))
		return
	}
	r.Logger.Info("progress", attributes(before, now)...)
}

// attributes are the parts of a log record: records and records a second by operator, and the last checkpoint.
func attributes(before, now Sample) []any {
	var records, rates []any
	for i, operator := range now.Operators {
		records = append(records, slog.Int64(operator.UID, operator.Records))
		rates = append(rates, slog.Int64(operator.UID, int64(rate(before, now, i)+0.5)))
	}
	all := []any{slog.Group("records", records...), slog.Group("per_second", rates...)}
	if c := now.Checkpoint; c != nil {
		all = append(all, "checkpoint", c.ID, "checkpoint_age", max(now.At.Sub(c.Completed), 0).Round(time.Millisecond),
			"checkpoint_bytes", c.Size, "checkpoint_duration", c.Duration)
	}
	return all
}
