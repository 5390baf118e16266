package core_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// leaves runs a word count until a checkpoint is committed, asks for a savepoint, and cancels it then, so that everything stays where it is. It returns what
// came of the savepoint.
func leaves(t *testing.T, disk vfs.FS, change func(*config.Config)) answered {
	t.Helper()
	c := config.Default()
	c.Parallelism = 1
	c.Checkpointing.Interval, c.Checkpointing.Retention = 10*time.Millisecond, config.RetainOnCancellation
	change(&c)
	requests, saved, asked := make(chan runtime.Request, 2), answered{}, false
	lines := function.Source(-1, func(int64) string { return "a" })
	outcome, err := (&wordcount.WordCount{Lines: lines, Totals: collect.New[wordcount.Total]()}).StreamgenJob().Run(t.Context(), runtime.Environment{
		Config: c, Logger: slog.New(slog.DiscardHandler), FS: disk, Requests: requests,
		OnEvent: func(e runtime.Event) {
			if e.Kind != runtime.EventCommitted || asked {
				return
			}
			asked = true
			requests <- runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(path string, err error) {
				saved = answered{path, err}
				requests <- runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}}
			}}
		},
	})
	require.NoError(t, err)
	require.Equal(t, runtime.Cancelled, outcome)
	return saved
}

func TestCheckpointsAreWhereTheOptionsSay(t *testing.T) {
	const dir, storage, createSubdir = "execution.checkpointing.dir", "execution.checkpointing.storage", "execution.checkpointing.create-subdir"
	for _, test := range []struct {
		name   string
		field  string // Dir, beside what is set by key
		set    []string
		folder string // "": they are in memory
	}{
		{"nothing is set", "", nil, ""},
		{"dir", "", []string{dir, "/a"}, "/a/WordCount"},
		{"no folder of its own", "", []string{dir, "/a", createSubdir, "false"}, "/a"},
		{"a dir that does not count", "/a", []string{storage, "jobmanager"}, ""},
		{"one that does", "/a", []string{storage, "filesystem"}, "/a/WordCount"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			disk := vfs.NewMem()
			saved := leaves(t, disk, func(c *config.Config) {
				c.Checkpointing.Dir = test.field
				set(t, test.set...)(c)
			})
			if test.folder == "" {
				require.ErrorContains(t, saved.err, "there is no folder for savepoints")
				left, err := disk.ReadDir("/")
				require.NoError(t, err)
				require.Empty(t, left)
				return
			}
			require.NoError(t, saved.err)
			require.True(t, strings.HasPrefix(saved.path, test.folder+"/savepoints/"), saved.path)
			there, err := chain.List(disk, test.folder)
			require.NoError(t, err)
			require.NotEmpty(t, there)
		})
	}
}

func TestSavepointsAreWhereTheOptionSays(t *testing.T) {
	for name, storage := range map[string][]string{"beside checkpoints in a folder": {"execution.checkpointing.dir", "/a"}, "beside those in memory": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk := vfs.NewMem()
			saved := leaves(t, disk, set(t, append(storage, "execution.checkpointing.savepoint-dir", "/saved")...))
			require.NoError(t, saved.err)
			require.True(t, strings.HasPrefix(saved.path, "/saved/"), saved.path)
			_, err := chain.ReadSavepoint(disk, saved.path)
			require.NoError(t, err)
		})
	}
}

func TestSecondCopiesAreInTheFolderForTemporaryFiles(t *testing.T) {
	disk := vfs.NewMem()
	leaves(t, disk, set(t, "execution.checkpointing.dir", "/a", "execution.checkpointing.data-inline-threshold", "0", "execution.checkpointing.local-backup.enabled", "true"))
	folders, err := disk.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Len(t, folders, 1)
	require.True(t, strings.HasPrefix(folders[0].Name, "streamgen-WordCount-"), folders[0].Name)
}

// stored simulates a word count of so many words, which are much alike, to its end, and returns how many bytes its largest checkpoint had, and whether any of
// them was in a file.
func stored(t *testing.T, words int64, change func(*config.Config)) (largest int64, inFiles bool) {
	t.Helper()
	c := often()
	c.Parallelism = 1
	change(&c)
	fs := vfs.Inject(vfs.NewMem(), func(op vfs.Op, name string) error {
		inFiles = inFiles || op == vfs.OpCreate && strings.HasPrefix(name, "/job/data/")
		return nil
	})
	lines := function.Source(words, func(i int64) string { return fmt.Sprintf("a-word-that-is-like-any-other-%04d", i) })
	job := (&wordcount.WordCount{Lines: lines, Totals: collect.New[wordcount.Total]()}).StreamgenJob()
	finish(t, begun(t, job, c, fs, "/job", func(e runtime.Event) { largest = max(largest, e.Size) }))
	return largest, inFiles
}

func TestSnapshotsAboveTheThresholdAreFiles(t *testing.T) {
	for _, test := range []struct {
		threshold   string
		small, huge bool // whether they are files
	}{{"0", true, true}, {"20 kb", false, true}, {"1 mb", false, false}} {
		t.Run(test.threshold, func(t *testing.T) {
			threshold := set(t, "execution.checkpointing.data-inline-threshold", test.threshold)
			_, small := stored(t, 1000, threshold)
			_, huge := stored(t, 20_000, threshold)
			require.Equal(t, test.small, small)
			require.Equal(t, test.huge, huge)
		})
	}
}

func TestSnapshotsAreCompressed(t *testing.T) {
	none, _ := stored(t, 20_000, set(t, "execution.checkpointing.snapshot-compression", "none"))
	s2, _ := stored(t, 20_000, set(t, "execution.checkpointing.snapshot-compression", "s2"))
	require.Less(t, s2, none*9/10)
}
