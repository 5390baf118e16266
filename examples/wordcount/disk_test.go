package wordcount_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// events is what a job has told of itself.
type events struct {
	mu  sync.Mutex
	all []runtime.Event
}

func (e *events) add(event runtime.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

// errorsOf returns what went wrong in events of a kind.
func (e *events) errorsOf(kind runtime.EventKind) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []string
	for _, event := range e.all {
		if event.Kind == kind {
			found = append(found, fmt.Sprint(event.Err))
		}
	}
	return found
}

// diskJob runs word count in this process, over file systems that the test damages. Checkpoints may fail 3 times in a row.
func diskJob(t *testing.T, j job, checkpoints, output vfs.FS) (*events, error) {
	t.Helper()
	p := &wordcount.WordCount{
		Lines:  slowly{Source: file.Lines(j.globs...), lines: 8, every: time.Millisecond, read: func() {}},
		Totals: file.JSONL[wordcount.Total](j.output).On(output),
	}
	c := config.ForMain()
	c.Parallelism = 2
	c.Checkpointing.Storage = config.FileSystem
	c.Checkpointing.Dir = j.checkpoints
	c.Checkpointing.Interval = 20 * time.Millisecond
	c.Checkpointing.InlineThreshold = 0
	c.Checkpointing.TolerableFailures = 3
	c.Restart.Strategy = config.FixedDelayStrategy
	c.Restart.FixedDelay.Attempts = 1
	c.Restart.FixedDelay.Delay = time.Millisecond
	require.NoError(t, config.Validate(c))
	heard := &events{}
	_, err := p.StreamgenJob().Run(context.Background(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), OnEvent: heard.add, FS: checkpoints,
	})
	return heard, err
}

// full is a disk on which the operations from the first up to the last find no space, counted among those of a kind on names with part
// in them.
func full(op vfs.Op, part string, first, last int64) vfs.FS {
	var n atomic.Int64
	return vfs.Inject(vfs.OS(), func(o vfs.Op, name string) error {
		if o != op || !strings.Contains(name, part) {
			return nil
		}
		if i := n.Add(1); i < first || i > last {
			return nil
		}
		return syscall.ENOSPC
	})
}

// While the disk of the checkpoints is full, checkpoints fail, and the job goes on.
func TestFullDiskOfCheckpoints(t *testing.T) {
	for _, test := range []struct {
		name, part string
		op         vfs.Op
	}{
		{"data cannot be made", "/data/", vfs.OpCreate},
		{"data is cut", "/data/", vfs.OpWrite},
		{"manifest cannot be written", "/.new/", vfs.OpWrite},
		{"manifest cannot be linked", "manifest-", vfs.OpLink},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := text(t, 4000)
			j := newJob(t, in)
			heard, err := diskJob(t, j, full(test.op, test.part, 5, 6), vfs.OS())
			require.NoError(t, err)
			failures := heard.errorsOf(runtime.EventCheckpointFailed)
			require.NotEmpty(t, failures)
			for _, failure := range failures {
				require.Contains(t, failure, "no space left on device")
			}
			require.Empty(t, heard.errorsOf(runtime.EventFailed), "the job went on")
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}

// A disk that stays full is too many failed checkpoints in a row: the job fails, and says so. With space again it goes on.
func TestDiskOfCheckpointsThatStaysFull(t *testing.T) {
	in := text(t, 4000)
	j := newJob(t, in)
	heard, err := diskJob(t, j, full(vfs.OpWrite, "/data/", 5, 1<<40), vfs.OS())
	require.ErrorContains(t, err, "no space left on device")
	require.GreaterOrEqual(t, len(heard.errorsOf(runtime.EventCheckpointFailed)), 4, "3 are tolerated")
	require.NotEmpty(t, heard.errorsOf(runtime.EventRestarting))
	committed := requirePrefix(t, j.output).lines
	require.Positive(t, committed)

	j.finish(t, 3)
	require.Greater(t, requireExact(t, j.output, wordsOf(t, in)).lines, committed)
}

// A commit that fails is tried again: the job goes on.
func TestCommitOnAFullDisk(t *testing.T) {
	in := text(t, 2000)
	j := newJob(t, in)
	heard, err := diskJob(t, j, vfs.OS(), full(vfs.OpRename, "Totals-", 5, 6))
	require.NoError(t, err)
	require.Empty(t, heard.errorsOf(runtime.EventFailed))
	requireExact(t, j.output, wordsOf(t, in))
}

// Output that cannot be written is lost with its transaction, so the task fails. Its restart writes it anew.
func TestFullDiskOfTheOutput(t *testing.T) {
	for _, op := range []vfs.Op{vfs.OpCreate, vfs.OpWrite, vfs.OpSync} {
		t.Run(op.String(), func(t *testing.T) {
			in := text(t, 2000)
			j := newJob(t, in)
			heard, err := diskJob(t, j, vfs.OS(), full(op, "Totals-", 5, 5))
			require.NoError(t, err)
			failures := heard.errorsOf(runtime.EventFailed)
			require.Len(t, failures, 1)
			require.Contains(t, failures[0], "Count (")
			require.Contains(t, failures[0], "sink Totals")
			require.Contains(t, failures[0], "no space left on device")
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}

// The real command where no file may grow beyond a limit, as with a quota: it fails and says at which file. Without the limit it goes on.
func TestLimitOfTheSizeOfOutput(t *testing.T) {
	in := text(t, 20_000)
	j := newJob(t, in)
	limited := j.with("execution.checkpointing.interval=10s", "restart-strategy.type=none")
	env := []string{envFileSize + "=200000", envExec + "=" + wordcountCommand(t)}
	p := start(t, asChild(t, env, limited.run(2)...))
	requireRefused(t, p, 1, "Count (", "Totals: write", ".part: file too large")

	j.finish(t, 2)
	requireExact(t, j.output, wordsOf(t, in))
}

// Snapshots grow beyond the limit while the output stays below it.
func TestLimitOfTheSizeOfCheckpoints(t *testing.T) {
	in := filepath.Join(t.TempDir(), "words.txt")
	var words strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&words, "%0100d\n", i)
	}
	write(t, in, words.String())
	j := newJob(t, in)
	limited := j.with("execution.checkpointing.interval=10ms", "execution.checkpointing.snapshot-compression=none",
		"execution.checkpointing.tolerable-failed-checkpoints=2", "restart-strategy.type=none")
	env := []string{envFileSize + "=100000", envLines + "=2"}
	p := start(t, asChild(t, env, limited.run(2)...))
	requireRefused(t, p, 1, "checkpoint failed", "Count (", "data/epoch-", "file too large",
		"too many checkpoints failed: 3 in a row, 2 tolerated (execution.checkpointing.tolerable-failed-checkpoints)")
	committed := requirePrefix(t, j.output).lines
	require.Positive(t, committed)

	j.finish(t, 2)
	require.Greater(t, requireExact(t, j.output, wordsOf(t, in)).lines, committed)
}
