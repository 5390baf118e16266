package restart

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime/config"
)

const second = time.Second

// failure is one at a time, and what is to follow: "2s" or "end".
type failure struct {
	at   time.Duration
	then string
}

func TestStrategies(t *testing.T) {
	for name, test := range map[string]struct {
		change          func(*config.Restart)
		noCheckpointing bool
		random          float64 // 0.5 is no jitter
		failures        []failure
	}{
		"the default with checkpoints grows": {
			random:   0.5,
			failures: []failure{{0, "1s"}, {10 * second, "1.5s"}, {20 * second, "2.25s"}},
		},
		"the default without checkpoints gives up": {
			noCheckpointing: true,
			failures:        []failure{{0, "end"}},
		},
		"a strategy that was chosen needs no checkpoints": {
			change:          func(c *config.Restart) { c.Strategy = config.FixedDelayStrategy },
			noCheckpointing: true,
			failures:        []failure{{0, "1s"}},
		},
		"none": {
			change:   func(c *config.Restart) { c.Strategy = config.NoRestart },
			failures: []failure{{0, "end"}},
		},
		"exponential ends at its maximum": {
			change:   func(c *config.Restart) { c.ExponentialDelay.MaxBackoff = 2 * second },
			random:   0.5,
			failures: []failure{{0, "1s"}, {2 * second, "1.5s"}, {4 * second, "2s"}, {6 * second, "2s"}},
		},
		"exponential with the lowest jitter starts no earlier than its initial backoff": {
			random:   0,
			failures: []failure{{0, "1s"}, {2 * second, "1.35s"}},
		},
		"exponential with the highest jitter": {
			random:   0.75,
			failures: []failure{{0, "1.05s"}, {2 * second, "1.575s"}},
		},
		"jitter does not add up": {
			change:   func(c *config.Restart) { c.ExponentialDelay.JitterFactor = 1 },
			random:   0.75,
			failures: []failure{{0, "1.5s"}, {2 * second, "2.25s"}, {5 * second, "3.375s"}},
		},
		"what fails while a restart is waited for fails with what is to be restarted": {
			change:   func(c *config.Restart) { c.ExponentialDelay.Attempts = 2 },
			random:   0.5,
			failures: []failure{{0, "1s"}, {0, "1s"}, {second / 4, "750ms"}, {second, "1.5s"}, {2 * second, "500ms"}, {3 * second, "end"}},
		},
		"failures while a fixed delay is waited for count on their own": {
			change: func(c *config.Restart) {
				c.Strategy, c.FixedDelay = config.FixedDelayStrategy, config.FixedDelay{Attempts: 2, Delay: 3 * second}
			},
			failures: []failure{{0, "3s"}, {second, "3s"}, {2 * second, "end"}},
		},
		"exponential begins anew after an hour of running": {
			random:   0.5,
			failures: []failure{{0, "1s"}, {10 * second, "1.5s"}, {time.Hour + 11*second + 500*time.Millisecond, "1s"}},
		},
		"waiting is not running": {
			random:   0.5,
			failures: []failure{{0, "1s"}, {10 * second, "1.5s"}, {time.Hour + 11*second, "2.25s"}},
		},
		"exponential gives up after its attempts": {
			change:   func(c *config.Restart) { c.ExponentialDelay.Attempts = 2 },
			random:   0.5,
			failures: []failure{{0, "1s"}, {2 * second, "1.5s"}, {9 * second, "end"}},
		},
		"attempts count anew after an hour of running": {
			change:   func(c *config.Restart) { c.ExponentialDelay.Attempts = 1 },
			random:   0.5,
			failures: []failure{{0, "1s"}, {2 * time.Hour, "1s"}, {2*time.Hour + 2*second, "end"}},
		},
		"fixed delay gives up after its attempts, however far apart": {
			change: func(c *config.Restart) {
				c.Strategy, c.FixedDelay = config.FixedDelayStrategy, config.FixedDelay{Attempts: 2, Delay: 3 * second}
			},
			failures: []failure{{0, "3s"}, {time.Hour, "3s"}, {24 * time.Hour, "end"}},
		},
		"fixed delay without attempts": {
			change:   func(c *config.Restart) { c.Strategy, c.FixedDelay.Attempts = config.FixedDelayStrategy, 0 },
			failures: []failure{{0, "end"}},
		},
		"failure rate gives up at one more than its limit": {
			change: func(c *config.Restart) {
				c.Strategy, c.FailureRate.MaxFailures = config.FailureRateStrategy, 2
			},
			failures: []failure{{0, "1s"}, {30 * second, "1s"}, {60 * second, "end"}},
		},
		"failure rate forgets what is older than its interval": {
			change: func(c *config.Restart) {
				c.Strategy, c.FailureRate.MaxFailures = config.FailureRateStrategy, 2
			},
			failures: []failure{{0, "1s"}, {30 * second, "1s"}, {61 * second, "1s"}, {91 * second, "1s"}, {100 * second, "end"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config.Default().Restart
			if test.change != nil {
				test.change(&c)
			}
			strategy := New(c, !test.noCheckpointing, func() float64 { return test.random })
			for i, f := range test.failures {
				delay, restart := strategy.Failure(f.at)
				got := "end"
				if restart {
					got = delay.String()
				}
				require.Equal(t, f.then, got, "failure %d", i)
			}
		})
	}
}

// Whatever happens, the delay stays within its bounds, and a job that ran well begins anew.
func TestExponentialDelayStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := config.Default().Restart
		e := &c.ExponentialDelay
		e.InitialBackoff = time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Hour)).Draw(t, "initial"))
		e.MaxBackoff = e.InitialBackoff + time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "above"))
		e.BackoffMultiplier = rapid.Float64Range(1, 1e9).Draw(t, "multiplier")
		e.JitterFactor = rapid.Float64Range(0, 1).Draw(t, "jitter")
		strategy := New(c, true, func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "random") })

		var now time.Duration
		for range rapid.IntRange(1, 30).Draw(t, "failures") {
			now += time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "pause"))
			delay, restart := strategy.Failure(now)
			require.True(t, restart)
			require.GreaterOrEqual(t, delay, e.InitialBackoff)
			require.LessOrEqual(t, delay, e.MaxBackoff)
			now += delay
		}
		delay, _ := strategy.Failure(now + e.ResetThreshold)
		require.LessOrEqual(t, delay, 2*e.InitialBackoff)
	})
}

// No interval ever holds more restarts than the failure rate allows.
func TestFailureRateHoldsInEveryInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := config.Default().Restart
		c.Strategy = config.FailureRateStrategy
		c.FailureRate.MaxFailures = rapid.IntRange(1, 5).Draw(t, "max")
		strategy := New(c, true, nil)

		var now time.Duration
		var restarts []time.Duration
		for range rapid.IntRange(1, 40).Draw(t, "failures") {
			now += time.Duration(rapid.IntRange(0, 60).Draw(t, "pause")) * second
			within := 0
			for _, at := range restarts {
				if now-at <= c.FailureRate.Interval {
					within++
				}
			}
			_, restart := strategy.Failure(now)
			require.Equal(t, within < c.FailureRate.MaxFailures, restart)
			if restart {
				restarts = append(restarts, now)
			}
		}
	})
}
