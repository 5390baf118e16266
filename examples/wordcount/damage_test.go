package wordcount_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A job that is interrupted and whose checkpoint is then damaged is refused, with what to do; nothing is changed by that. When the file is
// whole again, the job goes on.
func TestDamagedCheckpoint(t *testing.T) {
	for _, test := range []struct {
		name   string
		file   func(*testing.T, job) string
		damage func(t *testing.T, path string, b []byte)
		want   []string
	}{
		{"bit of the manifest", head, flipBit, []string{"checksum", "put the file back from a backup", "next older one that is whole"}},
		{"cut manifest", head, cutOff, []string{"damaged", "put the file back from a backup"}},
		{"bit of a data file", dataFile, flipBit, []string{"checkpoint 3", "Count (", "snapshot damaged at offset", "put the file back from a backup"}},
		{"cut data file", dataFile, cutOff, []string{"checkpoint 3", "put the file back from a backup"}},
		{"missing data file", dataFile, remove, []string{"checkpoint 3", "put the file back from a backup"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := text(t, 3000)
			j := newJob(t, in)
			j.interrupted(t, 2, 3)
			path := test.file(t, j)
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			test.damage(t, path, whole)
			output := listing(t, j.output)

			requireRefused(t, run(t, wordcountCommand(t), j.run(3)...), 1, append(test.want, filepath.Base(path))...)
			require.Subset(t, listing(t, j.output), committedOf(output), "a start that was refused touched the output")
			requirePrefix(t, j.output)

			require.NoError(t, os.WriteFile(path, whole, 0o644))
			j.finish(t, 3)
			requireExact(t, j.output, wordsOf(t, in))
		})
	}
}

// head is the newest manifest: the one with the highest sequence.
func head(t *testing.T, j job) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(j.folder(), "epoch-*", "manifest-*"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return slices.MaxFunc(found, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
}

// dataFile is one of the newest checkpoint, of the task Count.
func dataFile(t *testing.T, j job) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(j.folder(), "data", "epoch-*-checkpoint-3-*"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return found[0]
}

func flipBit(t *testing.T, path string, b []byte) {
	t.Helper()
	damaged := slices.Clone(b)
	damaged[len(b)/2] ^= 1
	require.NoError(t, os.WriteFile(path, damaged, 0o644))
}

func cutOff(t *testing.T, path string, b []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, b[:len(b)/2], 0o644))
}

func remove(t *testing.T, path string, _ []byte) {
	t.Helper()
	require.NoError(t, os.Remove(path))
}

// listing is every file below a folder with its size.
func listing(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	files := map[string]int64{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		files[path] = info.Size()
		return err
	}))
	return files
}
