package core_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// answered is what came of a request.
type answered struct {
	path string
	err  error
}

// stopAt asks a word count of 200 lines for a stop when it has read so many, and runs it to its end.
func stopAt(t *testing.T, fs vfs.FS, totals runtime.Sink[wordcount.Total], kind runtime.RequestKind, line byte, change func(*config.Config)) (runtime.Outcome, answered, error) {
	t.Helper()
	c := config.Default()
	c.Parallelism = 1
	c.Checkpointing.Interval = 10 * time.Millisecond
	if change != nil {
		change(&c)
	}
	var s *core.Simulation
	var answer answered
	source := &paced{lengths: []byte{200}, read: func(_ int, at byte) {
		if at == line {
			s.Request(runtime.Request{Kind: kind, Reply: func(path string, err error) { answer = answered{path, err} }})
		}
	}}
	s, err := core.Simulate((&wordcount.WordCount{Lines: source, Totals: totals}).StreamgenJob(), c, fs, "/job", rand.New(rand.NewPCG(3, 4)), nil)
	if err != nil {
		return 0, answer, err
	}
	for s.Step() {
	}
	outcome, err, stuck := s.Outcome()
	require.False(t, stuck)
	return outcome, answer, err
}

func TestStopWithDrain(t *testing.T) {
	disk, totals := vfs.NewMem(), collect.New[wordcount.Total]()
	outcome, answer, err := stopAt(t, disk, totals, runtime.RequestDrain, 50, nil)
	require.NoError(t, err)
	require.Equal(t, runtime.Stopped, outcome)
	require.Equal(t, answered{"/job", nil}, answer)
	n := len(totals.Records())
	require.GreaterOrEqual(t, n, 50, "what was read is out")
	require.Less(t, n, 200)

	const refused = "checkpoint 7 is not one to go on from: it was taken by a stop with drain, which told every operator that the input had ended: " +
		"timers have fired and what was gathered was flushed, so more input would be counted against results that are out; --fresh begins from nothing, " +
		"or start from a savepoint before it, with a folder of its own"
	_, _, err = stopAt(t, disk, totals, runtime.RequestDrain, 255, nil)
	require.EqualError(t, err, refused)
	require.True(t, core.IsDrained(err))
	require.Len(t, totals.Records(), n)

	outcome, _, err = stopAt(t, disk, totals, runtime.RequestDrain, 255, func(c *config.Config) { c.Recovery.Fresh = true })
	require.NoError(t, err)
	require.Equal(t, runtime.Finished, outcome)
	require.Len(t, totals.Records(), n+200)
}

// A stop without drain flushes nothing and is gone on from.
func TestStopWithoutDrain(t *testing.T) {
	disk, totals := vfs.NewMem(), collect.New[wordcount.Total]()
	_, answer, err := stopAt(t, disk, totals, runtime.RequestStop, 50, nil)
	require.NoError(t, err)
	require.Equal(t, answered{"/job", nil}, answer)
	outcome, _, err := stopAt(t, disk, totals, runtime.RequestStop, 255, nil)
	require.NoError(t, err)
	require.Equal(t, runtime.Finished, outcome)
	require.Len(t, totals.Records(), 200)
}

// A stop whose savepoint is there, but whose job then fails, names the savepoint.
func TestStopThatFailsAfterItsSavepointNamesIt(t *testing.T) {
	for _, test := range []struct {
		name string
		kind runtime.RequestKind
	}{{"stop", runtime.RequestStop}, {"drain", runtime.RequestDrain}} {
		t.Run(test.name, func(t *testing.T) {
			away := errors.New("the service is away")
			disk, totals := vfs.NewMem(), &failingCommits{collect.New[wordcount.Total](), 100, away}
			quiet := func(c *config.Config) { c.Checkpointing.Interval, c.CommitRetries = 0, 0 }
			_, answer, err := stopAt(t, disk, totals, test.kind, 50, quiet)
			require.ErrorIs(t, err, away)
			require.Equal(t, "/job", answer.path)
			require.EqualError(t, answer.err, "the savepoint in /job is complete, but the job did not end with it: "+
				"the job failed: Count (1/1): sink Totals: commit: the service is away")

			totals.fails = 0
			outcome, _, err := stopAt(t, disk, totals, test.kind, 255, quiet)
			if test.kind == runtime.RequestDrain {
				require.True(t, core.IsDrained(err))
				require.NotEmpty(t, totals.Records(), "the start commits before it refuses to go on")
				return
			}
			require.NoError(t, err)
			require.Equal(t, runtime.Finished, outcome)
			require.Len(t, totals.Records(), 200)
		})
	}
}

// A stop whose savepoint cannot be written fails. Without drain the job goes on; with drain there is no input left to go on with, so it fails
// and goes back to its last checkpoint.
func TestStopThatFailsInItsSnapshot(t *testing.T) {
	for _, test := range []struct {
		name   string
		kind   runtime.RequestKind
		goesOn bool
		want   string // at the end of the answer
	}{
		{"stop", runtime.RequestStop, true, "no space left on device"},
		{"drain", runtime.RequestDrain, false, "; the input was ended for it, so the job goes back to its last checkpoint"},
	} {
		t.Run(test.name, func(t *testing.T) {
			disk, failures := vfs.NewMem(), 1
			broken := vfs.Inject(disk, func(op vfs.Op, name string) error {
				if failures > 0 && op == vfs.OpWrite && strings.Contains(name, "/data/") {
					failures--
					return syscall.ENOSPC
				}
				return nil
			})
			totals := collect.New[wordcount.Total]()
			outcome, answer, err := stopAt(t, broken, totals, test.kind, 50, func(c *config.Config) {
				c.Checkpointing.Interval, c.Checkpointing.InlineThreshold = 0, 0
			})
			require.ErrorContains(t, answer.err, "checkpoint 1: Count (1/1): store its snapshot: ")
			require.ErrorContains(t, answer.err, test.want)
			require.Empty(t, answer.path)
			if test.goesOn {
				require.NoError(t, err)
				require.Equal(t, runtime.Finished, outcome)
			} else {
				require.ErrorIs(t, err, syscall.ENOSPC)
				_, _, err = stopAt(t, disk, totals, runtime.RequestStop, 255, nil)
				require.NoError(t, err)
			}
			require.Len(t, totals.Records(), 200)
		})
	}
}

// In the driver with goroutines: what was read is out, nothing goes on from there, and a drain whose run fails at its commit is ended by the
// restart.
func TestDrainOfARunningJob(t *testing.T) {
	for _, fails := range []int{0, 1} {
		t.Run(fmt.Sprint(fails, " failures"), func(t *testing.T) {
			c := config.Default()
			c.Parallelism = 2
			c.CommitRetries = 0
			c.Checkpointing.Storage, c.Checkpointing.Dir = config.FileSystem, "/checkpoints"
			c.Restart.Strategy, c.Restart.FixedDelay.Delay = config.FixedDelayStrategy, 0
			disk, requests := vfs.NewMem(), make(chan runtime.Request, 1)
			read, once := make(chan struct{}), sync.Once{}
			totals := &failingCommits{collect.New[wordcount.Total](), fails, errors.New("the service is away")}
			run := func() (runtime.Outcome, error) {
				lines := function.Source(-1, func(i int64) string {
					if i > 100 {
						once.Do(func() { close(read) })
					}
					return "a"
				})
				return (&wordcount.WordCount{Lines: lines, Totals: totals}).StreamgenJob().Run(t.Context(), runtime.Environment{
					Config: c, Logger: slog.New(slog.DiscardHandler), FS: disk, Requests: requests,
				})
			}
			answers := make(chan answered, 1)
			go func() {
				<-read
				requests <- runtime.Request{Kind: runtime.RequestDrain, Reply: func(path string, err error) { answers <- answered{path, err} }}
			}()
			outcome, err := run()
			require.NoError(t, err)
			require.Equal(t, runtime.Stopped, outcome)
			answer := <-answers
			require.Equal(t, "/checkpoints/WordCount", answer.path)
			require.Equal(t, fails > 0, answer.err != nil, "%v", answer.err)
			require.Greater(t, len(totals.Records()), 100)
			_, err = run()
			require.True(t, core.IsDrained(err), "%v", err)
		})
	}
}
