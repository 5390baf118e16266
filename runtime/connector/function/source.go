// Package function makes sources and sinks of functions: for tests, examples and generated data.
package function

import (
	"context"
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/internal/sequence"
)

// Source returns a source of the records f(0) to f(n-1), or without an end if n is -1. The same index must give the same record at
// every call, and f may be called from several goroutines: the indices are handed out to the subtasks, at most 32, in stripes of 256.
// One subtask reads them in order.
func Source[T any](n int64, f func(index int64) T) runtime.Source[T] { return source[T]{n: n, f: f} }

// Of returns a source of the given records.
func Of[T any](records ...T) runtime.Source[T] {
	return Source(int64(len(records)), func(i int64) T { return records[i] })
}

type source[T any] struct {
	n int64
	f func(int64) T
}

// Connector implements [runtime.Source].
func (source[T]) Connector() runtime.Connector {
	return runtime.Connector{Kind: "function", Version: 1}
}

// Splits implements [runtime.Source].
func (s source[T]) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if s.f == nil {
		return nil, errors.New("function: the function of the source is nil")
	}
	splits, err := sequence.Splits(s.n, known)
	if err != nil {
		return nil, fmt.Errorf("function: %w", err)
	}
	return splits, nil
}

// Open implements [runtime.Source].
func (s source[T]) Open(_ runtime.SourceContext, splits []runtime.Split) (runtime.Reader[T], error) {
	r, err := sequence.NewReader(s.n, splits)
	if err != nil {
		return nil, fmt.Errorf("function: %w", err)
	}
	return &reader[T]{sequence: r, f: s.f}, nil
}

type reader[T any] struct {
	sequence *sequence.Reader
	f        func(int64) T
}

// Read implements [runtime.Reader].
func (r *reader[T]) Read(records []T) (int, error) {
	runs, err := r.sequence.Take(len(records))
	n := 0
	for _, run := range runs {
		for i := range run.Count {
			records[n] = r.f(run.First + i)
			n++
		}
	}
	return n, err
}

// Snapshot implements [runtime.Reader].
func (r *reader[T]) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	return r.sequence.Snapshot(consumed)
}

// Close implements [runtime.Reader].
func (r *reader[T]) Close() error { return nil }
