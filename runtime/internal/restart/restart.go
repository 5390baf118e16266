// Package restart decides what follows a failure of a job: a restart after some delay, or the end. The strategies are Flink's. They are
// told the time and draw no numbers of their own, so that a simulation can replay them.
package restart

import (
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// Strategy decides what follows a failure. It is not safe for concurrent use.
type Strategy interface {
	// Failure says what follows a failure at now, on a clock that never goes back: a restart after delay, or none. Others may fail before the
	// restart that an earlier failure led to, of other regions: an exponential delay counts them as one with it, which are restarted together,
	// and the other strategies count each.
	Failure(now time.Duration) (delay time.Duration, restart bool)
}

// New returns the strategy that c asks for. Its default depends on checkpointing: whether there are periodic checkpoints to restart
// from. Random returns numbers in [0, 1), for the jitter. The configuration is valid.
func New(c config.Restart, checkpointing bool, random func() float64) Strategy {
	switch c.Strategy {
	case config.ExponentialDelayStrategy:
		return newExponentialDelay(c.ExponentialDelay, random)
	case config.FixedDelayStrategy:
		return &fixedDelay{config: c.FixedDelay}
	case config.FailureRateStrategy:
		return &failureRate{config: c.FailureRate}
	case config.NoRestart:
		return none{}
	}
	if checkpointing {
		return newExponentialDelay(c.ExponentialDelay, random)
	}
	return none{}
}

// none never restarts.
type none struct{}

func (none) Failure(time.Duration) (time.Duration, bool) { return 0, false }
