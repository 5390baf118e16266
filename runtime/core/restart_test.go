package core_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// waits runs a job that fails three times, each time when it has run for so long, and returns how long it waits before each restart, and "ends" if it does not
// start again. The clock goes on when all wait.
func waits(t *testing.T, running time.Duration, change func(*config.Config)) (waits []string) {
	t.Helper()
	c := config.Default()
	c.Parallelism = 1
	change(&c)
	broken, failures := errors.New("broken"), 0
	sink := function.Sink(func([]wordcount.Total) error {
		if failures == 3 {
			return nil
		}
		failures++
		time.Sleep(running)
		return broken
	})
	_, err := (&wordcount.WordCount{Lines: function.Of("a"), Totals: sink}).StreamgenJob().Run(t.Context(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem(),
		OnEvent: func(e runtime.Event) {
			if e.Kind == runtime.EventRestarting {
				waits = append(waits, e.Delay.String())
			}
		},
	})
	if err != nil {
		require.ErrorIs(t, err, broken)
		waits = append(waits, "ends")
	}
	return waits
}

func TestWhatFollowsAFailure(t *testing.T) {
	const (
		strategy    = "restart-strategy.type"
		exponential = "restart-strategy.exponential-delay."
		fixed       = "restart-strategy.fixed-delay."
		rate        = "restart-strategy.failure-rate."
	)
	for _, test := range []struct {
		name    string
		set     []string
		running time.Duration
		waits   []string
	}{
		{"by default nothing, without checkpoints", nil, 0, []string{"ends"}},
		{"by default a longer wait each time, with checkpoints", []string{"execution.checkpointing.interval", "1 min"}, 0, []string{"1s", "1.5s", "2.25s"}},
		{"nothing", []string{strategy, "none", "execution.checkpointing.interval", "1 min"}, 0, []string{"ends"}},
		{"a longer wait each time", []string{strategy, "exponential-delay"}, 0, []string{"1s", "1.5s", "2.25s"}},
		{"a longer first wait", []string{strategy, "exponential-delay", exponential + "initial-backoff", "2 s"}, 0, []string{"2s", "3s", "4.5s"}},
		{"a longest wait", []string{strategy, "exponential-delay", exponential + "max-backoff", "2 s"}, 0, []string{"1s", "1.5s", "2s"}},
		{"faster growth", []string{strategy, "exponential-delay", exponential + "backoff-multiplier", "3"}, 0, []string{"1s", "3s", "9s"}},
		{"a new beginning after 10 s", []string{strategy, "exponential-delay", exponential + "reset-backoff-threshold", "10 s"}, 11 * time.Second, []string{"1s", "1s", "1s"}},
		{"two restarts in a row", []string{strategy, "exponential-delay", exponential + "attempts-before-reset-backoff", "2"}, 0, []string{"1s", "1.5s", "ends"}},
		{"one restart", []string{strategy, "fixed-delay"}, 0, []string{"1s", "ends"}},
		{"two restarts", []string{strategy, "fixed-delay", fixed + "attempts", "2"}, 0, []string{"1s", "1s", "ends"}},
		{"a restart after 5 s", []string{strategy, "fixed-delay", fixed + "delay", "5 s"}, 0, []string{"5s", "ends"}},
		{"one failure a minute", []string{strategy, "failure-rate"}, 11 * time.Second, []string{"1s", "ends"}},
		{"two failures a minute", []string{strategy, "failure-rate", rate + "max-failures-per-interval", "2"}, 11 * time.Second, []string{"1s", "1s", "ends"}},
		{"one failure in 10 s", []string{strategy, "failure-rate", rate + "failure-rate-interval", "10 s"}, 11 * time.Second, []string{"1s", "1s", "1s"}},
		{"a restart after 5 s, by the rate", []string{strategy, "failure-rate", rate + "delay", "5 s"}, 0, []string{"5s", "ends"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.Equal(t, test.waits, waits(t, test.running, set(t, slices.Concat(test.set, []string{exponential + "jitter-factor", "0"})...)))
			})
		})
	}
}
