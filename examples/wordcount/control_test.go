package wordcount_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A stopped job has committed all that it has read, leaves a savepoint, and goes on from it, also with another parallelism.
func TestStop(t *testing.T) {
	for _, test := range []struct {
		name string
		stop func(t *testing.T, j job, p *process)
	}{
		{"command", func(t *testing.T, j job, _ *process) {
			asked := run(t, wordcountCommand(t), j.ask("stop")...)
			asked.requireCode(t, 0)
			require.DirExists(t, strings.TrimSpace(asked.stdout.String()))
		}},
		{"SIGTERM", signalled(syscall.SIGTERM)},
		{"SIGINT", signalled(syscall.SIGINT)},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := text(t, 20_000)
			j := newJob(t, in)
			p := j.slow(t, 2, 2)
			p.waitFor(t, "checkpoint published", 2)
			test.stop(t, j, p)
			p.requireCode(t, 0)
			require.Contains(t, p.stderr(), "WordCount stopped after")
			require.Contains(t, p.stderr(), "the next run goes on from what is in "+j.folder())
			stopped := requirePrefix(t, j.output).lines
			require.Positive(t, stopped)

			p = j.finish(t, 3)
			require.Contains(t, p.stderr(), "job restoring")
			require.Greater(t, requireExact(t, j.output, wordsOf(t, in)).lines, stopped)
		})
	}
}

func signalled(s os.Signal) func(*testing.T, job, *process) {
	return func(t *testing.T, _ job, p *process) {
		t.Helper()
		require.NoError(t, p.cmd.Process.Signal(s))
	}
}

// A cancelled job ends where it is, and goes on from its last checkpoint.
func TestCancel(t *testing.T) {
	in := text(t, 20_000)
	j := newJob(t, in)
	p := j.slow(t, 2, 2)
	p.waitFor(t, "checkpoint published", 2)
	run(t, wordcountCommand(t), j.ask("cancel")...).requireCode(t, 0)
	p.requireCode(t, 0)
	require.Contains(t, p.stderr(), "WordCount cancelled after")
	requirePrefix(t, j.output)
	j.finish(t, 3)
	requireExact(t, j.output, wordsOf(t, in))
}

// Commands to a job that does not run say so.
func TestCommandsWithoutAJob(t *testing.T) {
	in := text(t, 2000)
	j := newJob(t, in)
	for _, command := range []string{"savepoint", "stop", "cancel"} {
		requireRefused(t, run(t, wordcountCommand(t), j.ask(command)...), 1, "no job runs in "+j.checkpoints)
	}
	j.interrupted(t, 2, 2) // leaves its socket behind
	for _, command := range []string{"savepoint", "stop", "cancel"} {
		requireRefused(t, run(t, wordcountCommand(t), j.ask(command)...), 1, "no job runs in "+j.checkpoints)
	}
	j.finish(t, 2)
	requireExact(t, j.output, wordsOf(t, in))
}

func TestGraph(t *testing.T) {
	p := run(t, wordcountCommand(t), "graph", "--parallelism", "4", "-D", "parallelism.Count=2")
	p.requireCode(t, 0)
	require.Equal(t, `WordCount: 2 tasks, 4 operators

task Lines, parallelism 4
  Lines
  Split   <- Lines (chained)

task Count, parallelism 2
  Count   <- Split (hash)
  Totals  <- Count (chained)
`, p.stdout.String())
}
