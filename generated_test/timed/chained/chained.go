// Package chained is the pipeline of package timed with one more operator, in which Pass is called by the source.
package chained

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
	Pass   timed.Pass                 `from:"Ticks"`
	Remind timed.Remind               `from:"Pass"`
	Gather timed.Gather               `from:"Pass"`
	Recent timed.Recent               `from:"Pass"`
	Lines  runtime.Sink[timed.Line]   `from:"Remind,Gather,Recent"`
}
