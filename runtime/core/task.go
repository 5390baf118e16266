package core

import (
	"fmt"
	"sync/atomic"

	"github.com/streamgen/streamgen/runtime"
)

// Runner is a generated task: a chain of operators that run together. It embeds Task, which has a method that does nothing for each
// that it may leave out.
type Runner interface {
	// Process runs the records of an input until they are done or an output is full.
	Process(input int, records Records)
	// Results passes on what the calls of an operator with Async have returned, until there is nothing more or an output is full.
	Results()
	// Barrier hands out what the task holds, Restore opens it as it was at the barrier.
	Barrier(s *Snapshot)
	Restore(r *Restore)
	// Fire calls back for the timers that are due, as Due says.
	Fire()
	// Open opens the operators, Finish flushes them at the end of input, Close releases what they hold.
	Open()
	Finish()
	Close() error
	// CheckpointComplete and CheckpointAborted tell the operators what has become of a checkpoint.
	CheckpointComplete(id int64)
	CheckpointAborted(id int64)
	// Counts tells how many records the operators behind the head have taken.
	Counts(c *Counts)

	task() *Task
}

// Task is the part of a generated task that is the same in all.
type Task struct {
	// full counts the outputs that have no room: while it is not 0 no record is taken.
	full int
	// hurried says that a step is to end behind the record under way, since something in the mailbox is not to wait for the rest of a batch.
	hurried atomic.Bool
	info    *vertexInfo
	subtask int
	env     *environment
	sinks   []anySink
	scratch []byte // of snapshots
	counts  Counts
	times
}

// stops reports whether no other record is to be taken in this step.
func (t *Task) stops() bool { return t.full != 0 || t.hurried.Load() }

func (t *Task) task() *Task { return t }

// Process is that of a task without input.
func (t *Task) Process(int, Records) {}

// Results is that of a task without calls.
func (t *Task) Results() {}

// Barrier is that of a task without state.
func (t *Task) Barrier(*Snapshot) {}

// Restore is that of a task without state.
func (t *Task) Restore(*Restore) {}

// Fire is that of a task without timers.
func (t *Task) Fire() {}

// Open is that of a task whose operators have none.
func (t *Task) Open() {}

// Finish is that of a task whose operators have none.
func (t *Task) Finish() {}

// Close is that of a task whose operators have none.
func (t *Task) Close() error { return nil }

// CheckpointComplete is that of a task whose operators do not ask.
func (t *Task) CheckpointComplete(int64) {}

// CheckpointAborted is that of a task whose operators do not ask.
func (t *Task) CheckpointAborted(int64) {}

// Counts is that of a task without operators behind its head.
func (t *Task) Counts(*Counts) {}

// Check fails the task if a method of operator returned an error.
func (t *Task) Check(operator string, err error) {
	if err != nil {
		t.fail(operator, err)
	}
}

// Failed is what the reader of operator's errors gets of a record that it did not take.
func Failed[T any](t *Task, operator string, record T, err error) runtime.Failed[T] {
	return runtime.Failed[T]{Record: record, Operator: operator, Subtask: t.subtask, Err: err.Error()}
}

// fail leaves the step: see Subtask.Step.
func (t *Task) fail(operator string, err error) {
	panic(&operatorError{operator: operator, err: err})
}

// Context returns what operator is told of where it runs.
func (t *Task) Context(operator string) runtime.Context {
	return runtime.NewContext(operator, t.subtask, t.info.parallelism, t.env.logger).WithClock(t.clock(operator))
}

// name is the task's and the subtask's, for messages: "Count (2/4)".
func (t *Task) name() string { return subtaskName(t.info.name, t.subtask, t.info.parallelism) }

func subtaskName(task string, index, parallelism int) string {
	return fmt.Sprintf("%s (%d/%d)", task, index+1, parallelism)
}

// operatorError is an error that a user's method returned.
type operatorError struct {
	operator string
	err      error
}

func (e *operatorError) Error() string { return fmt.Sprintf("operator %s: %v", e.operator, e.err) }
func (e *operatorError) Unwrap() error { return e.err }
