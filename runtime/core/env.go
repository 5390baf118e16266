package core

import (
	"context"
	"log/slog"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/internal/restart"
)

// environment is what the parts of a run share: what they were configured with, and what the driver lends them.
type environment struct {
	driver
	config config.Config
	logger *slog.Logger
	// onEvent is told of each step of the job's life.
	onEvent func(runtime.Event)
	// files is where savepoints are, whatever the storage of checkpoints.
	files vfs.FS
	// groups is the number of key groups.
	groups int
	// restarts is asked after each failure, of the job or of a region.
	restarts restart.Strategy
}

// driver is where time, randomness and work off the record path come from, and who steps the actors.
type driver interface {
	// drive steps actors until they have ended. None begins before each can be woken.
	drive(actors ...actor)
	// now is a monotonic clock, from an arbitrary start; wall is the time of day.
	now() time.Duration
	wall() time.Time
	// random returns a number from 0 up to but without 1.
	random() float64
	// newLane returns a lane, whose functions run one after the other, off the record path.
	newLane() lane
	// after runs f when d has passed, unless it is stopped before. F must not block.
	after(d time.Duration, f func()) (stop func())
	// call runs f off the record path, beside others, with a context within ctx that ends after timeout. If f has not returned by then,
	// late is called. Late must not block.
	call(ctx context.Context, timeout time.Duration, f func(context.Context), late func())
}

// lane runs functions in order.
type lane interface {
	run(f func())
}

// status is what an actor's step leaves.
type status uint8

const (
	// busy: there is more to do.
	busy status = iota
	// idle: nothing to do until something is put into the mailbox.
	idle
	// ended: there will be nothing to do ever again.
	ended
)

// actor is a part of a run that the driver steps: a subtask, or the master.
type actor interface {
	step() status
	box() *mailbox
}
