package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// Sink writes files to a folder. Each subtask writes one for each checkpoint in which it has records. While it grows its name begins
// with a dot and ends in .part; when the checkpoint is complete it gets the name
//
//	<operator>-<checkpoint, 10 digits>-<subtask, 4 digits>-<attempt, 8 hexadecimal digits>.<extension>
//
// so that the names of a subtask sort in the order of their commits. From then on it is whole and never changes.
type Sink[T any] struct {
	dir        string
	fs         vfs.FS
	kind       string
	extension  string
	newEncoder func() encoder[T]
}

var _ runtime.TransactionalSink = (*Sink[string])(nil)

// WriteLines returns a sink that writes each string and a line end to *.txt files in dir, which is made if there is none. A string
// that holds line ends becomes several lines.
func WriteLines(dir string) *Sink[string] {
	return &Sink[string]{dir: dir, fs: vfs.OS(), kind: "file.lines", extension: "txt", newEncoder: func() encoder[string] { return encodeLines }}
}

// JSONL returns a sink that writes each record as one line of JSON to *.jsonl files in dir, which is made if there is none. The text is
// that of [encoding/json] without escapes for HTML: <, > and & stay as they are. A T of plain fields (booleans, numbers, strings, and
// structs, pointers, slices and arrays of them) is written without an allocation.
func JSONL[T any](dir string) *Sink[T] {
	return &Sink[T]{dir: dir, fs: vfs.OS(), kind: "file.jsonl", extension: "jsonl", newEncoder: jsonEncoder[T]}
}

// On makes the sink write to another file system than that of the operating system, to simulate crashes for example.
func (s *Sink[T]) On(fsys vfs.FS) *Sink[T] {
	s.fs = fsys
	return s
}

// Connector implements [runtime.Sink].
func (s *Sink[T]) Connector() runtime.Connector { return runtime.Connector{Kind: s.kind, Version: 1} }

// Guarantee implements [runtime.Sink].
func (s *Sink[T]) Guarantee() runtime.Guarantee { return runtime.Transactional }

// Open implements [runtime.Sink].
func (s *Sink[T]) Open(ctx runtime.SinkContext) (runtime.Writer[T], error) {
	if ctx.Operator() == "" {
		return nil, fmt.Errorf("%s: no operator in the context, but files are named by it", s.kind)
	}
	if !isAttempt(ctx.Attempt) {
		return nil, fmt.Errorf("%s %s: attempt %q in the context: not 8 hexadecimal digits, but files are named by it", s.kind, ctx.Operator(), ctx.Attempt)
	}
	if err := makeFolder(s.fs, s.dir); err != nil {
		return nil, fmt.Errorf("%s %s: %w", s.kind, ctx.Operator(), err)
	}
	return &writer[T]{sink: s, ctx: ctx, encode: s.newEncoder(), shared: newShared()}, nil
}

// Commit implements [runtime.TransactionalSink]: it renames the file and makes the name durable.
func (s *Sink[T]) Commit(_ context.Context, handle []byte) error {
	h, err := parseHandle(handle)
	if err == nil {
		err = s.commit(h)
	}
	if err != nil {
		return fmt.Errorf("%s: commit: %w", s.kind, err)
	}
	return nil
}

func (s *Sink[T]) commit(h handle) error {
	pending, committed := filepath.Join(s.dir, h.pending), filepath.Join(s.dir, h.committed)
	isPending, err := s.check(pending, h.size)
	if err != nil {
		return err
	}
	isCommitted, err := s.check(committed, h.size)
	if err == nil && isPending && isCommitted {
		// A runner that does not know yet that it was replaced may be between these two looks of ours, or we of its.
		isPending, err = s.check(pending, h.size)
	}
	switch {
	case err != nil:
		return err
	case isPending && isCommitted:
		return fmt.Errorf("both %s and %s are there: nothing is overwritten; keep the one that is right under the second name", pending, committed)
	case isPending:
		if err := s.fs.Rename(pending, committed); err != nil {
			// A runner that does not know yet that it was replaced may have been faster.
			if isCommitted, _ = s.check(committed, h.size); !isCommitted || !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	case !isCommitted:
		return fmt.Errorf("%w: %d bytes, neither %s nor %s is there. "+
			"Was the folder moved, emptied, or changed in the pipeline, or does another job with an operator of this name write to it? "+
			"Put the file back, or start from an older savepoint", runtime.ErrTransactionLost, h.size, pending, committed)
	}
	return s.fs.SyncDir(s.dir) // also where it was there: the one who renamed it may have been killed before this
}

// check reports whether a file is there. One that lost bytes since they were synced is an error.
func (s *Sink[T]) check(path string, size int64) (bool, error) {
	info, err := s.fs.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Size != size:
		return false, fmt.Errorf("%s has %d bytes, but %d were written and synced: the storage has lost data, or the file was changed", path, info.Size, size)
	}
	return true, nil
}

// Abort implements [runtime.TransactionalSink]: it removes the operator's files that were not committed.
func (s *Sink[T]) Abort(_ context.Context, operator string) error {
	names, err := s.names(operator, pendingPrefix)
	if err != nil || len(names) == 0 {
		return err
	}
	for _, name := range names {
		if err := s.fs.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s %s: abort: %w", s.kind, operator, err)
		}
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return fmt.Errorf("%s %s: abort: %w", s.kind, operator, err)
	}
	return nil
}

// Occupied implements [runtime.TransactionalSink].
func (s *Sink[T]) Occupied(_ context.Context, operator string, after int64) (string, error) {
	names, err := s.names(operator, "")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if numberOf(name, operator) > after {
			return filepath.Join(s.dir, name), nil
		}
	}
	return "", nil
}

// names lists the operator's files in the folder, committed or not. There are none if there is no folder.
func (s *Sink[T]) names(operator, prefix string) ([]string, error) {
	entries, err := s.fs.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", s.kind, operator, err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir && isNameOf(e.Name, operator, prefix) {
			names = append(names, e.Name)
		}
	}
	return names, nil
}
