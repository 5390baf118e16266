package restart

import (
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// fixedDelay restarts a number of times in the life of the process.
type fixedDelay struct {
	config   config.FixedDelay
	failures int
}

func (f *fixedDelay) Failure(time.Duration) (time.Duration, bool) {
	if f.failures >= f.config.Attempts {
		return 0, false
	}
	f.failures++
	return f.config.Delay, true
}
