package calls_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	goruntime "runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/calls"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/channel"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// job is a pipeline of the numbers from 0, in a bubble in which time passes when all wait.
type job struct {
	pipeline  calls.Calls
	results   *collect.Sink[int64]
	log       bytes.Buffer
	published chan int64
}

func newJob(numbers runtime.Source[int64], call calls.Call) *job {
	j := &job{results: collect.New[int64](), published: make(chan int64, 1000)}
	j.pipeline = calls.Calls{Numbers: numbers, Call: call, Results: j.results}
	return j
}

func (j *job) run(ctx context.Context, options ...runtime.Option) error {
	options = append([]runtime.Option{
		runtime.WithParallelism(1),
		runtime.WithLogger(slog.New(slog.NewTextHandler(&j.log, nil))),
		runtime.WithConfig(func(c *config.Config) { c.Checkpointing.Interval = 100 * time.Millisecond }),
		runtime.WithEvents(func(e runtime.Event) {
			if e.Kind == runtime.EventPublished {
				j.published <- e.Checkpoint
			}
		}),
	}, options...)
	return runtime.Run(ctx, &j.pipeline, options...)
}

func upTo(n int64) runtime.Source[int64] {
	return function.Source(n, func(i int64) int64 { return i })
}

// endless is a source of three numbers that may bring more.
func endless() runtime.Source[int64] {
	numbers := make(chan int64, 3)
	for i := range int64(3) {
		numbers <- i
	}
	return channel.Source(numbers)
}

// A call that does not return stops neither a checkpoint nor a cancel, whether there is more input or not.
func TestABlockedCallStopsNothing(t *testing.T) {
	for name, numbers := range map[string]func() runtime.Source[int64]{
		"more may come":           endless,
		"at the end of the input": func() runtime.Source[int64] { return upTo(3) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var under atomic.Int64
				j := newJob(numbers(), calls.Call{
					Made: func(ctx context.Context, n int64) error {
						if n == 1 {
							under.Add(1)
							defer under.Add(-1)
							<-ctx.Done()
							return ctx.Err()
						}
						return nil
					},
					Closed: func() { assert.Zero(t, under.Load(), "closed while a call is under way") },
				})
				ended := make(chan error)
				go func() { ended <- j.run(ctx) }()
				for range 5 {
					<-j.published
				}
				require.Equal(t, []int64{0}, j.results.Records(), "2 waits for 1")
				cancel()
				require.ErrorIs(t, <-ended, context.Canceled)
				require.NotContains(t, j.log.String(), "WARN")
			})
		})
	}
}

// A call that does not heed that its context has ended is left behind by a cancel, with a warning.
func TestACallThatHeedsNothingIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		blocked, release := make(chan struct{}), make(chan struct{})
		defer close(release)
		j := newJob(upTo(1), calls.Call{Made: func(context.Context, int64) error {
			close(blocked)
			<-release
			return nil
		}})
		ended := make(chan error)
		go func() { ended <- j.run(ctx) }()
		<-blocked
		began := time.Now()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.Equal(t, 3*time.Second, time.Since(began).Round(time.Second))
		require.Contains(t, j.log.String(), `msg="calls of Async go on although their context has ended: they are left behind" job=Calls operator=Call task="Call (1/1)" calls=1`)
	})
}

// A call has until its deadline: then it has failed, whether it heeds its context or not.
func TestTimeout(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context, release chan struct{}) error{
		"heeds its context": func(ctx context.Context, _ chan struct{}) error {
			deadline, ok := ctx.Deadline()
			if !ok || time.Until(deadline) != time.Second {
				return errors.New("the context has another deadline")
			}
			<-ctx.Done()
			return ctx.Err()
		},
		"ignores it": func(_ context.Context, release chan struct{}) error {
			<-release
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				defer close(release)
				j := newJob(upTo(1), calls.Call{
					Calls: async.Ordered{Timeout: time.Second},
					Made:  func(ctx context.Context, _ int64) error { return wait(ctx, release) },
				})
				began := time.Now()
				err := j.run(t.Context(), runtime.WithConfig(func(c *config.Config) { c.Restart.Strategy = config.NoRestart }))
				require.EqualError(t, err, "Calls: Call (1/1): operator Call: Async has not returned within its Timeout of 1s: context deadline exceeded")
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Less(t, time.Since(began), 5*time.Second)
			})
		})
	}
}

// A panic in a call, and one that never returns since its goroutine is gone, fail the job as an error does.
func TestCallsThatDoNotReturn(t *testing.T) {
	for _, test := range []struct {
		name string
		made func(context.Context, int64) error
		want string
	}{
		{"panics", func(context.Context, int64) error { panic("a bug") }, "operator Call: panic: a bug\n"},
		{"ends its goroutine", func(context.Context, int64) error { goruntime.Goexit(); return nil },
			"operator Call: Async has ended its goroutine (runtime.Goexit) instead of returning"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := newJob(upTo(3), calls.Call{Made: test.made}).run(t.Context(),
					runtime.WithConfig(func(c *config.Config) { c.Restart.Strategy = config.NoRestart }))
				require.ErrorContains(t, err, test.want)
			})
		})
	}
}

// What is in flight at a checkpoint is called again after a failure, and its results count once.
func TestCallsAreMadeAgainAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const numbers = 50
		var made [numbers]atomic.Int64
		failed := false // written by one call, before the others go on
		waiting := make(chan struct{})
		j := newJob(upTo(numbers), calls.Call{Calls: async.Ordered{Capacity: numbers}})
		j.pipeline.Call.Made = func(_ context.Context, n int64) error {
			if made[n].Add(1) > 1 || n < 10 {
				return nil
			}
			if n == 20 && !failed {
				failed = true
				<-j.published
				<-j.published
				close(waiting)
				return errors.New("the service is away")
			}
			<-waiting
			return nil
		}
		require.NoError(t, j.run(t.Context(), runtime.WithConfig(func(c *config.Config) {
			c.Restart.Strategy = config.FixedDelayStrategy
			c.Restart.FixedDelay = config.FixedDelay{Attempts: 1, Delay: time.Millisecond}
		})))
		results := j.results.Records()
		require.Len(t, results, numbers)
		require.True(t, slices.IsSorted(results))
		for n := range numbers {
			want := int64(1)
			if n >= 10 {
				want = 2
			}
			require.Equal(t, want, made[n].Load(), "calls for %d", n)
		}
	})
}

// As many calls are under way as the capacity allows, no more and no less.
func TestCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const numbers, capacity = 100, 7
		var under atomic.Int64
		release, ended := make(chan struct{}), make(chan error)
		j := newJob(upTo(numbers), calls.Call{Calls: async.Ordered{Capacity: capacity}})
		j.pipeline.Call.Made = func(context.Context, int64) error {
			under.Add(1)
			defer under.Add(-1)
			<-release
			return nil
		}
		go func() { ended <- j.run(t.Context()) }()
		for n := range numbers {
			synctest.Wait() // until all that runs waits for a call
			now := int(under.Load())
			require.LessOrEqual(t, now, capacity)
			require.Positive(t, now)
			if n == 0 {
				require.Equal(t, capacity, now)
			}
			release <- struct{}{}
		}
		require.NoError(t, <-ended)
		require.Len(t, j.results.Records(), numbers)
	})
}
