package wordcount_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A second runner takes the folder over. The first one can commit nothing more, says why, and does not come back.
func TestASecondRunnerFencesTheFirst(t *testing.T) {
	in := text(t, 20_000)
	j := newJob(t, in)
	first := j.slow(t, 2, 2)
	first.waitFor(t, "checkpoint published", 2)
	j.finish(t, 3)
	first.requireCode(t, 1)
	require.Contains(t, first.stderr(), "another runner has taken over the job folder")
	require.NotContains(t, first.stderr(), "job restarting")
	requireExact(t, j.output, wordsOf(t, in))
}

// The one that is fenced may be anywhere in a checkpoint: stopped there by the kernel, it goes on when the second one has finished.
func TestARunnerThatSleptIsFenced(t *testing.T) {
	for _, step := range []string{"triggered", "prepared", "published", "committing"} {
		t.Run(step, func(t *testing.T) {
			in := text(t, 5000)
			j := newJob(t, in)
			first := start(t, asChild(t, []string{envLines + "=2", envPause + "=running/" + step + "/2"}, j.run(2)...))
			first.waitFor(t, halted, 1)
			j.finish(t, 3)
			first.resume(t)
			first.requireCode(t, 1)
			require.Contains(t, first.stderr(), "another runner has taken over the job folder")
			require.NotContains(t, first.stderr(), "job restarting")
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}
