package vfs

import (
	"errors"
	"fmt"
	"path"
)

// Op is a kind of file operation.
type Op uint8

// The operations of an [FS], a [File], a [Reader] and a [Scratch].
const (
	OpMkdir Op = iota
	OpMkdirAll
	OpCreate
	OpOpen
	OpReadFile
	OpLink
	OpRename
	OpRemove
	OpReadDir
	OpStat
	OpSyncDir
	OpWrite
	OpSync
	OpClose
	OpReadAt
	OpScratch
)

var opNames = [...]string{"mkdir", "mkdirall", "create", "open", "readfile", "link", "rename", "remove", "readdir", "stat", "syncdir",
	"write", "sync", "close", "readat", "scratch"}

func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return fmt.Sprintf("op(%d)", uint8(o))
}

// Changes tells whether the operation may change what a crash leaves: a crash before any other one is the same as one before the next.
func (o Op) Changes() bool {
	switch o {
	case OpOpen, OpReadFile, OpReadDir, OpStat, OpClose, OpReadAt, OpScratch:
		return false
	}
	return true
}

// Inject returns fsys with a call of before ahead of every operation, with its path (of a link or a rename the new one). An error
// makes the operation fail with it and without effect; the errors of [After], [Short] and [ErrLie] say otherwise.
//
// A file whose Sync was made to fail behaves from then on as under Linux: the next Sync reports success and syncs nothing.
func Inject(fsys FS, before func(op Op, name string) error) FS {
	return injected{fs: fsys, before: before}
}

// After is an error for the operation to fail with although it takes effect.
func After(err error) error { return afterError{err} }

type afterError struct{ error }

func (e afterError) Unwrap() error { return e.error }

// Short is an error for a write to fail with after its first n bytes.
func Short(n int, err error) error { return shortError{n, err} }

type shortError struct {
	n int
	error
}

func (e shortError) Unwrap() error { return e.error }

// ErrLie is an error for the operation to report success without effect, as a disk does that acknowledges from a volatile cache. It is
// for operations that return nothing but an error, and for writes.
var ErrLie = errors.New("vfs: success without effect")

type injected struct {
	fs     FS
	before func(Op, string) error
}

// run runs an operation as before decides. The error that a caller gets is the one inside After.
func run(before func(Op, string) error, op Op, name string, do func() error) error {
	err := before(op, name)
	if after, ok := errors.AsType[afterError](err); ok {
		if err := do(); err != nil {
			return err
		}
		return fail(op.String(), name, after.error)
	}
	switch {
	case err == nil:
		return do()
	case errors.Is(err, ErrLie):
		return nil
	}
	return fail(op.String(), name, err)
}

func (i injected) Mkdir(name string) error {
	return run(i.before, OpMkdir, name, func() error { return i.fs.Mkdir(name) })
}

func (i injected) MkdirAll(name string) error {
	return run(i.before, OpMkdirAll, name, func() error { return i.fs.MkdirAll(name) })
}

func (i injected) Create(name string) (File, error) {
	var f File
	err := run(i.before, OpCreate, name, func() (err error) {
		f, err = i.fs.Create(name)
		return err
	})
	if err != nil {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
		return nil, err
	}
	return &injectedFile{file: f, before: i.before, name: name}, nil
}

func (i injected) Open(name string) (Reader, error) {
	var r Reader
	err := run(i.before, OpOpen, name, func() (err error) {
		r, err = i.fs.Open(name)
		return err
	})
	if err != nil {
		if r != nil {
			err = errors.Join(err, r.Close())
		}
		return nil, err
	}
	return injectedReader{Reader: r, before: i.before, name: name}, nil
}

func (i injected) ReadFile(name string) (b []byte, err error) {
	err = run(i.before, OpReadFile, name, func() (err error) {
		b, err = i.fs.ReadFile(name)
		return err
	})
	return b, err
}

func (i injected) Link(oldName, newName string) error {
	return run(i.before, OpLink, newName, func() error { return i.fs.Link(oldName, newName) })
}

func (i injected) Rename(oldName, newName string) error {
	return run(i.before, OpRename, newName, func() error { return i.fs.Rename(oldName, newName) })
}

func (i injected) Remove(name string) error {
	return run(i.before, OpRemove, name, func() error { return i.fs.Remove(name) })
}

func (i injected) ReadDir(name string) (list []Entry, err error) {
	err = run(i.before, OpReadDir, name, func() (err error) {
		list, err = i.fs.ReadDir(name)
		return err
	})
	return list, err
}

func (i injected) Stat(name string) (info Info, err error) {
	err = run(i.before, OpStat, name, func() (err error) {
		info, err = i.fs.Stat(name)
		return err
	})
	return info, err
}

// Scratch gives the operations of the file the name "scratch" in its folder.
func (i injected) Scratch(dir string) (Scratch, error) {
	var s Scratch
	name := path.Join(dir, "scratch")
	err := run(i.before, OpScratch, name, func() (err error) {
		s, err = i.fs.Scratch(dir)
		return err
	})
	if err != nil {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
		return nil, err
	}
	return injectedScratch{injectedFile: &injectedFile{file: scratchFile{s}, before: i.before, name: name}, scratch: s}, nil
}

func (i injected) SyncDir(name string) error {
	return run(i.before, OpSyncDir, name, func() error { return i.fs.SyncDir(name) })
}

type injectedFile struct {
	file   File
	before func(Op, string) error
	name   string
	// dropped is true after a failed Sync: what was not synced then never is.
	dropped bool
}

func (f *injectedFile) Write(b []byte) (n int, err error) {
	do := func(b []byte) error {
		n, err = f.file.Write(b)
		return err
	}
	injected := f.before(OpWrite, f.name)
	if short, ok := errors.AsType[shortError](injected); ok {
		if err := do(b[:min(max(short.n, 0), len(b))]); err != nil {
			return n, err
		}
		return n, fail(OpWrite.String(), f.name, short.error)
	}
	err = run(func(Op, string) error { return injected }, OpWrite, f.name, func() error { return do(b) })
	if errors.Is(injected, ErrLie) {
		n = len(b)
	}
	return n, err
}

func (f *injectedFile) Sync() error {
	took := false
	err := run(f.before, OpSync, f.name, func() error {
		took = true
		if f.dropped {
			return nil
		}
		return f.file.Sync()
	})
	f.dropped = f.dropped || err != nil && !took
	return err
}

// Close closes the file in any case: a handle is gone after close(2), whatever that says.
func (f *injectedFile) Close() error {
	closed := false
	err := run(f.before, OpClose, f.name, func() error {
		closed = true
		return f.file.Close()
	})
	if !closed {
		err = errors.Join(err, f.file.Close())
	}
	return err
}

type injectedReader struct {
	Reader
	before func(Op, string) error
	name   string
}

func (r injectedReader) ReadAt(b []byte, off int64) (n int, err error) {
	err = run(r.before, OpReadAt, r.name, func() (err error) {
		n, err = r.Reader.ReadAt(b, off)
		return err
	})
	return n, err
}

// injectedScratch is written and closed as an injectedFile is.
type injectedScratch struct {
	*injectedFile
	scratch Scratch
}

func (s injectedScratch) ReadAt(b []byte, off int64) (n int, err error) {
	err = run(s.before, OpReadAt, s.name, func() (err error) {
		n, err = s.scratch.ReadAt(b, off)
		return err
	})
	return n, err
}

// scratchFile is a Scratch as a File, which nobody syncs.
type scratchFile struct{ Scratch }

func (scratchFile) Sync() error { return nil }
