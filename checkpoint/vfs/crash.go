package vfs

import (
	"math/rand/v2"
	"slices"
)

// change is one atomic change of names: an edit of one folder, or for a rename the two of them.
type change struct {
	a, b edit // b.dir is nil unless it is a rename
}

// edit is what became of one name in a folder.
type edit struct {
	dir           *node
	name          string
	before, after *node // nil: no such name
}

func (c *change) touches(dir *node) bool { return c.a.dir == dir || c.b.dir == dir }

// apply makes a change and notes that it is not durable yet.
func (m *Mem) apply(c change) {
	c.a.dir.set(c.a.name, c.a.after)
	if c.b.dir != nil {
		c.b.dir.set(c.b.name, c.b.after)
	}
	m.log = append(m.log, c)
}

// SyncDir implements [FS]. A rename between two folders is durable as one, and with it what happened before in the other folder.
func (m *Mem) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, err := m.folder(name)
	if err != nil {
		return fail("sync", name, err)
	}
	synced := []*node{dir}
	rest := len(m.log) // the changes that stay are moved to the end, in order
	for i, c := range slices.Backward(m.log) {
		if slices.ContainsFunc(synced, c.touches) {
			for _, e := range []edit{c.a, c.b} {
				if e.dir != nil && !slices.Contains(synced, e.dir) {
					synced = append(synced, e.dir)
				}
			}
			if c.b.dir == nil && c.a.before != nil && c.a.after == nil && c.a.before.dir {
				c.a.before.gone = true
			}
			continue
		}
		rest--
		m.log[rest] = m.log[i]
	}
	m.log = slices.DeleteFunc(slices.Delete(m.log, 0, rest), func(c change) bool {
		return c.a.dir.gone && (c.b.dir == nil || c.b.dir.gone)
	})
	return nil
}

// Crash returns the file system as the machine would find it after a power loss now; m itself is left as it is, and nothing that is
// done to the one shows in the other.
//
// The changes of a folder since its last SyncDir survive up to a random one, as a journal keeps them in order, but each folder has
// its own place: nothing is promised between two of them, except that a rename happens in both or in none. The bytes of a file since
// its last Sync survive not at all, as a random prefix, or as a random prefix with zeros up to a length that the file had got. With r
// nil nothing survives but what was synced.
func (m *Mem) Crash(r *rand.Rand) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := crash{rand: r, folders: map[*node]*node{}, files: map[*node]*node{}}
	for _, l := range slices.Backward(m.lost(r)) {
		c.undo(l.b)
		c.undo(l.a)
	}
	return &Mem{root: c.after(m.root)}
}

// lost picks the changes that do not survive.
func (m *Mem) lost(r *rand.Rand) []change {
	var lost []change
	var stopped []*node
	for _, c := range m.log {
		if r != nil && !slices.ContainsFunc(stopped, c.touches) && r.IntN(4) > 0 {
			continue
		}
		stopped = append(stopped, c.a.dir)
		if c.b.dir != nil {
			stopped = append(stopped, c.b.dir)
		}
		lost = append(lost, c)
	}
	return lost
}

// crash builds the file system after a power loss. It copies folders, and only those files that lose something.
type crash struct {
	rand *rand.Rand
	// folders holds the folders with lost changes, with these undone.
	folders map[*node]*node
	// files holds the copies of files, of which each may have several names.
	files map[*node]*node
}

// undo takes a lost edit back.
func (c *crash) undo(e edit) {
	if e.dir == nil {
		return
	}
	n := c.folders[e.dir]
	if n == nil {
		n = &node{dir: true, entries: slices.Clone(e.dir.entries)}
		c.folders[e.dir] = n
	}
	n.set(e.name, e.before)
}

// after copies what is left of a node.
func (c *crash) after(n *node) *node {
	if !n.dir {
		return c.file(n)
	}
	entries := n.entries
	if undone := c.folders[n]; undone != nil {
		entries = undone.entries
	}
	left := &node{dir: true, entries: make([]entry, len(entries))}
	for i, e := range entries {
		left.entries[i] = entry{e.name, c.after(e.node)}
	}
	return left
}

func (c *crash) file(n *node) *node {
	if n.sealed {
		return n
	}
	if left := c.files[n]; left != nil {
		return left
	}
	data := n.data[:n.synced:n.synced]
	if unsynced := len(n.data) - n.synced; unsynced > 0 && c.rand != nil {
		kept := n.synced + c.rand.IntN(unsynced+1)
		switch c.rand.IntN(3) {
		case 0: // nothing
		case 1:
			data = n.data[:kept:kept]
		case 2:
			length := kept + c.rand.IntN(len(n.data)-kept+1)
			data = append(make([]byte, 0, length), n.data[:kept]...)[:length]
		}
	}
	left := &node{data: data, synced: len(data), sealed: true}
	c.files[n] = left
	return left
}
