package file

import (
	"fmt"
	"io"
	"slices"

	"github.com/streamgen/streamgen/runtime"
)

// decoder reads the records of one split after the other.
type decoder[T any] interface {
	// open begins a span at a position, or at its beginning if that is notBegun. It returns the offset of the first record.
	open(s span, position int64) (int64, error)
	// read stores records and, for each, the offset behind it. It returns io.EOF, with the last records or after them, if the span
	// has no more.
	read(records []T, ends []int64) (int, error)
	// close ends the span. It may be opened again.
	close() error
}

// reader reads the splits of a subtask one after the other. A file is open only while it is read.
type reader[T any] struct {
	decoder decoder[T]
	// splits are those of the subtask. What is before current is done.
	splits  []runtime.Split
	current int
	open    bool
	// begin is the position before the last Read; ends are those behind its records, in the current split.
	begin int64
	ends  []int64
	// last is true if the current split has nothing behind the last Read.
	last bool
}

func newReader[T any](d decoder[T], splits []runtime.Split) *reader[T] {
	return &reader[T]{decoder: d, splits: slices.Clone(splits)}
}

// Read implements [runtime.Reader]. The records are of one split.
func (r *reader[T]) Read(records []T) (int, error) {
	if len(records) == 0 {
		return 0, nil
	}
	for r.current < len(r.splits) {
		if r.last || r.splits[r.current].Done {
			if err := r.leave(); err != nil {
				return 0, err
			}
			continue
		}
		if !r.open {
			if err := r.enter(); err != nil {
				return 0, err
			}
		}
		if len(r.ends) > 0 {
			r.begin = r.ends[len(r.ends)-1]
		}
		r.ends = slices.Grow(r.ends[:0], len(records))
		n, err := r.decoder.read(records, r.ends[:len(records)])
		if err != nil && err != io.EOF {
			return 0, err
		}
		r.ends = r.ends[:n]
		r.last = err == io.EOF
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.EOF
}

// enter opens the current split.
func (r *reader[T]) enter() error {
	s, err := parseSpan(r.splits[r.current].ID)
	if err != nil {
		return err
	}
	position, err := parsePosition(r.splits[r.current])
	if err != nil {
		return err
	}
	r.begin, err = r.decoder.open(s, position)
	r.open = err == nil
	return err
}

// leave is done with the current split.
func (r *reader[T]) leave() error {
	var err error
	if r.open {
		err = r.decoder.close()
	}
	r.splits[r.current] = done(r.splits[r.current])
	r.current++
	r.open, r.last, r.ends = false, false, r.ends[:0]
	return err
}

// done is a split that was read: it needs no position.
func done(s runtime.Split) runtime.Split {
	s.Done, s.Position = true, nil
	return s
}

// Snapshot implements [runtime.Reader].
func (r *reader[T]) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	if consumed < 0 || consumed > len(r.ends) {
		return nil, fmt.Errorf("file: snapshot behind %d records of a read of %d", consumed, len(r.ends))
	}
	splits := slices.Clone(r.splits)
	if !r.open {
		return splits, nil
	}
	s := &splits[r.current]
	switch {
	case r.last && consumed == len(r.ends):
		*s = done(*s)
	case consumed > 0:
		s.Position = appendPosition(r.ends[consumed-1])
	default:
		s.Position = appendPosition(r.begin)
	}
	return splits, nil
}

// Close implements [runtime.Reader].
func (r *reader[T]) Close() error {
	if !r.open {
		return nil
	}
	r.open = false
	return r.decoder.close()
}
