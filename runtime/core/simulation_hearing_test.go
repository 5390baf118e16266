package core_test

import (
	"fmt"
	"maps"
	"slices"
)

// hearer is one subtask that hears of checkpoints: what it was told.
type hearer struct {
	process   *process
	last      int64 // complete
	completed map[int64]bool
	aborted   map[int64]bool
}

// hearer returns what a subtask of the run tells of what it hears.
func (p *process) hearer() *hearer {
	h := &hearer{process: p, completed: map[int64]bool{}, aborted: map[int64]bool{}}
	p.hearers = append(p.hearers, h)
	return h
}

// complete hears that a checkpoint is complete: one that is published, once, and none that was given up.
func (h *hearer) complete(id int64) {
	if h == nil {
		return
	}
	switch p := h.process; {
	case id <= h.last:
		p.story.violated("checkpoint %d is told to be complete after %d", id, h.last)
	case !p.published[id]:
		p.story.violated("checkpoint %d is told to be complete and is not published", id)
	case h.aborted[id] || p.failed[id]:
		p.story.violated("checkpoint %d is told to be complete and was given up", id)
	}
	h.last = id
	h.completed[id] = true
}

// abort hears that one was given up: once, and none that is complete.
func (h *hearer) abort(id int64) {
	if h == nil {
		return
	}
	switch p := h.process; {
	case h.aborted[id]:
		p.story.violated("checkpoint %d is told to be given up twice", id)
	case !p.failed[id]:
		p.story.violated("checkpoint %d is told to be given up and was not", id)
	case h.completed[id]:
		p.story.violated("checkpoint %d is told to be given up and to be complete", id)
	}
	h.aborted[id] = true
}

// auditHearers looks, when a run has ended without a failure, whether every subtask was told of everything.
func (p *process) auditHearers() error {
	for _, h := range p.hearers {
		for _, id := range slices.Sorted(maps.Keys(p.failed)) {
			if !h.aborted[id] {
				return fmt.Errorf("a subtask was not told that checkpoint %d was given up", id)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(p.committed)) {
			if !h.completed[id] {
				return fmt.Errorf("a subtask was not told that checkpoint %d is complete", id)
			}
		}
	}
	return nil
}
