package runtime

import (
	"context"
	"log/slog"
	"strings"
)

// logEvent makes a log record of an event: at level warn for what went wrong, info for the milestones, debug for the steps between.
func logEvent(ctx context.Context, logger *slog.Logger, e Event) {
	level, message := slog.LevelDebug, "checkpoint "+string(e.Kind)
	switch e.Kind {
	case EventRestoring, EventRunning, EventRestarting:
		level, message = slog.LevelInfo, "job "+string(e.Kind)
	case EventFailed:
		level, message = slog.LevelWarn, "job failed"
	case EventCheckpointFailed:
		level, message = slog.LevelWarn, string(e.Kind)
		if e.GivenUp {
			level, message = slog.LevelInfo, "checkpoint given up"
		}
	case EventPublished:
		level = slog.LevelInfo
	}
	var attributes []slog.Attr
	if e.Tasks != nil {
		message = strings.Replace(message, "job", "region", 1)
		attributes = append(attributes, slog.Any("tasks", e.Tasks))
	}
	if e.Checkpoint != 0 {
		attributes = append(attributes, slog.Int64("checkpoint", e.Checkpoint))
	}
	if e.Kind == EventPublished {
		attributes = append(attributes, slog.Int64("bytes", e.Size), slog.Duration("duration", e.Duration))
	}
	if e.Kind == EventRestarting {
		attributes = append(attributes, slog.Duration("delay", e.Delay))
	}
	if e.Err != nil {
		attributes = append(attributes, slog.Any("error", e.Err))
	}
	logger.LogAttrs(ctx, level, message, attributes...)
}
