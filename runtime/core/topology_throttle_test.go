package core_test

import "github.com/streamgen/streamgen/runtime"

// slowSink is a sink whose writers pause whenever they have written.
type slowSink[T any] struct {
	runtime.Sink[T]
	runtime.TransactionalSink
	pause func()
}

func throttled[T any](sink runtime.Sink[T], pause func()) runtime.Sink[T] {
	return slowSink[T]{sink, sink.(runtime.TransactionalSink), pause}
}

func (s slowSink[T]) Open(ctx runtime.SinkContext) (runtime.Writer[T], error) {
	w, err := s.Sink.Open(ctx)
	return slowWriter[T]{w, s.pause}, err
}

type slowWriter[T any] struct {
	runtime.Writer[T]
	pause func()
}

func (w slowWriter[T]) Write(records []T) error {
	defer w.pause()
	return w.Writer.Write(records)
}
