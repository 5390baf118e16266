package file

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

func TestGlobs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.txt", "a.txt", "c.log", "sub/d.txt", "sub/deep/e.txt", "[x].txt", "empty/.keep"} {
		writeTo(t, filepath.Join(dir, name), "1234")
	}
	tests := []struct {
		name  string
		globs []string
		want  []string // splits
		err   string
	}{
		{name: "a file", globs: []string{"b.txt"}, want: []string{"b.txt#0-4"}},
		{name: "sorted", globs: []string{"?.txt"}, want: []string{"a.txt#0-4", "b.txt#0-4"}},
		{name: "in the order of the globs, each file once", globs: []string{"c.log", "{a,c}.*"}, want: []string{"c.log#0-4", "a.txt#0-4"}},
		{name: "no folders", globs: []string{"*"}, want: []string{"[x].txt#0-4", "a.txt#0-4", "b.txt#0-4", "c.log#0-4"}},
		{name: "any depth", globs: []string{"sub/**/*.txt"}, want: []string{"sub/d.txt#0-4", "sub/deep/e.txt#0-4"}},
		{name: "a file named like a glob", globs: []string{"[x].txt"}, want: []string{"[x].txt#0-4"}},
		{name: "nothing", err: "no files: give at least one name or glob"},
		{name: "no match", globs: []string{"a.txt", "*.csv"}, err: `*.csv" matches no file`},
		{name: "a missing file", globs: []string{"z.txt"}, err: "no such file: " + filepath.Join(dir, "z.txt")},
		{name: "a file in a missing folder", globs: []string{"y/z.txt"}, err: "no such file: "},
		{name: "a folder", globs: []string{"sub"}, err: "is a folder: for the files in it write " + filepath.Join(dir, "sub/*")},
		{name: "a glob that is not closed", globs: []string{"[a"}, err: `[a": not closed`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			globs := make([]string, len(tt.globs))
			for i, g := range tt.globs {
				globs[i] = dir + "/" + g
			}
			splits, err := Lines(globs...).Splits(t.Context(), nil)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, ids(dir, splits))
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := Lines("x").MaxLine(0).Splits(t.Context(), nil)
	require.EqualError(t, err, "file.lines: MaxLine(0): a line has at least 1 byte")
	_, err = Lines("x").SplitSize(-1).Splits(t.Context(), nil)
	require.EqualError(t, err, "file.lines: SplitSize(-1): a split has at least 1 byte")
}

func TestSplitSize(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"a": 0, "b": 10, "c": 11, "d": 25} {
		writeTo(t, filepath.Join(dir, name), strings.Repeat("x", size))
	}
	splits, err := Lines(dir+"/*").SplitSize(10).Splits(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"a#0-0", "b#0-10", "c#0-10", "c#10-11", "d#0-10", "d#10-20", "d#20-25"}, ids(dir, splits))

	writeTo(t, filepath.Join(dir, "z.gz"), strings.Repeat("x", 1000))
	splits, err = Lines(dir+"/*.gz").SplitSize(10).Splits(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, splits, 1)
	csv, err := CSV[struct{ X string }](dir+"/d").Splits(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"d#0-25"}, ids(dir, csv))
}

func TestSplitsOfARestore(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	writeTo(t, a, "0123456789")
	glob := dir + "/*"
	known, err := Lines(glob).SplitSize(4).Splits(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, known, 3)
	known[0] = done(known[0])
	known[1].Position = appendPosition(5)

	t.Run("what is known stays, what is new joins", func(t *testing.T) {
		writeTo(t, b, "01")
		splits, err := Lines(glob).SplitSize(1).Splits(t.Context(), known)
		require.NoError(t, err)
		require.Equal(t, known, splits[:3])
		require.Equal(t, []string{"b#0-1", "b#1-2"}, ids(dir, splits[3:]))
		require.NoError(t, os.Remove(b))
	})
	t.Run("a file that grew keeps its splits", func(t *testing.T) {
		writeTo(t, a, "0123456789 and more")
		splits, err := Lines(glob).SplitSize(4).Splits(t.Context(), known)
		require.NoError(t, err)
		require.Equal(t, known, splits)
	})
	t.Run("a file that shrank", func(t *testing.T) {
		writeTo(t, a, "012345678")
		_, err := Lines(glob).Splits(t.Context(), known)
		require.ErrorContains(t, err, a+": the file has shrunk from 10 to 9 bytes")
	})
	t.Run("a file that is gone", func(t *testing.T) {
		require.NoError(t, os.Remove(a))
		_, err := Lines(glob).Splits(t.Context(), known)
		require.ErrorContains(t, err, a+": the file is gone, but the checkpoint has not read all of it")
	})
	t.Run("a file that is gone and was read", func(t *testing.T) {
		finished := []runtime.Split{done(known[0]), done(known[1]), done(known[2])}
		for _, glob := range []string{glob, a} {
			splits, err := Lines(glob).Splits(t.Context(), finished)
			require.NoError(t, err)
			require.Equal(t, finished, splits)
		}
		_, err := Lines(dir+"/*.csv").Splits(t.Context(), finished)
		require.ErrorContains(t, err, "matches no file")
	})
	t.Run("a damaged checkpoint", func(t *testing.T) {
		for _, id := range []string{"", "a", "a#", "a#1", "a#1-", "a#2-1", "a#-1-2", "a#1-x"} {
			_, err := Lines(glob).Splits(t.Context(), []runtime.Split{{ID: id}})
			require.ErrorContains(t, err, "its form is not path#start-end")
		}
		for _, position := range []string{"\x80", "\x01\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
			_, err := Lines(glob).Splits(t.Context(), []runtime.Split{{ID: a + "#0-1", Position: []byte(position)}})
			require.ErrorContains(t, err, "is no offset")
		}
	})
}

func TestAFileThatDisappearsWhileTheJobRuns(t *testing.T) {
	path := write(t, "f", "a\n")
	s := Lines(path)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	_, err = readSplits(t, s, splits, 1)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, path)
}
