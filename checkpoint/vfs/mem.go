package vfs

import (
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Mem is a file system in memory that knows what is durable: see [Mem.Crash]. Paths begin at its root, with or without a slash. It
// may be used by several goroutines.
type Mem struct {
	mu   sync.Mutex
	root *node
	// log holds the changes of folders that no SyncDir has made durable, oldest first.
	log []change
}

// NewMem returns an empty file system.
func NewMem() *Mem { return &Mem{root: &node{dir: true}} }

// node is a file or a folder, apart from its names.
type node struct {
	dir bool
	// gone is true for a folder whose removal is durable: what happened in it before is of no interest any more.
	gone bool
	// entries are the names in a folder, sorted. A slice, since folders are small and copied at each crash.
	entries []entry
	// data are the bytes of a file; the first synced of them are durable. A file only grows, so a copy may share the array.
	data   []byte
	synced int
	// sealed is true for a file that no handle writes: it is shared by the file systems before and after a crash.
	sealed bool
}

type entry struct {
	name string
	node *node
}

// find returns the position of a name, or where it would be.
func (n *node) find(name string) (int, bool) {
	return slices.BinarySearchFunc(n.entries, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
}

func (n *node) get(name string) *node {
	if i, ok := n.find(name); ok {
		return n.entries[i].node
	}
	return nil
}

// set lets a name stand for a node, for nothing if child is nil.
func (n *node) set(name string, child *node) {
	switch i, ok := n.find(name); {
	case ok && child == nil:
		n.entries = slices.Delete(n.entries, i, i+1)
	case ok:
		n.entries[i].node = child
	case child != nil:
		n.entries = slices.Insert(n.entries, i, entry{name, child})
	}
}

// lookup walks a path. It returns nil and no error if only the last name is missing.
func (m *Mem) lookup(name string) (parent *node, base string, n *node, err error) {
	n = m.root
	rest := filepath.ToSlash(name)
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		switch part {
		case "", ".":
			continue
		case "..":
			return nil, "", nil, syscall.EINVAL
		}
		if n == nil {
			return nil, "", nil, syscall.ENOENT
		}
		if !n.dir {
			return nil, "", nil, syscall.ENOTDIR
		}
		parent, base, n = n, part, n.get(part)
	}
	return parent, base, n, nil
}

// existing is lookup for a path that must exist.
func (m *Mem) existing(name string) (parent *node, base string, n *node, err error) {
	parent, base, n, err = m.lookup(name)
	if err == nil && n == nil {
		err = syscall.ENOENT
	}
	return parent, base, n, err
}

// free is lookup for a path that must not exist, in a folder that does.
func (m *Mem) free(name string) (parent *node, base string, err error) {
	parent, base, n, err := m.lookup(name)
	if err == nil && n != nil {
		err = syscall.EEXIST
	}
	return parent, base, err
}

// fail gives an error the form that package os gives it.
func fail(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// Mkdir implements [FS].
func (m *Mem) Mkdir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	parent, base, err := m.free(name)
	if err != nil {
		return fail("mkdir", name, err)
	}
	m.apply(change{a: edit{dir: parent, name: base, after: &node{dir: true}}})
	return nil
}

// MkdirAll implements [FS].
func (m *Mem) MkdirAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	path := filepath.ToSlash(name)
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		parent, base, n, err := m.lookup(path[:i])
		if err == nil && n != nil && !n.dir {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return fail("mkdir", path[:i], err)
		}
		if n == nil {
			m.apply(change{a: edit{dir: parent, name: base, after: &node{dir: true}}})
		}
	}
	return nil
}

// Create implements [FS].
func (m *Mem) Create(name string) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	parent, base, err := m.free(name)
	if err != nil {
		return nil, fail("open", name, err)
	}
	n := &node{}
	m.apply(change{a: edit{dir: parent, name: base, after: n}})
	return &memFile{fs: m, node: n, name: name}, nil
}

// Open implements [FS].
func (m *Mem) Open(name string) (Reader, error) {
	b, err := m.bytes(name)
	if err != nil {
		return nil, err
	}
	return &memReader{name: name, data: b}, nil
}

// ReadFile implements [FS].
func (m *Mem) ReadFile(name string) ([]byte, error) {
	b, err := m.bytes(name)
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(b)), b...), nil // the caller may write to it
}

// bytes returns what a file holds now.
func (m *Mem) bytes(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, n, err := m.existing(name)
	if err == nil && n.dir {
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, fail("open", name, err)
	}
	return n.data, nil
}

// Link implements [FS].
func (m *Mem) Link(oldName, newName string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, n, err := m.existing(oldName)
	if err != nil {
		return fail("link", oldName, err)
	}
	parent, base, err := m.free(newName)
	if err == nil && n.dir {
		err = syscall.EPERM
	}
	if err != nil {
		return fail("link", newName, err)
	}
	m.apply(change{a: edit{dir: parent, name: base, after: n}})
	return nil
}

// Rename implements [FS].
func (m *Mem) Rename(oldName, newName string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	fromDir, from, n, err := m.existing(oldName)
	if err == nil && fromDir == nil {
		err = syscall.EBUSY // the root
	}
	if err != nil {
		return fail("rename", oldName, err)
	}
	toDir, to, target, err := m.lookup(newName)
	switch {
	case err != nil:
	case target != nil && target.dir:
		err = syscall.EEXIST
	case target == n:
		return nil // two names of one file: POSIX leaves both
	case target != nil && n.dir:
		err = syscall.ENOTDIR
	case n.dir && n.holds(toDir):
		err = syscall.EINVAL // a folder into itself
	}
	if err != nil {
		return fail("rename", newName, err)
	}
	m.apply(change{a: edit{dir: fromDir, name: from, before: n}, b: edit{dir: toDir, name: to, before: target, after: n}})
	return nil
}

// holds tells whether other is n or lies below it.
func (n *node) holds(other *node) bool {
	return n == other || slices.ContainsFunc(n.entries, func(e entry) bool { return e.node.holds(other) })
}

// Remove implements [FS].
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	parent, base, n, err := m.existing(name)
	switch {
	case err != nil:
	case parent == nil:
		err = syscall.EBUSY // the root
	case len(n.entries) > 0:
		err = syscall.ENOTEMPTY
	}
	if err != nil {
		return fail("remove", name, err)
	}
	m.apply(change{a: edit{dir: parent, name: base, before: n}})
	return nil
}

// ReadDir implements [FS].
func (m *Mem) ReadDir(name string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.folder(name)
	if err != nil {
		return nil, fail("open", name, err)
	}
	list := make([]Entry, len(n.entries))
	for i, e := range n.entries {
		list[i] = Entry{Name: e.name, IsDir: e.node.dir}
	}
	return list, nil
}

// folder is existing for a folder.
func (m *Mem) folder(name string) (*node, error) {
	_, _, n, err := m.existing(name)
	if err == nil && !n.dir {
		err = syscall.ENOTDIR
	}
	return n, err
}

// Stat implements [FS].
func (m *Mem) Stat(name string) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, n, err := m.existing(name)
	if err != nil {
		return Info{}, fail("stat", name, err)
	}
	return Info{Size: int64(len(n.data)), IsDir: n.dir}, nil
}

// Scratch implements [FS]. The file is in no folder, so no crash leaves anything of it.
func (m *Mem) Scratch(dir string) (Scratch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.folder(dir); err != nil {
		return nil, fail("open", dir, err)
	}
	f := &memFile{fs: m, node: &node{}, name: dir}
	return &memScratch{memFile: f}, nil
}

// memScratch is a file without a name.
type memScratch struct{ *memFile }

func (s *memScratch) ReadAt(b []byte, off int64) (int, error) {
	s.fs.mu.Lock()
	defer s.fs.mu.Unlock()
	return (&memReader{name: s.name, data: s.node.data, closed: s.closed}).ReadAt(b, off)
}

// memFile is a file being written.
type memFile struct {
	fs     *Mem
	node   *node
	name   string
	closed bool
}

func (f *memFile) Write(b []byte) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.closed {
		return 0, fail("write", f.name, fs.ErrClosed)
	}
	f.node.data = append(f.node.data, b...)
	return len(b), nil
}

func (f *memFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.closed {
		return fail("sync", f.name, fs.ErrClosed)
	}
	f.node.synced = len(f.node.data)
	return nil
}

func (f *memFile) Close() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if f.closed {
		return fail("close", f.name, fs.ErrClosed)
	}
	f.closed = true
	f.node.sealed = f.node.synced == len(f.node.data)
	return nil
}

// memReader is a file being read, as it was when it was opened.
type memReader struct {
	name   string
	data   []byte
	closed bool
}

func (r *memReader) Size() int64 { return int64(len(r.data)) }

func (r *memReader) ReadAt(b []byte, off int64) (int, error) {
	switch {
	case r.closed:
		return 0, fail("read", r.name, fs.ErrClosed)
	case off < 0:
		return 0, fail("read", r.name, syscall.EINVAL)
	case off >= int64(len(r.data)) && len(b) > 0:
		return 0, io.EOF
	}
	n := copy(b, r.data[min(off, int64(len(r.data))):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (r *memReader) Close() error {
	if r.closed {
		return fail("close", r.name, fs.ErrClosed)
	}
	r.closed = true
	return nil
}
