package wordcount_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFileWhereTheFolderOfCheckpointsShouldBe(t *testing.T) {
	in := text(t, 100)
	j := newJob(t, in)
	write(t, j.checkpoints, "a file")
	requireRefused(t, run(t, wordcountCommand(t), j.run(2)...), 1,
		"make the job folder", j.checkpoints, "a file is where a folder should be: move it away, or choose another folder")
	require.NoDirExists(t, j.output)

	require.NoError(t, os.Remove(j.checkpoints))
	j.finish(t, 2)
	requireExact(t, j.output, wordsOf(t, in))
}

// A user who may not read a job's folder gets nowhere and changes nothing.
func TestAFolderOfCheckpointsOfAnotherUser(t *testing.T) {
	for _, test := range []struct {
		name string
		mode os.FileMode
	}{
		{"may not be read", 0o000},
		{"may not be written", 0o555},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := openToAll(t, text(t, 2000))
			j := newJob(t, in)
			j.interrupted(t, 2, 2)
			committed := requirePrefix(t, j.output).lines
			openToAll(t, j.folder())
			require.NoError(t, os.Chmod(j.folder(), test.mode))

			cmd := command(t, wordcountCommand(t), j.run(2)...)
			if os.Getuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}} // nobody
			}
			p := start(t, cmd)
			requireRefused(t, p, 1, "permission denied", j.folder(),
				"the user that runs the job must be allowed to read and write all of the job folder")
			require.Equal(t, committed, requirePrefix(t, j.output).lines)

			require.NoError(t, os.Chmod(j.folder(), 0o755))
			j.finish(t, 2)
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}

// openToAll lets every user come to a path through the folders of the test.
func openToAll(t *testing.T, path string) string {
	t.Helper()
	for dir := filepath.Dir(path); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		require.NoError(t, os.Chmod(dir, 0o755))
	}
	return path
}

// Output of another run is not added to by accident.
func TestOutputOfAnotherRun(t *testing.T) {
	in := text(t, 100)
	first := newJob(t, in)
	first.finish(t, 2)
	before := listing(t, first.output)

	second := newJob(t, in)
	second.output = first.output
	requireRefused(t, run(t, wordcountCommand(t), second.run(2)...), 1,
		"sink Totals", first.output, "committed by another run", "execution.checkpointing.dir", "choose an empty output", "--fresh")
	require.Equal(t, before, listing(t, first.output))

	second.finish(t, 2, "--fresh")
	after := listing(t, first.output)
	for path, size := range before {
		require.Equal(t, size, after[path], path)
		require.NoError(t, os.Remove(path))
	}
	requireExact(t, first.output, wordsOf(t, in))
}

func TestAFinishedJobIsNotDoneAgain(t *testing.T) {
	in := text(t, 100)
	j := newJob(t, in)
	require.Contains(t, j.finish(t, 2).stderr(), "WordCount finished after")
	before := listing(t, j.output)
	p := j.finish(t, 3)
	require.Contains(t, p.stderr(), "WordCount had finished before: nothing to do; --fresh runs it again from nothing")
	require.Equal(t, before, listing(t, j.output))
}

// What a checkpoint has not read of a file must still be there.
func TestChangedInput(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, path string, b []byte)
		want   []string
	}{
		{"shrunk", cutOff, []string{"the file has shrunk from", "put it back"}},
		{"gone", remove, []string{"the file is gone, but the checkpoint has not read all of it", "put it back"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := text(t, 3000)
			j := newJob(t, in)
			want := wordsOf(t, in)
			j.interrupted(t, 2, 2)
			output := listing(t, j.output)
			whole, err := os.ReadFile(in)
			require.NoError(t, err)
			test.change(t, in, whole)
			requireRefused(t, run(t, wordcountCommand(t), j.run(1)...), 1, append(test.want, "source Lines", in)...)
			require.Subset(t, listing(t, j.output), committedOf(output))

			require.NoError(t, os.WriteFile(in, whole, 0o644))
			j.finish(t, 1)
			requireExact(t, j.output, want)
		})
	}
}

// committedOf is a listing without pending files.
func committedOf(files map[string]int64) map[string]int64 {
	for path := range files {
		if filepath.Base(path)[0] == '.' {
			delete(files, path)
		}
	}
	return files
}
