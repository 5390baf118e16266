package core

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
)

// phases is how far a subtask has come with each checkpoint under way. The subtask and its lane write it, and the master reads it without
// a word to them: it wants to know exactly when they do not answer.
type phases struct{ under sync.Map } // *phase by checkpoint

// phase is how far it has come with one.
type phase struct {
	at      atomic.Uint32 // a coordinator.Phase
	since   atomic.Int64  // by the job's clock
	data    atomic.Pointer[snapshot.Writer]
	givenUp atomic.Bool
}

// enter begins a phase of a checkpoint. There is no way back.
func (p *phases) enter(id int64, at coordinator.Phase, now time.Duration) *phase {
	held, _ := p.under.LoadOrStore(id, &phase{})
	held.(*phase).reach(at, now)
	return held.(*phase)
}

func (ph *phase) reach(at coordinator.Phase, now time.Duration) {
	if uint32(at) > ph.at.Load() {
		ph.since.Store(int64(now))
		ph.at.Store(uint32(at))
	}
}

// over forgets a checkpoint that was acknowledged, declined or given up.
func (p *phases) over(id int64) { p.under.Delete(id) }

// overBelow forgets what has not got as far as a snapshot of the checkpoints before one that is complete: a barrier that comes too late leaves such.
func (p *phases) overBelow(id int64) {
	p.under.Range(func(k, held any) bool {
		if k.(int64) < id && coordinator.Phase(held.(*phase).at.Load()) < coordinator.Snapshotting {
			p.under.Delete(k)
		}
		return true
	})
}

// giveUp says that a checkpoint was given up: if its snapshot is under way, it need not be stored.
func (p *phases) giveUp(id int64) {
	held, ok := p.under.Load(id)
	switch {
	case !ok:
	case coordinator.Phase(held.(*phase).at.Load()) < coordinator.Snapshotting:
		p.over(id)
	default:
		held.(*phase).givenUp.Store(true) // the lane forgets it, or who drops what the barrier has overtaken
	}
}

// progress is what the master is told.
func (p *phases) progress(id int64) coordinator.Progress {
	held, ok := p.under.Load(id)
	if !ok {
		return coordinator.Progress{}
	}
	ph := held.(*phase)
	progress := coordinator.Progress{Phase: coordinator.Phase(ph.at.Load()), Since: time.Duration(ph.since.Load())}
	if data := ph.data.Load(); data != nil {
		progress.Bytes = data.Taken()
	}
	return progress
}
