package runtime

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

// logTo returns a logger without times.
func logTo(b *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestRunOptions(t *testing.T) {
	var got Environment
	job := &fakeJob{name: "WordCount", run: func(_ context.Context, env Environment) (Outcome, error) {
		got = env
		return Finished, nil
	}}
	requests := make(chan Request)
	require.NoError(t, Run(t.Context(), &fakePipeline{job}))
	require.Equal(t, config.Default(), got.Config)

	require.NoError(t, Run(t.Context(), &fakePipeline{job},
		WithParallelism(9),
		WithCheckpoints("/data", time.Minute),
		Fresh(),
		WithConfig(func(c *config.Config) { c.Parallelism++ }),
		WithRequests(requests),
	))
	want := config.Default()
	want.Parallelism = 10
	want.Checkpointing.Dir, want.Checkpointing.Storage, want.Checkpointing.Interval = "/data", config.FileSystem, time.Minute
	want.Recovery.Fresh = true
	require.Equal(t, want, got.Config)
	require.Equal(t, (<-chan Request)(requests), got.Requests)
	require.NotNil(t, got.FS)
}

func TestRunReturns(t *testing.T) {
	disk, stop := errors.New("disk full"), errors.New("enough")
	for name, test := range map[string]struct {
		outcome Outcome
		err     error
		cancel  bool
		want    string
	}{
		"finished":             {outcome: Finished},
		"finished before":      {outcome: FinishedBefore},
		"stopped":              {outcome: Stopped},
		"cancelled by request": {outcome: Cancelled, want: "the job was cancelled"},
		"cancelled by context": {outcome: Cancelled, cancel: true, want: "enough"},
		"context's own error":  {err: context.Canceled, cancel: true, want: "enough"},
		"failed":               {err: disk, want: "WordCount: disk full"},
		"failed while ending":  {err: disk, cancel: true, want: "WordCount: disk full"},
		"finished in time":     {outcome: Finished, cancel: true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			job := &fakeJob{name: "WordCount", run: func(context.Context, Environment) (Outcome, error) {
				if test.cancel {
					cancel(stop)
				}
				return test.outcome, test.err
			}}
			err := Run(ctx, &fakePipeline{job})
			if test.want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.want)
			}
		})
	}
}

func TestRunRefusesMistakes(t *testing.T) {
	job := &fakeJob{name: "WordCount", run: func(context.Context, Environment) (Outcome, error) { panic("it was run") }}
	require.EqualError(t, Run(t.Context(), nil), "the pipeline is nil")
	require.EqualError(t, Run(t.Context(), &fakePipeline{job}, WithParallelism(0)), "WordCount: parallelism.default is 0: want at least 1")
	require.EqualError(t, Run(t.Context(), &fakePipeline{job}, WithConfig(func(c *config.Config) { c.Parallelisms = map[string]int{"Cuont": 2} })),
		`WordCount: parallelism.Cuont: unknown operator "Cuont": did you mean Count?`)
}

func TestEventsAreLoggedAndHeard(t *testing.T) {
	events := []Event{
		{Kind: EventRestoring, Checkpoint: 3},
		{Kind: EventRunning},
		{Kind: EventTriggered, Checkpoint: 4},
		{Kind: EventPrepared, Checkpoint: 4},
		{Kind: EventPublished, Checkpoint: 4, Size: 123, Duration: 45 * time.Millisecond},
		{Kind: EventCommitting, Checkpoint: 4},
		{Kind: EventCommitted, Checkpoint: 4},
		{Kind: EventCheckpointFailed, Checkpoint: 5, Err: errors.New("expired")},
		{Kind: EventCheckpointFailed, Checkpoint: 6, GivenUp: true, Err: errors.New("subsumed")},
		{Kind: EventFailed, Err: errors.New("disk full")},
		{Kind: EventRestarting, Delay: time.Second},
	}
	job := &fakeJob{name: "WordCount", run: func(_ context.Context, env Environment) (Outcome, error) {
		for _, e := range events {
			env.OnEvent(e)
		}
		return Finished, nil
	}}
	var log bytes.Buffer
	var heard []Event
	require.NoError(t, Run(t.Context(), &fakePipeline{job},
		WithLogger(logTo(&log, slog.LevelDebug)), WithEvents(func(e Event) { heard = append(heard, e) })))
	require.Equal(t, events, heard)
	require.Equal(t, `level=INFO msg="job restoring" job=WordCount checkpoint=3
level=INFO msg="job running" job=WordCount
level=DEBUG msg="checkpoint triggered" job=WordCount checkpoint=4
level=DEBUG msg="checkpoint prepared" job=WordCount checkpoint=4
level=INFO msg="checkpoint published" job=WordCount checkpoint=4 bytes=123 duration=45ms
level=DEBUG msg="checkpoint committing" job=WordCount checkpoint=4
level=DEBUG msg="checkpoint committed" job=WordCount checkpoint=4
level=WARN msg="checkpoint failed" job=WordCount checkpoint=5 error=expired
level=INFO msg="checkpoint given up" job=WordCount checkpoint=6 error=subsumed
level=WARN msg="job failed" job=WordCount error="disk full"
level=INFO msg="job restarting" job=WordCount delay=1s
`, log.String())
}

func TestFinishedBeforeIsLogged(t *testing.T) {
	var log bytes.Buffer
	job := &fakeJob{name: "WordCount", run: func(context.Context, Environment) (Outcome, error) { return FinishedBefore, nil }}
	require.NoError(t, Run(t.Context(), &fakePipeline{job}, WithLogger(logTo(&log, slog.LevelInfo))))
	require.Equal(t, "level=INFO msg=\"the job had finished before, nothing was done; Fresh runs it again from nothing\" job=WordCount\n", log.String())
}
