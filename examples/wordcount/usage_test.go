package wordcount_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A mistake in the arguments is said with what is right, all at once, and nothing is touched.
func TestMistakesInTheArguments(t *testing.T) {
	in := text(t, 10)
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{
			"unknown option", []string{"-D", "execution.checkpointing.intervall=1s"},
			[]string{"execution.checkpointing.intervall", "did you mean execution.checkpointing.interval?"},
		},
		{
			"value that is none", []string{"-D", "execution.checkpointing.interval=often"},
			[]string{"execution.checkpointing.interval", `"often"`, "10 s"},
		},
		{
			"value that is not allowed", []string{"-D", "execution.checkpointing.num-retained=0"},
			[]string{"execution.checkpointing.num-retained", "at least 1"},
		},
		{
			"option that is not supported yet", []string{"-D", "state.backend.type=pebble"},
			[]string{"state.backend.type", "not supported yet"},
		},
		{
			"several mistakes", []string{"-D", "execution.checkpointing.intervall=1s", "-D", "parallelism.default=many", "-D", "parallelism.Cuont=2"},
			[]string{"execution.checkpointing.intervall", "parallelism.default"},
		},
		{
			"operator that is not there", []string{"-D", "parallelism.Cuont=2"},
			[]string{"parallelism.Cuont", "Count"},
		},
		{
			"unknown flag", []string{"--ouput=x"},
			[]string{"unknown flag: --ouput"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := newJob(t, in)
			p := run(t, wordcountCommand(t), j.run(1, test.args...)...)
			requireRefused(t, p, 2, test.want...)
			require.NoDirExists(t, j.checkpoints)
			require.NoDirExists(t, j.output)
		})
	}
}

func TestNoFolderOfCheckpoints(t *testing.T) {
	p := run(t, wordcountCommand(t), "run", "--output", t.TempDir(), text(t, 10))
	requireRefused(t, p, 2, "where are the checkpoints? Add -D execution.checkpointing.dir=DIR",
		"STREAMGEN_EXECUTION_CHECKPOINTING_DIR", "execution.checkpointing.interval=off")
}

func TestInputThatIsNotThere(t *testing.T) {
	in := text(t, 10)
	for _, test := range []struct {
		name, glob string
		want       []string
	}{
		{"glob", filepath.Join(filepath.Dir(in), "*.md"), []string{"source Lines", "matches no file", "*.md"}},
		{"file", filepath.Join(filepath.Dir(in), "other.txt"), []string{"source Lines", "no such file", "other.txt"}},
		{"folder", filepath.Dir(in), []string{"source Lines", "is a folder: for the files in it write", filepath.Join(filepath.Dir(in), "*")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := newJob(t, test.glob)
			requireRefused(t, run(t, wordcountCommand(t), j.run(1)...), 1, test.want...)
			require.NoDirExists(t, j.output)
			j.globs = []string{in}
			j.finish(t, 2)
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}

// requireRefused waits for the end of a process that says why it did nothing.
func requireRefused(t *testing.T, p *process, code int, want ...string) {
	t.Helper()
	p.requireCode(t, code)
	for _, part := range want {
		require.Contains(t, p.stderr(), part)
	}
	require.NotContains(t, p.stderr(), "goroutine ", "a mistake is no panic")
	if os.Getenv("WORDCOUNT_SHOW") != "" {
		t.Log(p.stderr())
	}
}
