package core_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// history is what has happened in a scenario: attempt by attempt, of which a run has one in the simulation, and live as many as there are restarts.
type history struct {
	mu       sync.Mutex
	runs     int
	attempts []*attemptHistory
	ears     []*scenarioEar
	// opened counts how often a subtask of each source was opened.
	opened map[string]int
	// stops are the answers to each stop that was asked for.
	stops []answer
	// snapshots are the files of snapshots by their names, as they are to be written.
	snapshots map[string][]byte
}

type attemptHistory struct {
	run    int
	events []runtime.Event
}

type answer struct {
	path string
	err  error
}

// scenarioEar is what a subtask has heard in an attempt.
type scenarioEar struct {
	history            *history
	attempt            *attemptHistory
	completed, aborted []int64
	life               life
	illegal            error // the first call that must not have come
}

func newHistory() *history { return &history{opened: map[string]int{}, snapshots: map[string][]byte{}} }

// opens notes that a subtask of a source is opened.
func (h *history) opens(source string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened[source]++
}

func (h *history) begin(run int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs = run
	h.attempts = append(h.attempts, &attemptHistory{run: run})
}

func (h *history) run() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs
}

// heard notes an event. It returns how many of its kind the run has had.
func (h *history) heard(e runtime.Event) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Kind == runtime.EventRestoring && e.Tasks == nil && len(h.attempts[len(h.attempts)-1].events) > 0 {
		h.attempts = append(h.attempts, &attemptHistory{run: h.runs})
	}
	a := h.attempts[len(h.attempts)-1]
	a.events = append(a.events, e)
	for _, a := range h.attempts {
		if a.run == h.runs {
			n += len(a.checkpoints(e.Kind))
		}
	}
	return n
}

// settled counts the checkpoints of all runs that were published or given up.
func (h *history) settled() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all(runtime.EventPublished)) + len(h.all(runtime.EventCheckpointFailed))
}

func (h *history) has(happened func(*history) bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return happened(h)
}

// all are the events of a kind.
func (h *history) all(kind runtime.EventKind) []runtime.Event {
	var events []runtime.Event
	for _, a := range h.attempts {
		for _, e := range a.events {
			if e.Kind == kind {
				events = append(events, e)
			}
		}
	}
	return events
}

// checkpoints are the numbers in the events of a kind.
func (a *attemptHistory) checkpoints(kind runtime.EventKind) []int64 {
	var ids []int64
	for _, e := range a.events {
		if e.Kind == kind {
			ids = append(ids, e.Checkpoint)
		}
	}
	return ids
}

// publishing reports whether all of some checkpoint is acknowledged and it is not published yet. Whoever calls it holds the history.
func (h *history) publishing() bool {
	a := h.attempts[len(h.attempts)-1]
	over := slices.Concat(a.checkpoints(runtime.EventPublished), a.checkpoints(runtime.EventCheckpointFailed))
	for _, id := range a.checkpoints(runtime.EventPrepared) {
		if !slices.Contains(over, id) {
			return true
		}
	}
	return false
}

// stopped notes the answer to a stop.
func (h *history) stopped(path string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stops = append(h.stops, answer{path, err})
}

// guard lets what stands before the operations of the disk see the history.
func (h *history) guard(disk func(*history, vfs.Op, string) error) func(vfs.Op, string) error {
	return func(op vfs.Op, name string) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		return disk(h, op, name)
	}
}

func (h *history) newEar() *scenarioEar {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := &scenarioEar{history: h, attempt: h.attempts[len(h.attempts)-1]}
	h.ears = append(h.ears, e)
	return e
}

func (e *scenarioEar) Called(method string) {
	e.history.mu.Lock()
	defer e.history.mu.Unlock()
	e.called(method)
}

func (e *scenarioEar) called(method string) {
	if err := e.life.next(method); e.illegal == nil {
		e.illegal = err
	}
}

func (e *scenarioEar) Complete(checkpoint int64) {
	e.history.mu.Lock()
	defer e.history.mu.Unlock()
	e.called("CheckpointComplete")
	e.completed = append(e.completed, checkpoint)
}

func (e *scenarioEar) Aborted(checkpoint int64) {
	e.history.mu.Lock()
	defer e.history.mu.Unlock()
	e.called("CheckpointAborted")
	e.aborted = append(e.aborted, checkpoint)
}

// auditEars looks whether what was called of each subtask came in the order of its life, which is over in the end; whether each was told that a checkpoint is
// complete at most once, only of those that are; and of those that were given up exactly once in an attempt that came to its end.
func (h *history) auditEars() error {
	for _, ear := range h.ears {
		switch {
		case ear.illegal != nil:
			return ear.illegal
		case ear.attempt == h.attempts[len(h.attempts)-1] && !ear.life.closed:
			return fmt.Errorf("a subtask is not closed in the end: %+v", ear.life)
		}
		published, failed := ear.attempt.checkpoints(runtime.EventPublished), ear.attempt.checkpoints(runtime.EventCheckpointFailed)
		heard := slices.Concat(ear.completed, ear.aborted)
		slices.Sort(heard)
		if len(slices.Compact(slices.Clone(heard))) != len(heard) {
			return fmt.Errorf("a subtask was told twice: complete %v, given up %v", ear.completed, ear.aborted)
		}
		for _, id := range ear.completed {
			if !slices.Contains(published, id) {
				return fmt.Errorf("checkpoint %d is told to be complete, published are %v", id, published)
			}
		}
		for _, id := range ear.aborted {
			if !slices.Contains(failed, id) {
				return fmt.Errorf("checkpoint %d is told to be given up, and those are %v", id, failed)
			}
		}
		if ear.attempt == h.attempts[len(h.attempts)-1] && len(ear.aborted) != len(failed) {
			return fmt.Errorf("checkpoints %v were given up, a subtask was told of %v", failed, ear.aborted)
		}
	}
	return nil
}

// audit holds the whole story to what the scenario says.
func (sc *scenario) audit(h *history) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.auditEars(); err != nil {
		return err
	}
	if sc.holds == nil {
		return nil
	}
	return sc.holds(h)
}

// String tells the events.
func (h *history) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var b strings.Builder
	for i, a := range h.attempts {
		fmt.Fprintf(&b, "attempt %d, of run %d\n", i+1, a.run)
		for _, e := range a.events {
			fmt.Fprintf(&b, "  %s %d %v %v\n", e.Kind, e.Checkpoint, e.Tasks, e.Err)
		}
	}
	return b.String()
}

var errDisk = errors.New("the disk fails")
