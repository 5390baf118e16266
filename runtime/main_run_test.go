package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/internal/control"
)

func TestRunEnds(t *testing.T) {
	progress := Progress{Operators: []OperatorProgress{{"Lines", 1200}, {"Totals", 34}}}
	published := Event{Kind: EventPublished, Checkpoint: 1, Size: 10, Duration: time.Millisecond}
	for name, test := range map[string]struct {
		outcome   Outcome
		err       error
		code      int
		want      string
		restarted bool
	}{
		"restarted": {
			Finished, nil, exitOK,
			"WordCount finished after 0s: Lines 1 200, Totals 34 records; 1 checkpoint; 1 restart (records that were read again count again)\n", true,
		},
		"finished":  {Finished, nil, exitOK, "WordCount finished after 0s: Lines 1 200, Totals 34 records; 1 checkpoint\n", false},
		"before":    {FinishedBefore, nil, exitOK, "WordCount had finished before: nothing to do; --fresh runs it again from nothing\n", false},
		"stopped":   {Stopped, nil, exitOK, "WordCount stopped after 0s: Lines 1 200, Totals 34 records; 1 checkpoint in DIR/WordCount\n", false},
		"cancelled": {Cancelled, nil, exitOK, "WordCount cancelled after 0s: Lines 1 200, Totals 34 records; 1 checkpoint in DIR/WordCount\n", false},
		"failed": {
			0, errors.New("Count: disk full"), exitFailed,
			"WordCount failed after 0s: Lines 1 200, Totals 34 records; 1 checkpoint in DIR/WordCount\n" +
				"wordcount: WordCount: Count: disk full\n", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := newCommand("run", "-Dexecution.checkpointing.dir="+dir, "--log-level", "error")
			c.job.progress = progress
			c.job.run = func(_ context.Context, env Environment) (Outcome, error) {
				if err := takeFolder(env, "WordCount"); err != nil {
					return 0, err
				}
				env.OnEvent(published)
				if test.restarted {
					env.OnEvent(Event{Kind: EventRestarting, Tasks: []string{"Lines"}})
					env.OnEvent(Event{Kind: EventRunning, Tasks: []string{"Lines"}})
				}
				return test.outcome, test.err
			}
			c.requireExit(t, test.code)
			require.Equal(t, test.want, strings.ReplaceAll(c.err.String(), dir, "DIR"))
			require.Empty(t, c.out.String(), "standard output is the pipeline's")
			require.NoFileExists(t, filepath.Join(dir, "WordCount", control.SocketName))
		})
	}
}

func TestRunWritesOnlyJSONIfAsked(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.interval=off", "--log-format=json")
	c.columns = func() (int, bool) { return 80, true }
	c.job.run = func(_ context.Context, env Environment) (Outcome, error) {
		env.OnEvent(Event{Kind: EventFailed, Err: errors.New("disk full")})
		env.OnEvent(Event{Kind: EventRestarting, Delay: time.Second})
		return Finished, nil
	}
	c.requireExit(t, exitOK)
	var messages []string
	for line := range strings.Lines(c.err.String()) {
		var record struct{ Msg, Job, Error string }
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		messages = append(messages, strings.TrimSpace(record.Msg+" "+record.Error))
	}
	require.Equal(t, []string{"starting", "job failed disk full", "job restarting", "WordCount finished after 0s; no checkpoints"}, messages)
}

func TestRunShowsProgress(t *testing.T) {
	for name, test := range map[string]struct {
		terminal bool
		every    time.Duration
		want     string
	}{
		"on a terminal": {true, redrawEvery, "Lines 100/s\nrunning 1s, no checkpoint yet\n\x1b[2F\x1b[J"},
		"in a log":      {false, logEvery, `msg=progress job=WordCount records.Lines=100 per_second.Lines=100`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCommand("run", "-Dexecution.checkpointing.interval=off")
			c.columns = func() (int, bool) { return 80, test.terminal }
			tick := c.tick
			c.tick = func(d time.Duration) (<-chan time.Time, func()) {
				require.Equal(t, test.every, d)
				return tick(d)
			}
			c.job.progress = Progress{Operators: []OperatorProgress{{"Lines", 100}}}
			c.job.run = func(context.Context, Environment) (Outcome, error) {
				c.ticks <- testStart.Add(time.Second)
				return Finished, nil
			}
			c.requireExit(t, exitOK)
			require.Contains(t, c.err.String(), test.want)
		})
	}
}

// stoppable runs until it is asked to stop, and then does as answer says.
func stoppable(c *command, answer func(Request) (Outcome, error)) (running <-chan struct{}) {
	started := make(chan struct{})
	c.job.run = func(ctx context.Context, env Environment) (Outcome, error) {
		if err := takeFolder(env, c.job.name); err != nil {
			return 0, err
		}
		close(started)
		for {
			select {
			case <-ctx.Done():
				return Cancelled, nil
			case r := <-env.Requests:
				if r.Kind == RequestSavepoint {
					r.Reply("/savepoints/1", nil)
					continue
				}
				return answer(r)
			}
		}
	}
	return started
}

func stopped(r Request) (Outcome, error) {
	r.Reply("/savepoints/2", nil)
	return Stopped, nil
}

func TestSignalStopsWithASavepoint(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			c := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
			stoppable(c, func(r Request) (Outcome, error) {
				require.Equal(t, RequestStop, r.Kind)
				return stopped(r)
			})
			wait := c.start(t)
			c.signals <- signal
			require.Equal(t, exitOK, wait())
			require.Contains(t, c.err.String(), "stopping with a savepoint; interrupt again to cancel without one\n")
			require.Contains(t, c.err.String(), "the next run goes on from what is in /savepoints/2\n")
		})
	}
}

func TestSecondInterruptCancels(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
	c.job.run = func(ctx context.Context, env Environment) (Outcome, error) {
		<-env.Requests // the stop, which takes for ever
		c.signals <- syscall.SIGTERM
		c.signals <- os.Interrupt
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	wait := c.start(t)
	c.signals <- os.Interrupt
	require.Equal(t, exitOK, wait())
	require.Contains(t, c.err.String(), "cancelling; interrupt again to wait no longer\n")
	require.Contains(t, c.err.String(), "WordCount cancelled after 0s")
}

func TestThirdInterruptWaitsNoLonger(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
	release := make(chan struct{})
	c.job.run = func(context.Context, Environment) (Outcome, error) {
		<-release
		return Cancelled, nil
	}
	wait := c.start(t)
	for range 3 {
		c.signals <- os.Interrupt
	}
	require.Equal(t, exitFailed, wait())
	close(release)
	require.Contains(t, c.err.String(), "wordcount: WordCount: gave up waiting for the job to end")
}

// heard returns a channel that gets a value whenever a line with text is written.
func (b *safeBuffer) heard(text string) (io.Writer, <-chan struct{}) {
	heard := make(chan struct{}, 10)
	return writerFunc(func(p []byte) (int, error) {
		n, err := b.Write(p)
		if strings.Contains(string(p), text) {
			heard <- struct{}{}
		}
		return n, err
	}), heard
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestFailedStopLeavesTheJobRunning(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
	writer, failed := c.err.heard("the stop failed, and the job goes on: disk full; interrupt again to cancel it without a savepoint\n")
	c.program.err = writer
	stops := 0
	c.job.run = func(ctx context.Context, env Environment) (Outcome, error) {
		for {
			select {
			case r := <-env.Requests:
				stops++
				r.Reply("", errors.New("disk full"))
			case <-ctx.Done():
				return Cancelled, nil
			}
		}
	}
	wait := c.start(t)
	c.signals <- os.Interrupt
	<-failed
	c.signals <- syscall.SIGTERM // asks again
	<-failed
	c.signals <- os.Interrupt
	require.Equal(t, exitOK, wait())
	require.Equal(t, 2, stops)
}

// A job that waits to start again has nothing to take a savepoint of: it ends, and that is what is said.
func TestSignalEndsAJobThatWaitsToRestart(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.dir="+t.TempDir())
	c.job.run = func(_ context.Context, env Environment) (Outcome, error) {
		r := <-env.Requests
		require.Equal(t, RequestStop, r.Kind)
		r.Reply("", fmt.Errorf("the job had failed: %w; go on", ErrNoSavepoint))
		return Cancelled, nil
	}
	wait := c.start(t)
	c.signals <- syscall.SIGTERM
	require.Equal(t, exitOK, wait())
	require.NotContains(t, c.err.String(), "the stop failed")
	require.Contains(t, c.err.String(), "the job had failed: it ends without a savepoint; go on\n")
}

func TestInterruptCancelsWhereNoSavepointCanBe(t *testing.T) {
	c := newCommand("run", "-Dexecution.checkpointing.interval=off")
	c.job.run = func(ctx context.Context, _ Environment) (Outcome, error) {
		<-ctx.Done()
		return Cancelled, nil
	}
	wait := c.start(t)
	c.signals <- syscall.SIGTERM
	require.Equal(t, exitOK, wait())
	require.Contains(t, c.err.String(), "cancelling: there is no folder for a savepoint")
}
