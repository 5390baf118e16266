// Package rate makes records at a steady pace.
package rate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/internal/sequence"
)

// longest is how much time a reader makes up for that could not read, or was not asked to: above the rate come at most the records of
// so long, and one.
const longest = 100 * time.Millisecond

// pause is the shortest time between two batches: a fast source reads a few records at a time, not one.
const pause = time.Millisecond

// Source returns a source of the records f(0) to f(n-1), or without an end if n is -1, of which perSecond are read each second. The
// subtasks, at most 32, share the rate. It holds from the start of the job on: there is no burst for the time that it was down, and
// one of at most 100 ms for a time that the pipeline did not keep up. The same index must give the same record at every call, and f may
// be called from several goroutines.
func Source[T any](perSecond float64, n int64, f func(index int64) T) runtime.Source[T] {
	return source[T]{perSecond: perSecond, n: n, f: f}
}

type source[T any] struct {
	perSecond float64
	n         int64
	f         func(int64) T
}

// Connector implements [runtime.Source].
func (source[T]) Connector() runtime.Connector { return runtime.Connector{Kind: "rate", Version: 1} }

// Splits implements [runtime.Source].
func (s source[T]) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	switch {
	case s.f == nil:
		return nil, errors.New("rate: the function is nil")
	case !(s.perSecond > 0) || math.IsInf(s.perSecond, 0):
		return nil, fmt.Errorf("rate: %v records a second: give a number above 0; without a limit use the package function", s.perSecond)
	}
	splits, err := sequence.Splits(s.n, known)
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return splits, nil
}

// Open implements [runtime.Source].
func (s source[T]) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[T], error) {
	r, err := sequence.NewReader(s.n, splits)
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return &reader[T]{ctx: ctx, sequence: r, f: s.f, perSecond: s.perSecond * sequence.Share(splits), last: ctx.Now()}, nil
}

type reader[T any] struct {
	ctx       runtime.SourceContext
	sequence  *sequence.Reader
	f         func(int64) T
	perSecond float64
	// due is how many records may be read, as of last.
	due  float64
	last time.Duration
}

// Read implements [runtime.Reader].
func (r *reader[T]) Read(records []T) (int, error) {
	now := r.ctx.Now()
	r.due = min(r.due+(now-r.last).Seconds()*r.perSecond, 1+longest.Seconds()*r.perSecond)
	r.last = now
	limit := min(int(r.due), len(records))
	if limit == 0 {
		return r.wait()
	}
	runs, err := r.sequence.Take(limit)
	n := 0
	for _, run := range runs {
		for i := range run.Count {
			records[n] = r.f(run.First + i)
			n++
		}
	}
	r.due -= float64(n)
	return n, err
}

// wait asks to be called when the next record is due. At the end there is none to wait for.
func (r *reader[T]) wait() (int, error) {
	if _, err := r.sequence.Take(0); err != nil { // a snapshot from now on is behind what was read before
		return 0, err
	}
	if r.sequence.Ended() {
		return 0, io.EOF
	}
	seconds := min((1-r.due)/r.perSecond, time.Hour.Seconds()) // a Duration ends at some centuries
	r.ctx.WakeAfter(max(time.Duration(math.Ceil(seconds*float64(time.Second))), pause))
	return 0, nil
}

// Snapshot implements [runtime.Reader].
func (r *reader[T]) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	return r.sequence.Snapshot(consumed)
}

// Close implements [runtime.Reader].
func (r *reader[T]) Close() error { return nil }
