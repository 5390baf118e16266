package restart

import (
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// failureRate restarts unless there are too many failures in an interval.
type failureRate struct {
	config config.FailureRate
	recent []time.Duration // the times of the last failures, at most MaxFailures, oldest first
}

func (f *failureRate) Failure(now time.Duration) (time.Duration, bool) {
	// One failure more than the limit is too many if the one that many before is still within the interval.
	if len(f.recent) == f.config.MaxFailures {
		if now-f.recent[0] <= f.config.Interval {
			return 0, false
		}
		f.recent = append(f.recent[:0], f.recent[1:]...)
	}
	f.recent = append(f.recent, now)
	return f.config.Delay, true
}
