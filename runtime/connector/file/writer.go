package file

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/streamgen/streamgen/runtime"
)

// flushSize is how much is written to a file at a time.
const flushSize = 256 << 10

// encoder appends records to b, in order, until it is longer than flushSize or they are all in it. It returns how many are.
type encoder[T any] func(b []byte, records []T) ([]byte, int, error)

func encodeLines(b []byte, lines []string) ([]byte, int, error) {
	for i, line := range lines {
		if len(b) > flushSize {
			return b, i, nil
		}
		b = append(append(b, line...), '\n')
	}
	return b, len(lines), nil
}

// writer writes the files of one subtask.
type writer[T any] struct {
	sink   *Sink[T]
	ctx    runtime.SinkContext
	encode encoder[T]
	shared *shared
	// part is the file of the current transaction, nil before its first record; sequence is how many there were.
	part     *part
	sequence int64
}

// shared is what a writer and its transactions have in common, whose Sync runs in another goroutine.
type shared struct {
	// failure is the first one, after which nothing is accepted: records were lost that only a restart brings back.
	failure atomic.Pointer[error]
	buffers sync.Pool
}

func newShared() *shared {
	return &shared{buffers: sync.Pool{New: func() any { return new([]byte) }}}
}

func (s *shared) err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *shared) fail(err error) error {
	s.failure.CompareAndSwap(nil, &err)
	return err
}

// Write implements [runtime.Writer].
func (w *writer[T]) Write(records []T) error {
	if err := w.shared.err(); err != nil {
		return err
	}
	for len(records) > 0 {
		p := w.current()
		b, n, err := w.encode(*p.buf, records)
		*p.buf = b
		if err == nil && len(b) > flushSize {
			err = p.flush()
		}
		if err != nil {
			return w.shared.fail(w.wrap(err))
		}
		records = records[n:]
	}
	return nil
}

// current returns the file of the transaction, which begins with its first record.
func (w *writer[T]) current() *part {
	if w.part == nil {
		w.sequence++
		name := fileName(pendingPrefix, w.ctx.Operator(), w.sequence, w.ctx.Subtask(), w.ctx.Attempt, pendingExtension)
		w.part = &part{fs: w.sink.fs, dir: w.sink.dir, name: name, buf: w.shared.buffers.Get().(*[]byte)}
	}
	return w.part
}

// Prepare implements [runtime.Writer].
func (w *writer[T]) Prepare(checkpoint int64) (runtime.Transaction, error) {
	if err := w.shared.err(); err != nil {
		return runtime.Transaction{}, err
	}
	p := w.part
	if p == nil {
		return runtime.Transaction{}, nil
	}
	w.part = nil
	h := handle{
		size:      p.size + int64(len(*p.buf)),
		pending:   p.name,
		committed: fileName("", w.ctx.Operator(), checkpoint, w.ctx.Subtask(), w.ctx.Attempt, w.sink.extension),
	}
	return runtime.Transaction{Handle: h.bytes(), Sync: sync.OnceValue(func() error { return w.seal(p) })}, nil
}

// seal makes a part durable. It runs in another goroutine than the writer's methods.
func (w *writer[T]) seal(p *part) error {
	if err := w.shared.err(); err != nil {
		return err
	}
	if err := p.seal(); err != nil {
		return w.shared.fail(w.wrap(err))
	}
	if cap(*p.buf) <= 4*flushSize {
		*p.buf = (*p.buf)[:0]
		w.shared.buffers.Put(p.buf)
	}
	p.buf = nil
	return nil
}

// Close implements [runtime.Writer]. What was prepared stays, since its Sync may be still to come.
func (w *writer[T]) Close() error {
	p := w.part
	w.part = nil
	if p == nil || p.file == nil {
		return nil
	}
	if err := p.discard(); err != nil {
		return w.wrap(err)
	}
	return nil
}

func (w *writer[T]) wrap(err error) error {
	return fmt.Errorf("%s %s in %s: %w", w.sink.kind, w.ctx.Operator(), filepath.Clean(w.sink.dir), err)
}
