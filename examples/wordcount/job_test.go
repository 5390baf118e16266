package wordcount_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// job is a run of word count as its arguments say it.
type job struct {
	checkpoints string
	output      string
	options     []string // key=value
	globs       []string
}

// newJob is a job with folders of its own and a checkpoint every 50 ms, each snapshot in a file.
func newJob(t *testing.T, globs ...string) job {
	t.Helper()
	wordcountCommand(t) // built before anything runs that must not come to its end meanwhile
	dir := t.TempDir()
	return job{
		checkpoints: filepath.Join(dir, "checkpoints"),
		output:      filepath.Join(dir, "totals"),
		options:     []string{"execution.checkpointing.interval=50ms", "execution.checkpointing.data-inline-threshold=0"},
		globs:       globs,
	}
}

// with is the job with more options.
func (j job) with(options ...string) job {
	j.options = append(j.options[:len(j.options):len(j.options)], options...)
	return j
}

// run is the arguments of a run.
func (j job) run(parallelism int, more ...string) []string {
	args := []string{"run", "--parallelism", strconv.Itoa(parallelism), "-D", "execution.checkpointing.dir=" + j.checkpoints, "--output", j.output}
	for _, o := range j.options {
		args = append(args, "-D", o)
	}
	return append(append(args, more...), j.globs...)
}

// ask is the arguments of a command to the running job.
func (j job) ask(command string) []string {
	return []string{command, "-D", "execution.checkpointing.dir=" + j.checkpoints}
}

// folder is where the job keeps its checkpoints.
func (j job) folder() string { return filepath.Join(j.checkpoints, "WordCount") }

// slow starts the job in a child that reads a number of lines a millisecond in each subtask.
func (j job) slow(t *testing.T, parallelism, lines int, more ...string) *process {
	t.Helper()
	return start(t, j.slowCommand(t, parallelism, lines, more...))
}

func (j job) slowCommand(t *testing.T, parallelism, lines int, more ...string) *exec.Cmd {
	t.Helper()
	return asChild(t, []string{envLines + "=" + strconv.Itoa(lines)}, j.run(parallelism, more...)...)
}

// interrupted runs the job until its nth checkpoint is committed and kills it.
func (j job) interrupted(t *testing.T, parallelism, nth int) {
	t.Helper()
	p := start(t, asChild(t, []string{envLines + "=2", fmt.Sprintf("%s=running/committed/%d", envHalt, nth)}, j.run(parallelism)...))
	p.waitFor(t, halted, 1)
	p.kill(t)
}

// finish runs the job with the real command to its end.
func (j job) finish(t *testing.T, parallelism int, more ...string) *process {
	t.Helper()
	p := run(t, wordcountCommand(t), j.run(parallelism, more...)...)
	p.requireCode(t, 0)
	return p
}

// text writes a text of that many lines and returns its path: some words are in every line, others in few.
func text(t *testing.T, lines int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in", "text.txt")
	var b []byte
	for i := range lines {
		b = fmt.Appendf(b, "The line %d, of Ärger and 数; w%d\n", i%100, i)
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, b, 0o644))
	return path
}

// wordsOf counts the words of a file that text wrote.
func wordsOf(t *testing.T, path string) map[string]int64 {
	t.Helper()
	return countWords(t, ".txt", filepath.Dir(path))
}
