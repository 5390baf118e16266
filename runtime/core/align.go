package core

import (
	"slices"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// alignment follows the barriers of a subtask's input channels. A checkpoint is taken when its barrier has come on all of them; the end
// of a channel counts as every barrier. Where it blocks (exactly once), a channel whose barrier has come waits for the others; where it does
// not (at least once), its records are taken meanwhile and will be taken again after a restore.
type alignment struct {
	blocks   bool
	ended    []bool  // by channel
	blocked  []bool  // by channel
	done     int64   // barriers up to this one are over
	aborted  []int64 // those above that were given up
	awaiting []awaited
}

// awaited is a barrier that has come on some channels.
type awaited struct {
	barrier coordinator.Barrier
	arrived []bool // by channel
}

func (a *alignment) addChannel() int {
	a.ended, a.blocked = append(a.ended, false), append(a.blocked, false)
	return len(a.ended) - 1
}

// barrier takes a barrier from a channel. It returns those that are complete by it, oldest first.
func (a *alignment) barrier(channel int, b coordinator.Barrier) []coordinator.Barrier {
	if !a.awaits(b.ID) {
		return nil
	}
	if a.blocks && len(a.awaiting) > 0 && a.awaiting[0].barrier.ID < b.ID {
		// A channel sends its barriers in order, and one that has sent the older one is blocked: so this one's sender has heard that the
		// older one was given up, and we shall.
		a.forget(a.awaiting[0].barrier.ID)
	}
	i := slices.IndexFunc(a.awaiting, func(w awaited) bool { return w.barrier.ID >= b.ID })
	if i < 0 {
		i = len(a.awaiting)
	}
	if i == len(a.awaiting) || a.awaiting[i].barrier.ID != b.ID {
		a.awaiting = slices.Insert(a.awaiting, i, awaited{barrier: b, arrived: make([]bool, len(a.ended))})
	}
	a.awaiting[i].arrived[channel] = true
	a.block()
	return a.complete()
}

// awaits reports whether a barrier is still to be taken.
func (a *alignment) awaits(id int64) bool { return id > a.done && !slices.Contains(a.aborted, id) }

// arrived says on which channels a barrier has had its turn.
func (a *alignment) arrived(id int64) []bool {
	for _, w := range a.awaiting {
		if w.barrier.ID == id {
			return w.arrived
		}
	}
	return make([]bool, len(a.ended))
}

// end takes the end of a channel. It returns the barriers that are complete by it, oldest first.
func (a *alignment) end(channel int) []coordinator.Barrier {
	a.ended[channel] = true
	return a.complete()
}

// complete returns the barriers that have come everywhere and forgets them, and all before them.
func (a *alignment) complete() []coordinator.Barrier {
	var complete []coordinator.Barrier
	for _, w := range a.awaiting {
		all := true
		for channel := range a.ended {
			all = all && (w.arrived[channel] || a.ended[channel])
		}
		if all {
			complete = append(complete, w.barrier)
		}
	}
	if n := len(complete); n > 0 {
		a.over(complete[n-1].ID)
	}
	return complete
}

// over says that barriers up to id matter no more.
func (a *alignment) over(id int64) {
	a.done = max(a.done, id)
	a.awaiting = slices.DeleteFunc(a.awaiting, func(w awaited) bool { return w.barrier.ID <= id })
	a.aborted = slices.DeleteFunc(a.aborted, func(b int64) bool { return b <= id })
	a.block()
}

// abort says that the checkpoint was given up.
func (a *alignment) abort(id int64) {
	if id > a.done {
		a.aborted = append(a.aborted, id)
		a.forget(id)
	}
}

func (a *alignment) forget(id int64) {
	a.awaiting = slices.DeleteFunc(a.awaiting, func(w awaited) bool { return w.barrier.ID == id })
	a.block()
}

// block makes the channels wait that have sent a barrier which is awaited from others. One that is given up may leave a newer one, for
// which they go on waiting.
func (a *alignment) block() {
	clear(a.blocked)
	for _, w := range a.awaiting {
		for channel, arrived := range w.arrived {
			a.blocked[channel] = a.blocked[channel] || a.blocks && arrived
		}
	}
}

// allEnded reports whether no channel brings anything more.
func (a *alignment) allEnded() bool { return !slices.Contains(a.ended, false) }
