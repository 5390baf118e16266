package wordcount_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// halted begins the line that a child writes when it halts.
const halted = "halted at "

// halt stops a goroutine of the child for ever at a chosen step, and says so: who waits for that kills the child exactly there. It is
// written phase/step/n, for the nth such step in that phase. Phases are restoring and, once every subtask has its state, running. Steps
// are the events of the job, "read" of the source, and operations on files: "sink rename", "data sync", "manifest link".
type halt struct {
	phase, step string
	pause       bool // until SIGCONT, and the whole process
	left        atomic.Int64
	running     atomic.Bool
}

// newHalt reads a halt. An empty one never comes.
func newHalt(s string) (*halt, error) {
	h := &halt{}
	if s == "" {
		return h, nil
	}
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%s=%s: want phase/step/n", envHalt, s)
	}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	h.phase, h.step = parts[0], parts[1]
	h.left.Store(n)
	return h, err
}

// reached says that a step is about to be taken.
func (h *halt) reached(step string) {
	phase := "restoring"
	if h.running.Load() {
		phase = "running"
	}
	if step != h.step || phase != h.phase || h.left.Add(-1) != 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "%s%s/%s\n", halted, phase, step)
	if !h.pause {
		select {}
	}
	must(syscall.Kill(os.Getpid(), syscall.SIGSTOP))
}

func (h *halt) event(e runtime.Event) {
	h.reached(string(e.Kind))
	switch e.Kind {
	case runtime.EventRunning:
		h.running.Store(true)
	case runtime.EventRestarting:
		h.running.Store(false)
	}
}

// sink is told of what is about to happen to the output.
func (h *halt) sink(op vfs.Op, _ string) error {
	h.reached("sink " + op.String())
	return nil
}

// storage is told of what is about to happen to the checkpoints.
func (h *halt) storage(op vfs.Op, name string) error {
	what := "manifest "
	if strings.Contains(name, "/data/") {
		what = "data "
	}
	h.reached(what + op.String())
	return nil
}
