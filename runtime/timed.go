package runtime

import "time"

// Timed is a source with what its tags outoforder and idle would say, where that is known only when the pipeline is built. Its field in the
// pipeline must have the tag time. A start with a duration that is negative, or above 0 and less than a millisecond, fails.
type Timed[T any] struct {
	Source[T]
	// OutOfOrder is how far a record may lag behind those before it. 0: what the tag says.
	OutOfOrder time.Duration
	// Idle is after how long without a record nobody waits for a subtask of the source any more. 0: what the tag says.
	Idle time.Duration
}
