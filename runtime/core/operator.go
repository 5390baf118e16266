package core

import (
	"context"

	"github.com/streamgen/streamgen/runtime"
)

// Operator is a field of the pipeline: a source, a sink, or one that transforms records.
type Operator struct {
	uid     string
	kind    string   // "source", "operator" or "sink"
	from    []string // the outputs that it reads
	loops   []string // those that feed records back to it
	missing bool     // a source or a sink that was not set

	connector runtime.Connector
	// splits is that of a source.
	splits func(ctx context.Context, known []runtime.Split) ([]runtime.Split, error)
	// eventTime is that of a source, nil if it has none.
	eventTime *EventTime
	// guarantee and transactions are those of a sink; transactions is nil if it has none.
	guarantee    runtime.Guarantee
	transactions runtime.TransactionalSink
	// async says how the calls of an operator with Async are run, nil if it has none.
	async *asyncOptions
}

// Transform is an operator with a method that takes records. From are the outputs that it reads: uids, or uid.output.
func Transform(uid string, from ...string) Operator {
	return Operator{uid: uid, kind: "operator", from: from}
}

// Loop adds the outputs that feed records back to the operator.
func (o Operator) Loop(from ...string) Operator {
	o.loops = from
	return o
}

// Source is a field of type runtime.Source.
func Source[T any](uid string, s runtime.Source[T]) Operator {
	o := Operator{uid: uid, kind: "source", missing: s == nil}
	if s != nil {
		o.connector, o.splits = s.Connector(), s.Splits
	}
	return o
}

// TimedSource is a field of type runtime.Source whose records say when they happened: see Task.SawTime.
func TimedSource[T any](uid string, s runtime.Source[T], t EventTime) Operator {
	o := Source(uid, s)
	o.eventTime = &t
	return o
}

// Sink is a field of type runtime.Sink.
func Sink[T any](uid string, s runtime.Sink[T], from ...string) Operator {
	o := Operator{uid: uid, kind: "sink", from: from, missing: s == nil}
	if s != nil {
		o.connector, o.guarantee = s.Connector(), s.Guarantee()
		o.transactions, _ = s.(runtime.TransactionalSink)
	}
	return o
}
