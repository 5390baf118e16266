package core_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// TestRetention ends a job in every way under every retention and looks whether a start could go on from a checkpoint.
func TestRetention(t *testing.T) {
	for _, test := range []struct {
		retention config.Retention
		kept      map[string]bool
	}{
		{config.NoExternalizedCheckpoints, map[string]bool{"finished": false, "cancelled": false, "failed": false}},
		{config.DeleteOnCancellation, map[string]bool{"finished": false, "cancelled": false, "failed": true}},
		{config.RetainOnCancellation, map[string]bool{"finished": false, "cancelled": true, "failed": true}},
	} {
		for _, end := range []string{"finished", "cancelled", "failed"} {
			t.Run(fmt.Sprintf("%v/%s", test.retention, end), func(t *testing.T) {
				t.Parallel()
				disk := vfs.NewMem()
				endAfterCheckpoint(t, disk, end, test.retention)
				head, err := chain.Look(disk, "/checkpoints/WordCount", "WordCount")
				require.NoError(t, err)
				require.Equal(t, test.kept[end], head.Status == checkpoint.Running && len(head.Checkpoint.Subtasks) > 0, "%+v", head)
				files, err := disk.ReadDir("/checkpoints/WordCount/data")
				require.NoError(t, err)
				require.Equal(t, test.kept[end], len(files) > 0, "snapshots are deleted with their checkpoints: %v", files)
			})
		}
	}
}

// endAfterCheckpoint runs a job until a checkpoint is complete, and lets it end so.
func endAfterCheckpoint(t *testing.T, disk vfs.FS, end string, retention config.Retention) {
	t.Helper()
	c := config.Default()
	c.Parallelism = 1
	c.Restart.Strategy = config.NoRestart
	c.Checkpointing.Storage, c.Checkpointing.Dir = config.FileSystem, "/checkpoints"
	c.Checkpointing.Interval, c.Checkpointing.InlineThreshold = 10*time.Millisecond, 0
	set(t, "execution.checkpointing.externalized-checkpoint-retention", retention.String())(&c)
	requests, complete, once := make(chan runtime.Request, 1), make(chan struct{}), sync.Once{}
	isComplete := func() bool {
		select {
		case <-complete:
			return true
		default:
			return false
		}
	}
	lines := function.Source(-1, func(int64) string { return "a" })
	if end == "finished" {
		lines = function.Of("a", "b")
	}
	broken := errors.New("broken")
	sink := function.Sink(func([]wordcount.Total) error {
		if end == "failed" && isComplete() {
			return broken
		}
		return nil
	})
	outcome, err := (&wordcount.WordCount{Lines: lines, Totals: sink}).StreamgenJob().Run(t.Context(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: disk, Requests: requests,
		OnEvent: func(e runtime.Event) {
			if e.Kind == runtime.EventCommitted {
				once.Do(func() {
					close(complete)
					if end == "cancelled" {
						requests <- runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}}
					}
				})
			}
		},
	})
	switch end {
	case "failed":
		require.ErrorIs(t, err, broken)
	case "cancelled":
		require.NoError(t, err)
		require.Equal(t, runtime.Cancelled, outcome)
	default:
		require.NoError(t, err)
		require.Equal(t, runtime.Finished, outcome)
	}
}

// What a stop leaves is as many checkpoints as are to be kept.
func TestSoManyCheckpointsAreKept(t *testing.T) {
	for _, keep := range []int{1, 3} {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			disk, c, published := vfs.NewMem(), often(), 0
			set(t, "execution.checkpointing.num-retained", fmt.Sprint(keep))(&c)
			job := (&wordcount.WordCount{Lines: &paced{lengths: []byte{200, 200}}, Totals: collect.New[wordcount.Total]()}).StreamgenJob()
			s := begun(t, job, c, disk, "/job", func(e runtime.Event) {
				if e.Kind == runtime.EventPublished {
					published++
				}
			})
			for published < 6 {
				require.True(t, s.Step())
			}
			s.Request(runtime.Request{Kind: runtime.RequestStop, Reply: func(string, error) {}})
			for s.Step() {
			}
			kept, err := chain.List(disk, "/job")
			require.NoError(t, err)
			require.Len(t, kept, keep)
		})
	}
}

// A job that waits to start again after a failure has nothing to take a savepoint of. Asked to stop it keeps its last checkpoint, from which the next
// start goes on, and asked to cancel it does as its retention says.
func TestRetentionOfAJobThatWaitsToStartAgain(t *testing.T) {
	for _, test := range []struct {
		kind      runtime.RequestKind
		retention config.Retention
		kept      bool
	}{
		{runtime.RequestStop, config.NoExternalizedCheckpoints, true},
		{runtime.RequestStop, config.DeleteOnCancellation, true},
		{runtime.RequestDrain, config.DeleteOnCancellation, true},
		{runtime.RequestCancel, config.DeleteOnCancellation, false},
		{runtime.RequestCancel, config.RetainOnCancellation, true},
	} {
		t.Run(fmt.Sprintf("%v/%v", test.kind, test.retention), func(t *testing.T) {
			disk, requests, broken := vfs.NewMem(), make(chan runtime.Request, 1), atomic.Bool{}
			c := config.Default()
			c.Parallelism = 1
			c.Restart.Strategy, c.Restart.FixedDelay = config.FixedDelayStrategy, config.FixedDelay{Attempts: 1, Delay: time.Hour}
			c.Checkpointing.Storage, c.Checkpointing.Dir = config.FileSystem, "/checkpoints"
			c.Checkpointing.Interval, c.Checkpointing.Retention = 10*time.Millisecond, test.retention
			sink := function.Sink(func([]wordcount.Total) error {
				if broken.Load() {
					return errors.New("broken")
				}
				return nil
			})
			lines := function.Source(-1, func(int64) string { return "a" })
			outcome, err := (&wordcount.WordCount{Lines: lines, Totals: sink}).StreamgenJob().Run(t.Context(), runtime.Environment{
				Config: c, Logger: slog.New(slog.DiscardHandler), FS: disk, Requests: requests,
				OnEvent: func(e runtime.Event) {
					switch e.Kind {
					case runtime.EventCommitted:
						broken.Store(true)
					case runtime.EventRestarting:
						requests <- runtime.Request{Kind: test.kind, Reply: func(string, error) {}}
					}
				},
			})
			require.NoError(t, err)
			require.Equal(t, runtime.Cancelled, outcome)
			head, err := chain.Look(disk, "/checkpoints/WordCount", "WordCount")
			require.NoError(t, err)
			require.Equal(t, test.kept, head.Status == checkpoint.Running && len(head.Checkpoint.Subtasks) > 0, "%+v", head)
		})
	}
}

// gone is a source that finds no input any more once it is so.
type gone struct {
	runtime.Source[string]
	gone *atomic.Bool
}

func (g gone) Splits(ctx context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if g.gone.Load() {
		return nil, errors.New("the input is gone")
	}
	return g.Source.Splits(ctx, known)
}

// The same holds when the job could not start again, and so has taken its folder over once more.
func TestRetentionOfAJobThatCannotStartAgain(t *testing.T) {
	for _, test := range []struct {
		end       string
		restarts  int // before it fails for good
		retention config.Retention
		kept      bool
	}{
		{"cancelled", 2, config.DeleteOnCancellation, false},
		{"cancelled", 2, config.RetainOnCancellation, true},
		{"failed", 1, config.NoExternalizedCheckpoints, false},
		{"failed", 1, config.DeleteOnCancellation, true},
	} {
		t.Run(fmt.Sprintf("%s/%v", test.end, test.retention), func(t *testing.T) {
			disk, requests, broken, restarts := vfs.NewMem(), make(chan runtime.Request, 1), atomic.Bool{}, 0
			c := config.Default()
			c.Parallelism = 1
			delay := &c.Restart.ExponentialDelay // the second one is so long that it is cancelled
			delay.InitialBackoff, delay.MaxBackoff, delay.BackoffMultiplier, delay.Attempts = time.Millisecond, time.Hour, 1e9, test.restarts
			c.Checkpointing.Storage, c.Checkpointing.Dir = config.FileSystem, "/checkpoints"
			c.Checkpointing.Interval, c.Checkpointing.Retention = 10*time.Millisecond, test.retention
			sink := function.Sink(func([]wordcount.Total) error {
				if broken.Load() {
					return errors.New("broken")
				}
				return nil
			})
			lines := gone{function.Source(-1, func(int64) string { return "a" }), &broken}
			outcome, err := (&wordcount.WordCount{Lines: lines, Totals: sink}).StreamgenJob().Run(t.Context(), runtime.Environment{
				Config: c, Logger: slog.New(slog.DiscardHandler), FS: disk, Requests: requests,
				OnEvent: func(e runtime.Event) {
					switch e.Kind {
					case runtime.EventCommitted:
						broken.Store(true)
					case runtime.EventRestarting:
						if restarts++; restarts == 2 && test.end == "cancelled" {
							requests <- runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}}
						}
					}
				},
			})
			if test.end == "failed" {
				require.ErrorContains(t, err, "the input is gone")
			} else {
				require.NoError(t, err)
				require.Equal(t, runtime.Cancelled, outcome)
			}
			head, err := chain.Look(disk, "/checkpoints/WordCount", "WordCount")
			require.NoError(t, err)
			require.Equal(t, test.kept, head.Status == checkpoint.Running && len(head.Checkpoint.Subtasks) > 0, "%+v", head)
		})
	}
}

// A savepoint that is written while the job is cancelled leaves no data with the job.
func TestACancelAmidASavepointLeavesNoData(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Checkpointing.Retention, c.Checkpointing.InlineThreshold, c.Checkpointing.Interval = config.DeleteOnCancellation, 0, 0
	var s *core.Simulation
	s = begun(t, counting(fs, "/out"), c, fs, "/job", func(e runtime.Event) {
		if e.Kind == runtime.EventPrepared {
			s.Request(runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}})
		}
	})
	s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(string, error) {}})
	for s.Step() {
	}
	outcome, err, _ := s.Outcome()
	require.NoError(t, err)
	require.Equal(t, runtime.Cancelled, outcome)
	files, err := fs.ReadDir("/job/data")
	require.NoError(t, err)
	require.Empty(t, files)
}

// So does a checkpoint whose manifest cannot be published while the job is cancelled.
func TestACancelAmidAPublishThatFailsLeavesNoData(t *testing.T) {
	disk, fails := vfs.NewMem(), 0
	fs := vfs.Inject(disk, func(op vfs.Op, name string) error {
		if fails > 0 && op == vfs.OpCreate && strings.HasPrefix(path.Base(name), "manifest-") {
			fails--
			return syscall.ENOSPC
		}
		return nil
	})
	c := often()
	c.Checkpointing.Retention, c.Checkpointing.InlineThreshold, c.Checkpointing.MaxConcurrent = config.DeleteOnCancellation, 0, 1
	var s *core.Simulation
	s = begun(t, counting(disk, "/out"), c, fs, "/job", func(e runtime.Event) {
		if e.Kind == runtime.EventPrepared {
			fails = 1
			s.Request(runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}})
		}
	})
	for s.Step() {
	}
	outcome, err, _ := s.Outcome()
	require.NoError(t, err)
	require.Equal(t, runtime.Cancelled, outcome)
	require.Zero(t, fails)
	files, err := disk.ReadDir("/job/data")
	require.NoError(t, err)
	require.Empty(t, files)
}
