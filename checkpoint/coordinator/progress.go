package coordinator

import (
	"fmt"
	"strings"
	"time"
)

// Phase is what a subtask does for a checkpoint, in the order in which it does it.
type Phase uint8

// The phases. Up to Snapshotting the barrier has not left the subtask: whoever is downstream waits for it.
const (
	// WaitingForBarrier is before the barrier has come: it stands behind records that wait, or has not been sent.
	WaitingForBarrier Phase = iota
	// Aligning is when it has come on some inputs but not on all.
	Aligning
	// Snapshotting is the synchronous part: the states are handed out, and sinks prepare their transactions.
	Snapshotting
	// PreCommitting makes durable what sinks have prepared.
	PreCommitting
	// WritingInFlight is when the barrier has overtaken records, and those of other inputs are still to come and to be written down.
	WritingInFlight
	// Storing writes the snapshot.
	Storing
)

// String says what a subtask in the phase does.
func (p Phase) String() string {
	return [...]string{"waiting for the barrier", "aligning", "snapshotting", "pre-committing", "writing records in flight until the other barriers come", "storing its snapshot"}[min(p, Storing)]
}

// Waits is why a subtask takes no records at the moment, if it does not.
type Waits uint8

// What a subtask waits for.
const (
	WaitsForNothing Waits = iota
	// WaitsForRoom is a subtask whose output is full: whoever is behind it is slow.
	WaitsForRoom
	// WaitsForCalls is one with as many calls of Async in flight as it may have.
	WaitsForCalls
)

// String says it as an addition to a phase.
func (w Waits) String() string {
	return [...]string{"", " (its output is full)", " (it waits for calls)"}[min(w, WaitsForCalls)]
}

// Progress is how far a subtask has come with a checkpoint.
type Progress struct {
	Phase Phase
	Waits Waits
	// Since is when the phase began, by the job's monotonic clock. It means nothing for WaitingForBarrier, which begins with the trigger.
	Since time.Duration
	// Bytes is how much of its state it has written so far.
	Bytes int64
}

// slowest is the subtask that the checkpoint waits for most: the first, in the order of the pipeline, that still keeps the barrier from those
// behind it, and is not kept from going on by them; if the barrier has passed everywhere, the one in the earliest phase.
func (c *Coordinator) slowest(p *pending) (subtask int, progress Progress) {
	subtask, rank := -1, 0
	for i, held := range p.acked {
		if held != nil {
			continue
		}
		at := Progress{}
		if c.o.Progress != nil {
			at = c.o.Progress(i, p.barrier.ID)
		}
		r := 0
		switch {
		case at.Phase > Snapshotting:
			r = 1 + int(at.Phase)
		case at.Waits == WaitsForRoom:
			r = 1
		}
		if subtask < 0 || r < rank {
			subtask, progress, rank = i, at, r
		}
	}
	return subtask, progress
}

// waitingFor says for whom p waits: the slowest subtask, what it does and how long, how much it has written, and how many others there are.
func (c *Coordinator) waitingFor(p *pending, now time.Duration) string {
	i, progress := c.slowest(p)
	began := p.triggered
	if progress.Phase != WaitingForBarrier {
		began = max(progress.Since, p.triggered)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the slowest subtask is %s, %v%v for %v, with %d bytes written", c.o.Subtasks[i], progress.Phase,
		progress.Waits, (now - began).Round(time.Millisecond), progress.Bytes)
	if p.missing > 1 {
		fmt.Fprintf(&b, "; %d of %d subtasks have not acknowledged", p.missing, len(p.acked))
	}
	return b.String()
}
