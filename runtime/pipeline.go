package runtime

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

// Pipeline is a struct marked //streamgen:pipeline, by pointer: streamgen generates its method.
type Pipeline interface {
	// StreamgenJob wires the pipeline's operators, sources and sinks to a job.
	StreamgenJob() Job
}

// Job is a pipeline wired to be run once. Generated code makes it; Run and Main use it.
type Job interface {
	// Name is the pipeline's type name.
	Name() string
	// Graph describes the operators and their edges under a configuration, sources first. An error is every mistake in the pipeline, and in what of the
	// configuration concerns it; the graph is there nevertheless.
	Graph(c config.Config) (Graph, error)
	// Plan says what Run would do to start: what it would go on from, and what would become of each operator and state, or why it would be refused. It
	// changes nothing, and does not disturb a job that runs. An error is one of the configuration, or of the disk.
	Plan(ctx context.Context, env Environment) (*plan.Plan, error)
	// Run runs the job until it ends. It returns how it ended, or the error that ended it. Cancelling ctx cancels the job.
	Run(ctx context.Context, env Environment) (Outcome, error)
	// Progress says how far the job is. It may be called from any goroutine while Run runs.
	Progress() Progress
}

// Environment is what a job gets from outside.
type Environment struct {
	Config config.Config
	Logger *slog.Logger
	// OnEvent is called at each step of the job's life, from the goroutine that takes it. Nil if nobody listens.
	OnEvent func(Event)
	// Requests brings what a user asks of the running job. Nil if nobody does.
	Requests <-chan Request
	// FS is where checkpoints are stored if the configuration says FileSystem.
	FS vfs.FS
}

// Outcome says how a job ended, if not by an error.
type Outcome uint8

const (
	// Finished is the end of all input, all of it committed.
	Finished Outcome = iota
	// FinishedBefore is a start of a job that had finished: nothing was done.
	FinishedBefore
	// Stopped is a stop with a savepoint, from which the next start goes on.
	Stopped
	// Cancelled is a job that was told to stop where it is.
	Cancelled
)

// Request is what a user asks of a running job.
type Request struct {
	Kind RequestKind
	// Reply is called once, with the folder of the savepoint if one was made, also when the job failed to end after it. It may be called from any
	// goroutine.
	Reply func(path string, err error)
}

// ErrNoSavepoint is wrapped by the reply to a stop that ends the job without a savepoint, since the job waits to start again: there is nothing to
// take one of.
var ErrNoSavepoint = errors.New("it ends without a savepoint")

// RequestKind says what is asked.
type RequestKind uint8

const (
	// RequestSavepoint asks for a savepoint; the job goes on.
	RequestSavepoint RequestKind = iota
	// RequestStop asks for a savepoint that commits and ends the job. Nothing is flushed: the next start goes on from it.
	RequestStop
	// RequestCancel ends the job where it is.
	RequestCancel
	// RequestDrain is a stop that ends the input first, as if every source had come to its end: the last watermark, all timers in event time, Finish. The
	// savepoint holds what is left then and commits. No start goes on from it: more input would be counted against results that are out.
	RequestDrain
)

// EventKind says what happened in a job.
type EventKind string

// The events of a job, in the order they come. Those of checkpoints carry its number.
const (
	EventRestoring        EventKind = "restoring"         // a start has found the checkpoint to go on from and committed its transactions
	EventRunning          EventKind = "running"           // every subtask has its state
	EventTriggered        EventKind = "triggered"         // barriers have left for the sources
	EventPrepared         EventKind = "prepared"          // every subtask has acknowledged; sinks have pre-committed
	EventPublished        EventKind = "published"         // the manifest is durable: the checkpoint is complete
	EventCommitting       EventKind = "committing"        // a sink is about to commit a transaction
	EventCommitted        EventKind = "committed"         // every sink has committed
	EventCheckpointFailed EventKind = "checkpoint failed" // a checkpoint was given up; Err says why
	EventFailed           EventKind = "failed"            // a task failed; Err says which and why
	EventRestarting       EventKind = "restarting"        // the job starts again after Delay, or Tasks only
)

// Event is a step of a job's life.
type Event struct {
	Kind       EventKind
	Checkpoint int64
	Size       int64         // bytes that were written for the checkpoint, of EventPublished
	Duration   time.Duration // since the trigger, of EventPublished
	Delay      time.Duration // of EventRestarting
	GivenUp    bool          // of EventCheckpointFailed: it has not failed itself. A later one is complete, or a region is restarted
	// Tasks names the tasks of a region that has failed and is restarted by itself, for the events from its failure until it runs again; it is nil where
	// an event is one of the whole job.
	Tasks []string
	Err   error
}

// Progress says how far a job is since it was started in this process. Counts do not begin anew when it is restarted after a failure.
type Progress struct {
	// Operators holds one entry for each operator, in the order of the pipeline.
	Operators []OperatorProgress
	// Checkpoint is the last completed one, nil before the first.
	Checkpoint *CheckpointProgress
}

// OperatorProgress counts the records of an operator: those a source read, an operator received, a sink wrote. What is read again after a restart counts
// again.
type OperatorProgress struct {
	UID     string
	Records int64
}

// CheckpointProgress is what is worth knowing of a completed checkpoint.
type CheckpointProgress struct {
	ID        int64
	Completed time.Time
	Duration  time.Duration
	Size      int64 // bytes that were written for it
}

// Graph is a pipeline as data.
type Graph struct {
	Pipeline string
	Tasks    []GraphTask
	Edges    []GraphEdge
	// Regions are the names of the tasks that are restarted together when one of them fails (jobmanager.execution.failover-strategy).
	Regions [][]string
}

// GraphTask is a chain of operators that run together.
type GraphTask struct {
	Name        string // the uid of its first operator
	Operators   []string
	Parallelism int
}

// GraphEdge is an edge between two operators.
type GraphEdge struct {
	From, To string // uids
	Kind     string // "chained", "forward", "rebalance", "rescale", "broadcast", "hash" or "loop"
}
