package restart

import (
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// exponentialDelay waits longer after each failure, until the job has run well for long enough.
type exponentialDelay struct {
	config    config.ExponentialDelay
	random    func() float64
	failures  int           // in a row
	backoff   time.Duration // of the last failure, without jitter
	restarted time.Duration // when the job was to run again after it
}

func newExponentialDelay(c config.ExponentialDelay, random func() float64) *exponentialDelay {
	return &exponentialDelay{config: c, random: random}
}

func (e *exponentialDelay) Failure(now time.Duration) (time.Duration, bool) {
	// Where the regions of a job fail at once, for one reason, that is one failure and not one for each.
	if e.failures > 0 && now < e.restarted {
		return e.restarted - now, true
	}
	// The time that counts as running well begins at the restart, not at the failure: otherwise a threshold below the backoff would
	// reset it each time.
	if e.failures > 0 && now-e.restarted >= e.config.ResetThreshold {
		e.failures = 0
	}
	e.failures++
	if e.config.Attempts > 0 && e.failures > e.config.Attempts {
		return 0, false
	}
	if e.failures == 1 {
		e.backoff = e.config.InitialBackoff
	} else {
		e.backoff = e.within(float64(e.backoff) * e.config.BackoffMultiplier)
	}
	delay := e.within(float64(e.backoff) * (1 + e.config.JitterFactor*(2*e.random()-1)))
	e.restarted = now + delay
	return delay, true
}

// within rounds a backoff and holds it between the initial and the maximal one.
func (e *exponentialDelay) within(backoff float64) time.Duration {
	if backoff >= float64(e.config.MaxBackoff) {
		return e.config.MaxBackoff // before the conversion, which overflows
	}
	return max(time.Duration(backoff), e.config.InitialBackoff)
}
