package runtime

import (
	"context"
	"errors"
	"time"
)

// Sink is where records of type T go. A pipeline's field of this type is set when the pipeline is built.
type Sink[T any] interface {
	// Connector names the sink's kind and the version of its handles. A checkpoint of another kind or of a higher version is
	// refused before anything is committed.
	Connector() Connector
	// Guarantee says what a reader of the output sees after a failure. A sink that says Transactional implements TransactionalSink.
	Guarantee() Guarantee
	// Open returns a writer for one subtask. It is called after the transactions of the checkpoint were committed and all others aborted.
	Open(ctx SinkContext) (Writer[T], error)
}

// TransactionalSink is a Sink whose records appear exactly once, by a two-phase commit that follows the checkpoints of the job. Its life, for one
// subtask:
//
//   - Write adds to the open transaction. Nobody who reads the output sees what is in it.
//   - Pre-commit: at the barrier of a checkpoint Writer.Prepare ends the transaction and returns its handle, and the next Write begins a new
//     one. Transaction.Sync, off the record path, makes durable what the handle stands for. Only then is the checkpoint acknowledged, with
//     the handle in it. From here on a commit must be possible whatever happens: the writer, its process and its machine may be gone.
//   - Commit: when the checkpoint is complete, Commit is called with the handle of it and of every one before that is not committed yet, oldest
//     first. One that fails is tried again, as often as sink.committer.retries says, and then fails the job. No later checkpoint of the
//     subtask is acknowledged in between, so none completes that has forgotten a handle.
//   - A checkpoint that is given up commits nothing and discards nothing: what was prepared for it is kept, stands in the next checkpoint
//     too, and is committed with that one. The same goes for a plain savepoint. A savepoint of a stop commits.
//   - At the end of input, after Finish, the final checkpoint prepares and commits what came last. Nothing is prepared after it.
//   - Failure: what was not prepared is discarded by Writer.Close, or is left by a process that was killed.
//
// Recovery. Every start calls, before any writer is opened: Commit for each handle of the checkpoint that it goes on from, since that may have
// been complete without being committed, or committed without a record of it. So Commit must be idempotent. Then Abort discards all that
// earlier runs of the operator have left, prepared or open: no checkpoint holds it, and its records come again. The order matters: where
// aborting fences earlier runs it may discard what was to be committed. A start whose commit fails is a failed start, which the restart strategy
// tries again.
//
// If a service discards transactions by itself after some time, the sink implements TransactionTimeout too.
//
// Methods may be called from several goroutines.
type TransactionalSink interface {
	// Commit makes the transaction visible. It must be idempotent: after a crash it is called again with a handle that was
	// committed. It returns an error that is ErrTransactionLost if the transaction is neither there nor committed: then data is lost,
	// and the job says so.
	Commit(ctx context.Context, handle []byte) error
	// Abort discards every transaction of an earlier runner of the operator that was not committed. Those of other operators, which
	// may write to the same place, stay.
	Abort(ctx context.Context, operator string) error
	// Occupied names committed output of the operator that is there already, of a checkpoint with a number above after, "" if there is
	// none. A job that starts from nothing passes 0 and refuses to add to it; one that restores a savepoint of number n passes n and
	// refuses output that was committed after it, which would be written again.
	Occupied(ctx context.Context, operator string, after int64) (string, error)
}

// TransactionTimeout is a TransactionalSink whose transactions do not live for ever: a broker, for example, gives up those that are open for too long,
// prepared ones too. A job with such a sink does not start unless a transaction lives as long as it may have to: from the barrier at which it
// begins to the next one (execution.checkpointing.interval, or interval-during-backlog or min-pause if they are longer), and until the checkpoint
// there is complete (execution.checkpointing.timeout); nor does a job of several subtasks with
// checkpoints-after-tasks-finish=false. It must live through failed checkpoints, restarts and the time that the job is down as well, which nobody can
// check: make it generous.
type TransactionTimeout interface {
	// TransactionTimeout is how long a transaction lives from its begin; 0 or less: for ever.
	TransactionTimeout() time.Duration
}

// ErrTransactionLost is the error of a commit of a transaction that is neither there nor committed.
var ErrTransactionLost = errors.New("output is lost")

// Writer writes the records of one subtask. Its methods are called one at a time, except that Transaction.Sync may run beside them.
type Writer[T any] interface {
	// Write adds records to the current transaction, in order. It must not keep the slice.
	Write(records []T) error
	// Prepare ends the current transaction at the barrier of a checkpoint or savepoint (pre-commit); the next Write begins a new one.
	// The numbers only grow, over restarts too, so output named by them sorts in the order of its commits.
	Prepare(checkpoint int64) (Transaction, error)
	// Close releases what the writer holds and discards what was not prepared. It is called once, after a failure too.
	Close() error
}

// Transaction is what a writer has prepared.
type Transaction struct {
	// Handle is what Commit needs, kept in the checkpoint; nil if there is nothing to commit.
	Handle []byte
	// Sync makes durable what the handle stands for, or delivers it where the sink has no transactions. It runs off the record path,
	// in order, before the checkpoint counts as complete. Nil if there is nothing to do. After a failure the records of the
	// transaction may be lost, so the writer refuses everything that follows: the task fails, however many failed checkpoints are tolerated.
	Sync func() error
}

// Guarantee says what a reader of a sink's output sees when a job fails and goes on from its last checkpoint.
type Guarantee uint8

const (
	// AtLeastOnce is a sink that may show a record again.
	AtLeastOnce Guarantee = iota
	// Idempotent is a sink that writes by key, so that a record written again changes nothing.
	Idempotent
	// Transactional is a sink that shows each record exactly once, when its checkpoint is complete.
	Transactional
)

// String returns the guarantee's name, in lower case.
func (g Guarantee) String() string {
	return [...]string{"at least once", "idempotent", "exactly once"}[g]
}

// SinkContext is what a writer may use of its job.
type SinkContext struct {
	Context
	// Attempt names this run of the job: 8 hexadecimal digits, drawn at random for every start and restart. Names of transactions
	// that hold it never meet those of another run.
	Attempt string
	// Done is closed when the task is to end. A Write that waits for somebody outside the job gives up then, with an error. Nil is
	// never closed.
	Done <-chan struct{}
}
