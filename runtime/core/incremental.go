package core

import (
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime/table"
)

// lineage is what the snapshots of a subtask rest on where they hold only what changed (execution.checkpointing.incremental).
//
// A snapshot rests on that of the newest checkpoint that the subtask has heard is complete. Not on one that is pending, which may yet be given up and
// its files with it, nor on a savepoint, which belongs to the user. It is whole if there is none, as at the first one after a start: so all that
// it rests on is of this run, of the same key groups and under the same schema.
type lineage struct {
	base    *image        // nil: none
	taken   []*image      // since then, in the order of their checkpoints
	changes table.Changes // of a key group, while they are written
}

// image is what a checkpoint holds of the keyed states of a subtask.
type image struct {
	checkpoint int64
	bases      []writtenData // oldest first
	data       checkpoint.Data
	states     []stateImage // in the order in which the task hands them out
}

// writtenData is the snapshot that a checkpoint has written.
type writtenData struct {
	checkpoint int64
	data       checkpoint.Data
}

type stateImage struct {
	table  keyedState
	epoch  uint64 // the last one of the table whose changes are in it
	groups []groupImage
}

// groupImage says where the entries of a key group are.
type groupImage struct {
	// whole is the checkpoint whose snapshot has all of them, but for what changed in those behind it. 0: no snapshot has any.
	whole int64
	// changes is how many entries these have.
	changes int
}

// next returns the image of a checkpoint that is taken, and what it may rest on. A savepoint has neither: it is whole, and nothing rests on it.
func (l *lineage) next(b coordinator.Barrier) (own, base *image) {
	if b.Kind == checkpoint.Savepoint || b.Kind == checkpoint.StopSavepoint || b.Kind == checkpoint.Drain {
		return nil, nil
	}
	own = &image{checkpoint: b.ID}
	l.taken = append(l.taken, own)
	return own, l.base
}

// complete makes a checkpoint the base of those to come.
func (l *lineage) complete(id int64) {
	i := slices.IndexFunc(l.taken, func(m *image) bool { return m.checkpoint == id })
	if i < 0 {
		return
	}
	l.base = l.taken[i]
	l.taken = slices.Delete(l.taken, 0, i+1)
	for _, s := range l.base.states {
		s.table.Cover(s.epoch)
	}
}

// abort forgets a checkpoint that was given up.
func (l *lineage) abort(id int64) {
	l.taken = slices.DeleteFunc(l.taken, func(m *image) bool { return m.checkpoint == id })
}

// snapshots are all those that hold the image, oldest first.
func (m *image) snapshots() []writtenData {
	all := slices.Clone(m.bases)
	if m.data.Size > 0 {
		all = append(all, writtenData{m.checkpoint, m.data})
	}
	return all
}

// rest takes over those snapshots of a base that the image needs, and returns them.
func (m *image) rest(base *image) []checkpoint.Data {
	if base == nil {
		return nil
	}
	first := m.checkpoint
	for _, s := range m.states {
		for _, g := range s.groups {
			if g.whole != 0 {
				first = min(first, g.whole)
			}
		}
	}
	var bases []checkpoint.Data
	for _, w := range base.snapshots() {
		if w.checkpoint >= first {
			m.bases = append(m.bases, w)
			bases = append(bases, w.data)
		}
	}
	return bases
}

// behind is how many snapshots there are from that of a checkpoint on.
func (m *image) behind(id int64) int {
	n := 0
	for _, w := range m.bases {
		if w.checkpoint >= id {
			n++
		}
	}
	if m.data.Size > 0 {
		n++
	}
	return n
}

// longest is how many snapshots a key group is read from, at most: from 16 up to 31 by its number, so that not all groups are written whole at once.
func longest(group int) int { return 16 + group%16 }

// keyedImages returns how a state stands in the base, nil if it has none, and where to note how it does now, nil if that is of no account.
func (s *Snapshot) keyedImages(t keyedState, groups int) (was, is *stateImage) {
	if s.image == nil {
		return nil, nil
	}
	s.image.states = append(s.image.states, stateImage{table: t, epoch: t.Advance(), groups: make([]groupImage, groups)})
	n := len(s.image.states)
	if s.base != nil {
		was = &s.base.states[n-1]
	}
	return was, &s.image.states[n-1]
}

// wholeGroup writes all entries of a key group.
func (s *Snapshot) wholeGroup(uid, state string, t keyedState, group int, was groupImage) groupImage {
	var n int
	s.fail(writing(uid, state, func() { s.task.scratch, n = t.AppendGroup(s.task.scratch[:0], group) }))
	switch {
	case n > 0:
		s.fail(s.data.Section(uid, state, group, n, s.task.scratch))
	case was.whole != 0:
		s.fail(s.data.Cleared(uid, state, group))
	default:
		return groupImage{}
	}
	s.stored = true
	return groupImage{whole: s.barrier.ID}
}

// changedGroup writes what has changed in a key group, and reports whether that was worth it.
func (s *Snapshot) changedGroup(uid, state string, t keyedState, group int, was groupImage, since uint64) (is groupImage, ok bool) {
	c := &s.lineage.changes
	var count int
	s.fail(writing(uid, state, func() { count, ok = t.AppendChanges(c, group, since) }))
	n := c.Entries + c.Keys
	switch {
	case !ok, n > 0 && (was.whole == 0 || was.changes+n > count), was.whole != 0 && s.base.behind(was.whole) >= longest(group):
		return was, false
	case n == 0:
		return was, true
	}
	s.stored = true
	s.fail(s.data.Removed(uid, state, group, c.Keys, c.Removed))
	s.fail(s.data.Changed(uid, state, group, c.Entries, c.Changed))
	return groupImage{was.whole, was.changes + n}, true
}
