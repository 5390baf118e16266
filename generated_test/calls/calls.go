// Package calls holds a pipeline whose calls do what a test tells them.
package calls

import (
	"context"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
)

//go:generate go tool streamgen

// Call returns its number, when the test lets it.
//
//streamgen:operator
type Call struct {
	// Made is called for every call, of every subtask.
	Made  func(ctx context.Context, n int64) error
	Calls async.Ordered
	// Closed is called when the operator is closed.
	Closed func()
}

// Async makes the call.
func (c Call) Async(ctx context.Context, n int64) (int64, error) { return n, c.Made(ctx, n) }

// Close says that no call is under way any more.
func (c Call) Close() {
	if c.Closed != nil {
		c.Closed()
	}
}

// Calls makes a call for each number.
//
//streamgen:pipeline
type Calls struct {
	Numbers runtime.Source[int64]
	Call    Call                `from:"Numbers"`
	Results runtime.Sink[int64] `from:"Call"`
}
