package runtime

import (
	"context"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
)

// Source is where records of type T come from. A pipeline's field of this type is set when the pipeline is built: a file in
// development, a broker in production, with no regeneration.
//
// A source divides its input into splits. Each split is read by one subtask at a time, in order, and has a position: bytes that only
// the source understands, from which reading goes on after a restore. That makes a source replayable: read again from the same
// position it must give the same records.
type Source[T any] interface {
	// Connector names the source's kind and the version of its positions. A checkpoint of another kind or of a higher version is
	// refused before anything is read.
	Connector() Connector
	// Splits returns everything that there is to read. It is called at every start, and may be called twice: a start with a mistake is
	// given up before it changes anything. Known holds the splits of the
	// checkpoint that the job restores, with their positions: all of them must be in the result, as they are, and what is new may join
	// them. Splits that are done stay in the list, so that they are known to be.
	Splits(ctx context.Context, known []Split) ([]Split, error)
	// Open returns a reader of splits for one subtask. It may be given none.
	Open(ctx SourceContext, splits []Split) (Reader[T], error)
}

// Reader reads the splits of one subtask. Its methods are called one at a time.
type Reader[T any] interface {
	// Read stores the next records in records and returns how many. It must not block: with nothing to read at the moment it
	// returns 0 and no error, and the reader calls SourceContext.Wake when there is something, or asked for SourceContext.WakeAfter.
	// At the end of all its splits it returns 0 and io.EOF. Any other error fails the task.
	Read(records []T) (int, error)
	// Snapshot returns every split of the reader, those that are done too, positioned behind the first consumed records of the
	// last Read. Checkpoint is the number of the checkpoint that it is for.
	Snapshot(checkpoint int64, consumed int) ([]Split, error)
	// Close releases what the reader holds. It is called once, after a failure too.
	Close() error
}

// CompletionListener is a Reader or a Writer that wants to know of completed checkpoints: a source, to release what is not needed for a replay
// any more. An operator has a method of that form instead.
type CompletionListener interface {
	// CheckpointComplete is called when the checkpoint of that number, which covers every one before it, is complete: at most once for each, with
	// numbers that only grow, and never for one that failed or for a plain savepoint. It is best effort: after a failure it may never
	// come. It is called in the subtask, between two records, and may come before or after the commits of the checkpoint.
	CheckpointComplete(checkpoint int64)
}

// AbortionListener is a Reader or a Writer that wants to know of checkpoints that were given up. An operator has a method of that form instead.
type AbortionListener interface {
	// CheckpointAborted is called when the checkpoint or savepoint of that number was given up: it failed, or a later one was complete before it.
	// It is called once for each in every subtask that runs, whether the barrier had come to it or not. What was prepared for the
	// checkpoint is not discarded: it belongs to the next one. After a failure of the job it may never come.
	CheckpointAborted(checkpoint int64)
}

// Split is a part of a source's input.
type Split = checkpoint.Split

// Connector names the form of what a connector keeps in a checkpoint.
type Connector = checkpoint.Connector

// SourceContext is what a reader may use of its job.
type SourceContext struct {
	Context
	// Wake says that Read has something to return. It may be called from any goroutine.
	Wake func()
	// WakeAfter calls Wake after d. A later call replaces the earlier one. It is called from Read only, not from another goroutine.
	WakeAfter func(d time.Duration)
	// SetBacklog says whether the reader is in a backlog: it reads what has piled up, where checkpoints cost more than a replay would, and
	// execution.checkpointing.interval-during-backlog counts as long as any reader of the job says so. A reader that says nothing has none; at its
	// end it has none either. It may be called from Open on, by one goroutine at a time. Nil means that nobody listens.
	SetBacklog func(backlog bool)
	// Now is the job's monotonic clock, from an arbitrary start.
	Now func() time.Duration
}
