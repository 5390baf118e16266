// Package collect is a sink in memory that shows committed records only: what a test of a pipeline asserts on.
package collect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/streamgen/streamgen/runtime"
)

// Sink collects records, each exactly once through any restart within the process. It is made by [New].
type Sink[T any] struct {
	mu sync.Mutex
	// transactions are those that were prepared, by number. One that was committed stays, without its records, since it may be committed again.
	transactions map[int64]transaction[T]
	last         int64
	committed    []T
}

type transaction[T any] struct {
	operator   string
	checkpoint int64
	records    []T
	// count is how many records there are, those that were committed too.
	count     int
	committed bool
}

var _ runtime.TransactionalSink = (*Sink[string])(nil)

// New returns an empty sink.
func New[T any]() *Sink[T] { return &Sink[T]{transactions: map[int64]transaction[T]{}} }

// Records returns what was committed, in the order of the commits.
func (s *Sink[T]) Records() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.committed)
}

// Connector implements [runtime.Sink].
func (s *Sink[T]) Connector() runtime.Connector {
	return runtime.Connector{Kind: "collect", Version: 1}
}

// Guarantee implements [runtime.Sink].
func (s *Sink[T]) Guarantee() runtime.Guarantee { return runtime.Transactional }

// Open implements [runtime.Sink].
func (s *Sink[T]) Open(ctx runtime.SinkContext) (runtime.Writer[T], error) {
	return &writer[T]{sink: s, operator: ctx.Operator()}, nil
}

// Commit implements [runtime.TransactionalSink]. A handle is the number of a transaction in decimal digits.
func (s *Sink[T]) Commit(_ context.Context, handle []byte) error {
	number, err := strconv.ParseInt(string(handle), 10, 64)
	if err != nil {
		return fmt.Errorf("collect: handle %q is no number", handle)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.transactions[number]
	switch {
	case !ok:
		return fmt.Errorf("collect: %w: transaction %d is not there: its records were in the memory of another process, or aborted", runtime.ErrTransactionLost, number)
	case !t.committed:
		s.committed = append(s.committed, t.records...)
		t.records, t.committed = nil, true
		s.transactions[number] = t
	}
	return nil
}

// Abort implements [runtime.TransactionalSink].
func (s *Sink[T]) Abort(_ context.Context, operator string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for number, t := range s.transactions {
		if t.operator == operator && !t.committed {
			delete(s.transactions, number)
		}
	}
	return nil
}

// Occupied implements [runtime.TransactionalSink].
func (s *Sink[T]) Occupied(_ context.Context, operator string, after int64) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, t := range s.transactions {
		if t.operator == operator && t.committed && t.checkpoint > after {
			count += t.count
		}
	}
	if count == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d records in memory", count), nil
}

type writer[T any] struct {
	sink     *Sink[T]
	operator string
	records  []T
}

// Write implements [runtime.Writer].
func (w *writer[T]) Write(records []T) error {
	w.records = append(w.records, records...)
	return nil
}

// Prepare implements [runtime.Writer].
func (w *writer[T]) Prepare(checkpoint int64) (runtime.Transaction, error) {
	if len(w.records) == 0 {
		return runtime.Transaction{}, nil
	}
	s := w.sink
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.transactions[s.last] = transaction[T]{operator: w.operator, checkpoint: checkpoint, records: w.records, count: len(w.records)}
	w.records = nil
	return runtime.Transaction{Handle: strconv.AppendInt(nil, s.last, 10)}, nil
}

// Close implements [runtime.Writer].
func (w *writer[T]) Close() error {
	w.records = nil
	return nil
}
