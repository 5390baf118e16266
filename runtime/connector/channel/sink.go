package channel

import (
	"errors"

	"github.com/streamgen/streamgen/runtime"
)

// Sink returns a sink that sends each record to ch, at least once: after a failure those since the last checkpoint come again. The
// channel is never closed, since a job may restart.
//
// A full channel holds up the pipeline, as any slow reader does. When the task is to end, a Write that still waits gives up with
// [ErrEnded]; its records come again.
func Sink[T any](ch chan<- T) runtime.Sink[T] { return sink[T](ch) }

// ErrEnded is the error of a Write that waited for the channel's reader until the task had to end.
var ErrEnded = errors.New("channel: the task ended while nobody took its records from the channel")

type sink[T any] chan<- T

// Connector implements [runtime.Sink].
func (sink[T]) Connector() runtime.Connector { return runtime.Connector{Kind: "channel", Version: 1} }

// Guarantee implements [runtime.Sink].
func (sink[T]) Guarantee() runtime.Guarantee { return runtime.AtLeastOnce }

// Open implements [runtime.Sink].
func (s sink[T]) Open(ctx runtime.SinkContext) (runtime.Writer[T], error) {
	if s == nil {
		return nil, errors.New("channel: the channel of the sink is nil")
	}
	return writer[T]{out: s, done: ctx.Done}, nil
}

type writer[T any] struct {
	out  chan<- T
	done <-chan struct{}
}

// Write implements [runtime.Writer].
func (w writer[T]) Write(records []T) error {
	for _, record := range records {
		select {
		case w.out <- record:
		case <-w.done:
			return ErrEnded
		}
	}
	return nil
}

// Prepare implements [runtime.Writer]: what was written was taken, or is in the channel's buffer.
func (writer[T]) Prepare(int64) (runtime.Transaction, error) { return runtime.Transaction{}, nil }

// Close implements [runtime.Writer].
func (writer[T]) Close() error { return nil }
