package function

import (
	"errors"

	"github.com/streamgen/streamgen/runtime"
)

// Sink returns a sink that calls f with batches of records. It shows a record at least once: after a failure those since the last
// checkpoint come again. F must not keep the slice; subtasks call it at the same time. Its error fails the task.
func Sink[T any](f func(records []T) error) runtime.Sink[T] { return sink[T](f) }

type sink[T any] func([]T) error

// Connector implements [runtime.Sink].
func (sink[T]) Connector() runtime.Connector { return runtime.Connector{Kind: "function", Version: 1} }

// Guarantee implements [runtime.Sink].
func (sink[T]) Guarantee() runtime.Guarantee { return runtime.AtLeastOnce }

// Open implements [runtime.Sink].
func (s sink[T]) Open(runtime.SinkContext) (runtime.Writer[T], error) {
	if s == nil {
		return nil, errors.New("function: the function of the sink is nil")
	}
	return writer[T](s), nil
}

type writer[T any] func([]T) error

// Write implements [runtime.Writer].
func (w writer[T]) Write(records []T) error { return w(records) }

// Prepare implements [runtime.Writer]: what was written was delivered.
func (writer[T]) Prepare(int64) (runtime.Transaction, error) { return runtime.Transaction{}, nil }

// Close implements [runtime.Writer].
func (writer[T]) Close() error { return nil }
