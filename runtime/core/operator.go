package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/streamgen/streamgen/runtime"
)

// Operator is a field of the pipeline: a source, a sink, or one that transforms records.
type Operator struct {
	uid     string
	kind    string   // "source", "operator" or "sink"
	from    []string // the outputs that it reads
	loops   []string // those that feed records back to it
	missing bool     // a source or a sink that was not set
	err     error    // what is wrong with a source

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
	if t := timedOf(s); t != nil {
		o.missing = t.Source == nil
		o.err = errors.New(`it is a runtime.Timed, but its field has no tag time:"At" that says when a record happened`)
	}
	if !o.missing {
		o.connector, o.splits = s.Connector(), s.Splits
	}
	return o
}

// TimedSource is a field of type runtime.Source whose records say when they happened: see Task.SawTime.
func TimedSource[T any](uid string, s runtime.Source[T], t EventTime) Operator {
	o := Source(uid, s)
	if said := timedOf(s); said != nil {
		o.err = errors.Join(replace(&t.OutOfOrder, said.OutOfOrder, "OutOfOrder"), replace(&t.Idle, said.Idle, "Idle"))
	}
	o.eventTime = &t
	return o
}

// timedOf is the source if it is one that says how its watermarks are made, else nil.
func timedOf[T any](s runtime.Source[T]) *runtime.Timed[T] {
	switch s := s.(type) {
	case runtime.Timed[T]:
		return &s
	case *runtime.Timed[T]:
		return s
	}
	return nil
}

// replace puts what a runtime.Timed says in the place of what the tag says.
func replace(tag *time.Duration, said time.Duration, field string) error {
	switch {
	case said < 0 || said > 0 && said < time.Millisecond:
		return fmt.Errorf("its %s is %v: want a millisecond or more, or 0 for what the tag says", field, said)
	case said > 0:
		*tag = said
	}
	return nil
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
