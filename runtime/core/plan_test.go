package core_test

import (
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// planned is what a start of a job in the folder /second-job would do, without what differs from run to run.
func planned(t *testing.T, fs vfs.FS, j runtime.Job, c config.Config) string {
	t.Helper()
	c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = config.FileSystem, "/second-job", false
	p, err := j.Plan(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: fs})
	require.NoError(t, err)
	text := p.Text()
	require.Equal(t, !strings.Contains(text, "the start would be refused"), p.OK())
	return regexp.MustCompile(`savepoint-WordCount-1-[0-9a-f]+`).ReplaceAllString(text, "SAVEPOINT")
}

// relaying is a word count in three tasks, whose state has one of the forms.
func relaying(fs vfs.FS, form int) runtime.Job {
	return (&relayed{lines: function.Of("a"), totals: file.JSONL[wordcount.Total]("/second").On(fs), codec: countCodec(form)}).StreamgenJob()
}

func TestAPlanSaysWhatBecomesOfEachState(t *testing.T) {
	fs := vfs.NewMem()
	saved := often()
	saved.Recovery.Path = savepointOf(t, fs, "")

	require.Equal(t, `WordCount would start from nothing
key groups: 128

source Lines: new; 32 splits; parallelism 2
operator Split: new; parallelism 2
operator Count: new; parallelism 2
  keyed state CountState: new, begins empty
sink Totals: new; parallelism 2
`, planned(t, fs, counting(fs, "/second"), often()))
	require.Equal(t, `WordCount would start from savepoint /first/savepoints/SAVEPOINT, number 1, taken 2023-11-14 22:13:20
key groups: 128

source Lines: 32 splits, of which 32 are read to their end, and 0 new; parallelism 2
operator Split: parallelism 2
operator Count: parallelism 2
  keyed state CountState: restored
sink Totals: 2 transactions to be committed, all others aborted; parallelism 2
`, planned(t, fs, counting(fs, "/second"), saved))

	raised := saved
	raised.Parallelism, raised.MaxParallelism, raised.Recovery.ClaimMode = 3, 256, config.Claim
	require.Equal(t, `WordCount would start from savepoint /first/savepoints/SAVEPOINT, number 1, taken 2023-11-14 22:13:20
key groups: 128, each split into 2, 256 together
note: the savepoint would belong to the job, which deletes it when it needs it no more

source Lines: 32 splits, of which 32 are read to their end, and 0 new; parallelism 2 -> 3
operator Words: new; parallelism 3
operator Count: parallelism 2 -> 3
  keyed state CountState: converted, and shared out anew
    CountState.Words is new and begins as zero
    CountState.Count was Total
sink Totals: 2 transactions to be committed, all others aborted; parallelism 2 -> 3
operator Split: dropped, there is nothing of it; had parallelism 2
`, planned(t, fs, relaying(fs, 2), raised))
}

func TestAPlanSaysWhyAStartWouldBeRefused(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.MaxParallelism = savepointOf(t, fs, ""), 100
	text := planned(t, fs, (&timed.Timed{Ticks: function.Of[timed.Tick](), Lines: file.JSONL[timed.Line]("/second").On(fs)}).StreamgenJob(), c)
	for _, want := range []string{
		"sink Lines: parallelism 2\n  refused: checkpoint 1 holds the state of Lines as a function, which now is a file.jsonl",
		"operator Split: dropped, there is nothing of it; had parallelism 2\n",
		"operator Count: not in the program; had parallelism 2\n  refused: checkpoint 1 holds state CountState of operator Count, which pipeline Timed does not have",
		"the start would be refused, for the 4 reasons above",
		"refused: pipeline.max-parallelism is 100, but checkpoint 1 was written with 128 key groups",
	} {
		require.Contains(t, text, want)
	}
	c.Recovery.IgnoreUnclaimed = true
	require.Contains(t, planned(t, fs, (&timed.Timed{Ticks: function.Of[timed.Tick](), Lines: file.JSONL[timed.Line]("/second").On(fs)}).StreamgenJob(), c),
		"operator Count: dropped, with state CountState; had parallelism 2\n")
	c.MaxParallelism, c.Recovery.Path = 0, "/nowhere"
	require.Contains(t, planned(t, fs, counting(fs, "/second"), c), "refused: execution.state-recovery.path: savepoint: open /nowhere/manifest: no such file")
}

// A checkpoint that is named to be restored without its records in flight, and is not the one that is restored, is a mistake of the user's.
func TestAPlanSaysWhatHasNoEffect(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.WithoutChannelState = 5
	const key = "note: execution.state-recovery.without-channel-state.checkpoint-id is 5, which has no effect: "
	require.Contains(t, planned(t, fs, counting(fs, "/second"), c), key+"no checkpoint is restored")
	c.Recovery.Path = savepointOf(t, fs, "")
	require.Contains(t, planned(t, fs, counting(fs, "/second"), c), key+"checkpoint 1 is restored, with its records in flight")
	c.Recovery.WithoutChannelState = 1
	require.NotContains(t, planned(t, fs, counting(fs, "/second"), c), "note: ")
}

// After a stop with drain it is said which checkpoint it is that no start goes on from.
func TestAPlanOfADrainedJob(t *testing.T) {
	fs := vfs.NewMem()
	s := begun(t, counting(fs, "/second"), often(), fs, "/second-job", nil)
	stopped := false
	s.Request(runtime.Request{Kind: runtime.RequestDrain, Reply: func(string, error) { stopped = true }})
	for s.Step() {
	}
	require.True(t, stopped)
	require.Regexp(t, `^WordCount would not go on from checkpoint \d+ of /second-job, taken .*\n\nrefused: checkpoint \d+ is not one to go on from: it was taken by a stop with drain`,
		planned(t, fs, counting(fs, "/second"), often()))
}

// A job that has claimed a savepoint, and has no checkpoint yet, goes on from it, however its path is written.
func TestAPlanOfAJobThatHasClaimedItsSavepoint(t *testing.T) {
	dir, fs := t.TempDir(), vfs.OS()
	t.Chdir(dir)
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, dir), config.Claim
	c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = config.FileSystem, dir+"/second-job", false
	runs := false
	s := begun(t, counting(fs, dir+"/second"), c, fs, c.Checkpointing.Dir, func(e runtime.Event) { runs = runs || e.Kind == runtime.EventRestoring })
	for !runs {
		require.True(t, s.Step())
	}
	var err error
	c.Recovery.Path, err = filepath.Rel(dir, c.Recovery.Path)
	require.NoError(t, err)
	p, err := counting(fs, dir+"/second").Plan(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: fs})
	require.NoError(t, err)
	require.Contains(t, p.Text(), "WordCount would start from savepoint "+dir+"/first/savepoints/")
	require.NotContains(t, p.Text(), "is not restored")
}

// A job that has checkpoints goes on from those, whatever savepoint is given.
func TestAPlanOfAJobThatRuns(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path = savepointOf(t, fs, "")
	committed := false
	s := begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) { committed = committed || e.Kind == runtime.EventCommitted })
	for !committed {
		require.True(t, s.Step())
	}
	text := planned(t, fs, counting(fs, "/second"), c)
	require.Contains(t, text, "WordCount would go on from checkpoint 2 of /second-job, taken")
	require.Contains(t, text, "note: /first/savepoints/SAVEPOINT is not restored: the job goes on from its own checkpoint")
	finish(t, s)
	require.Equal(t, "WordCount has finished: a start does nothing\n", planned(t, fs, counting(fs, "/second"), c))
}
