package wordcount_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A savepoint does not disturb the job, is restored in another folder of checkpoints by another parallelism, and stays whole.
func TestSavepoint(t *testing.T) {
	in := text(t, 20_000)
	want := wordsOf(t, in)
	j := newJob(t, in)
	savepoint, id := savepointOf(t, j)

	for _, parallelism := range []int{3, 1} {
		elsewhere := newJob(t, in).with("execution.state-recovery.path=" + savepoint)
		copyCommitted(t, j.output, elsewhere.output, id)
		before := requirePrefix(t, elsewhere.output).lines
		require.Positive(t, before)
		elsewhere.finish(t, parallelism)
		require.Greater(t, requireExact(t, elsewhere.output, want).lines, before)
	}
	j.finish(t, 2)
	requireExact(t, j.output, want)
}

// Restored with another output, the job writes there exactly what follows the savepoint; what the sink had prepared for it belongs to the
// output before.
func TestSavepointWithAnotherOutput(t *testing.T) {
	in := text(t, 20_000)
	j := newJob(t, in)
	savepoint, id := savepointOf(t, j)
	elsewhere := newJob(t, in).with("execution.state-recovery.path=" + savepoint)
	p := elsewhere.finish(t, 3)
	require.Contains(t, p.stderr(), "this is not the output that the savepoint was taken with")

	both := t.TempDir()
	copyCommitted(t, j.output, both, id)
	copyCommitted(t, elsewhere.output, both, math.MaxInt64)
	requireExact(t, both, wordsOf(t, in))
}

func TestSavepointThatIsNotThere(t *testing.T) {
	j := newJob(t, text(t, 10)).with("execution.state-recovery.path=" + t.TempDir())
	requireRefused(t, run(t, wordcountCommand(t), j.run(2)...), 1, "execution.state-recovery.path", "savepoint")
	require.NoDirExists(t, j.output)
}

// savepointOf runs a job, takes a savepoint, lets the job go on for a while and cancels it. It returns the savepoint's folder and number.
func savepointOf(t *testing.T, j job) (string, int64) {
	t.Helper()
	p := j.slow(t, 2, 2)
	p.waitFor(t, "checkpoint published", 2)
	asked := run(t, wordcountCommand(t), j.ask("savepoint")...)
	asked.requireCode(t, 0)
	savepoint := strings.TrimSpace(asked.stdout.String())
	require.FileExists(t, filepath.Join(savepoint, "manifest"))
	parts := strings.Split(filepath.Base(savepoint), "-") // savepoint-WordCount-7-5f3a90c2
	require.Len(t, parts, 4)
	id, err := strconv.ParseInt(parts[2], 10, 64)
	require.NoError(t, err)

	p.waitFor(t, `"checkpoint published" job=WordCount checkpoint=`+strconv.FormatInt(id+2, 10), 1)
	run(t, wordcountCommand(t), j.ask("cancel")...).requireCode(t, 0)
	p.requireCode(t, 0)
	return savepoint, id
}

// copyCommitted copies the output that a savepoint stands for: that of all checkpoints up to its own number.
func copyCommitted(t *testing.T, from, to string, id int64) {
	t.Helper()
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	for _, e := range entries {
		if checkpoint, err := checkpointOf(e.Name()); err != nil || checkpoint > id {
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, e.Name()))
		require.NoError(t, err)
		write(t, filepath.Join(to, e.Name()), string(b))
	}
}
