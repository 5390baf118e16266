package core_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// A line is read each millisecond, or a little later.
func TestCheckpointsAreTakenEveryInterval(t *testing.T) {
	for _, test := range []struct {
		interval        string
		atLeast, atMost int
	}{{"off", 0, 0}, {"20 ms", 8, 13}, {"50 ms", 3, 5}, {"1 h", 0, 0}} {
		t.Run(test.interval, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{200}}}
			outcome, err := r.run(t, 0, set(t, "execution.checkpointing.interval", test.interval))
			require.NoError(t, err)
			require.Equal(t, runtime.Finished, outcome)
			n := r.between(0, 0, 199)
			require.GreaterOrEqual(t, n, test.atLeast)
			require.LessOrEqual(t, n, test.atMost)
		})
	}
}

func TestThereIsAPauseAfterEachCheckpoint(t *testing.T) {
	for _, test := range []struct {
		pause           string
		atLeast, atMost int
	}{{"0", 16, 26}, {"60 ms", 2, 4}} {
		t.Run(test.pause, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{200}}}
			_, err := r.run(t, 0, set(t, "execution.checkpointing.min-pause", test.pause))
			require.NoError(t, err)
			n := r.between(0, 0, 199)
			require.GreaterOrEqual(t, n, test.atLeast)
			require.LessOrEqual(t, n, test.atMost)
		})
	}
}

// slowCommits is a sink that commits what the first checkpoint has prepared after a while only, and acknowledges no other until then.
func slowCommits(fails int) runtime.Sink[wordcount.Total] {
	return &failingCommits{collect.New[wordcount.Total](), fails, errors.New("the service is away")}
}

func TestSoManyCheckpointsAreUnderWay(t *testing.T) {
	for _, test := range []struct {
		most string
		want int
	}{{"1", 1}, {"3", 3}} {
		t.Run(test.most, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{200}}, totals: slowCommits(1)}
			_, err := r.run(t, 0, set(t, "execution.checkpointing.max-concurrent-checkpoints", test.most))
			require.NoError(t, err)
			pending, most := 0, 0
			for _, kind := range r.kinds {
				switch kind {
				case runtime.EventTriggered:
					pending++
					most = max(most, pending)
				case runtime.EventPublished, runtime.EventCheckpointFailed:
					pending--
				}
			}
			require.Equal(t, test.want, most)
		})
	}
}

func TestACheckpointIsGivenUpAfterItsTimeout(t *testing.T) {
	for _, test := range []struct {
		timeout string
		expires bool
	}{{"50 ms", true}, {"1 min", false}} {
		t.Run(test.timeout, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{200}}, totals: slowCommits(1)}
			_, err := r.run(t, 0, set(t, "execution.checkpointing.timeout", test.timeout))
			if !test.expires {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, coordinator.ErrTooManyFailures)
			require.ErrorContains(t, err, "expired after 50ms (execution.checkpointing.timeout)")
		})
	}
}

func TestSoManyFailedCheckpointsAreTolerated(t *testing.T) {
	for _, test := range []struct {
		tolerated string
		failed    int
	}{{"0", 1}, {"2", 3}} {
		t.Run(test.tolerated, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{250}}, totals: slowCommits(5)}
			_, err := r.run(t, 0, func(c *config.Config) {
				c.Checkpointing.Timeout = 20 * time.Millisecond
				set(t, "execution.checkpointing.tolerable-failed-checkpoints", test.tolerated)(c)
			})
			require.ErrorIs(t, err, coordinator.ErrTooManyFailures)
			failed := 0
			for _, kind := range r.kinds {
				if kind == runtime.EventCheckpointFailed {
					failed++
				}
			}
			require.Equal(t, test.failed, failed)
		})
	}
}

// User code that does not return fails the job after that time, or never. The clock goes on when all wait.
func TestUserCodeMayKeepASubtaskForSoLong(t *testing.T) {
	for limit, want := range map[string]time.Duration{"1 s": time.Second, "5 min": 5 * time.Minute} {
		t.Run(limit, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := runBlocking(t.Context(), t, &blocking{inWrite: true, heedsDone: true}, set(t, "execution.checkpointing.synchronous-timeout", limit))
				var stuck *core.StuckError
				require.ErrorAs(t, err, &stuck)
				kept := time.Since(began)
				require.GreaterOrEqual(t, kept, want)
				require.Less(t, kept, 2*want)
			})
		})
	}
	t.Run("off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			const patience = 5 * time.Minute // less than a checkpoint has
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			began := time.Now()
			err := runBlocking(ctx, t, &blocking{inWrite: true, heedsDone: true}, set(t, "execution.checkpointing.synchronous-timeout", "off"))
			require.NotErrorAs(t, err, new(*core.StuckError))
			require.GreaterOrEqual(t, time.Since(began), patience)
		})
	})
}
