// Package apart is the pipeline of package timed with one more operator, in which Pass has a task of its own.
package apart

import (
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
)

//go:generate go tool streamgen

// Timed is [timed.Timed] with Pass.
//
//streamgen:pipeline
type Timed struct {
	Ticks  runtime.Source[timed.Tick] `time:"At" outoforder:"4ms"`
	Pass   timed.Pass                 `from:"Ticks" edge:"rebalance"`
	Remind timed.Remind               `from:"Pass"`
	Gather timed.Gather               `from:"Pass"`
	Recent timed.Recent               `from:"Pass"`
	Lines  runtime.Sink[timed.Line]   `from:"Remind,Gather,Recent"`
}
