package core

import (
	"fmt"
	"sync/atomic"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// activity is what a subtask is in the middle of, for whoever wonders why it does not come out of it.
type activity struct {
	steps atomic.Uint64 // odd within a step
	doing atomic.Uint32
	waits atomic.Uint32 // a coordinator.Waits
	last  coordinator.Waits
}

// doing is a part of a step that calls user code or the disk.
type doing uint32

const (
	startingUp doing = iota
	takingRecords
	readingSource
	handingOutSnapshot
	hearingOfCheckpoint
	finishingInput
	closingDown
	spilling
)

// String says what a subtask does.
func (d doing) String() string {
	return [...]string{"it restores its state and opens its operators", "it processes records or fires timers", "it reads its source",
		"it hands out its snapshot (the synchronous part of a checkpoint)", "it hears of a checkpoint",
		"it calls Finish at the end of its input", "it closes its operators",
		"it writes or reads records of a loop that wait on disk (io.tmp.dirs)"}[d]
}

// begin and end stand around a step. Only the subtask calls them, so that a load and a store do for an addition.
func (a *activity) begin(d doing) {
	a.doing.Store(uint32(d))
	a.steps.Store(a.steps.Load() + 1)
}

func (a *activity) end() { a.steps.Store(a.steps.Load() + 1) }

func (a *activity) does(d doing) { a.doing.Store(uint32(d)) }

// waitsFor says why no records are taken. It is called once for each batch and writes only what changes.
func (a *activity) waitsFor(w coordinator.Waits) {
	if a.last != w {
		a.last = w
		a.waits.Store(uint32(w))
	}
}

// now returns the number of the step, whether it is under way, and what is done in it.
func (a *activity) now() (step uint64, within bool, d doing) {
	step = a.steps.Load()
	return step, step%2 == 1, doing(a.doing.Load())
}

// StuckError is the failure of a job in which user code does not return.
type StuckError struct {
	Task string // the subtask: "Count (1/2)"
	What string // what it does
	// LeftBehind is true if it still had not returned when the run was to end. A goroutine cannot be ended from outside, so it goes on, with all
	// that its operators hold: the job is not started again in this process, which should end. Whoever starts the next one goes on from
	// the last checkpoint.
	LeftBehind bool
	// Stack is that of the goroutine that was left behind.
	Stack string
}

// Error says who is stuck, and in what.
func (e *StuckError) Error() string {
	message := fmt.Sprintf("%s is stuck: %s", e.Task, e.What)
	if e.LeftBehind {
		message += "; it is left behind and cannot be ended, so this process should end: the next start goes on from the last checkpoint\n" + e.Stack
	}
	return message
}
