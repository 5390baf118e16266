package model

import (
	"go/types"
	"time"
)

const timerPath = "github.com/streamgen/streamgen/runtime/timer"

// TimerKind is the type of a timer field in package timer, "" for a field that is none.
type TimerKind string

const (
	// EventTimer fires in event time.
	EventTimer TimerKind = "Event"
	// ProcessingTimer fires in processing time.
	ProcessingTimer TimerKind = "Processing"
	// EventTimers are several in one field, in event time.
	EventTimers TimerKind = "EventSet"
)

// TimerType says whether t is the type of a timer, and of which kind.
func TimerType(t types.Type) TimerKind {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != timerPath {
		return ""
	}
	switch kind := TimerKind(named.Obj().Name()); kind {
	case EventTimer, ProcessingTimer, EventTimers:
		return kind
	}
	return ""
}

// Timer is a field of a keyed state that calls a method of the operator back.
type Timer struct {
	Field    *types.Var
	Kind     TimerKind
	Callback *Method
}

// TTL is how long a field of a keyed state is kept while no method is given the state.
type TTL struct {
	Field *types.Var
	After time.Duration
}

// HasEntry reports whether the operator's table holds more than its states: what is known of their timers.
func (o *Operator) HasEntry() bool { return len(o.Timers)+len(o.TTLs) > 0 }

// EventTime says how a source makes watermarks of the times of its records.
type EventTime struct {
	// Name is that of the field or method that says when a record happened.
	Name string
	// Method says that it is a method, Std that its type is time.Time.
	Method, Std bool
	// OutOfOrder and Idle are what the tags say, 0 without.
	OutOfOrder, Idle time.Duration
}
