package file

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

func TestAFileThatShrankBeforeItIsRead(t *testing.T) {
	type row struct{ A string }
	const content = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"
	for _, name := range []string{"f", "f.gz"} {
		for _, left := range []int64{0, 8, 16} { // none or whole lines of what is not compressed
			t.Run(fmt.Sprintf("%s/%d", name, left), func(t *testing.T) {
				shrinksBeforeRead(t, Lines, write(t, name, content), left)
				shrinksBeforeRead(t, JSON[map[string]int], write(t, name, content), left)
				shrinksBeforeRead(t, CSV[row], write(t, name, "a\n"+content), left)
			})
		}
	}
}

func shrinksBeforeRead[T any, S runtime.Source[T]](t *testing.T, source func(...string) S, path string, left int64) {
	t.Helper()
	s := source(path)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	for _, position := range [][]byte{nil, appendPosition(24)} {
		require.NoError(t, os.Truncate(path, left))
		splits[0].Position = position
		records, err := readSplits(t, s, splits, 1)
		require.Empty(t, records)
		require.ErrorContains(t, err, fmt.Sprintf("%s has shrunk: %d bytes are there, the split ends at %d: ", path, left, info.Size()))
		require.ErrorContains(t, err, "Put the file back as it was")
	}
}

func TestASplitInTheMiddleOfAFileThatShrank(t *testing.T) {
	path := write(t, "f", "aa\nbb\ncc\ndd\n")
	s := Lines(path).SplitSize(4)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 9))
	records, err := readSplits(t, s, splits, 10)
	require.Equal(t, []string{"aa", "bb", "cc"}, records, "these splits end before")
	require.ErrorContains(t, err, path+" has shrunk: 9 bytes are there, the split ends at 12: ")
}

func TestAFileThatShrinksWhileItIsRead(t *testing.T) {
	const row, rows = "\"0123456\"\n", 100_000 // more than any buffer
	content := "\"a\"\n" + strings.Repeat(row, rows)
	size := int64(len(content))
	for _, left := range []int64{0, 4 + 10, size / 2, size - 10, size - 7, size - 1} { // size-7 is within a value
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			want := fmt.Sprintf(" has shrunk: %d bytes are there, the split ends at %d: ", left, size)
			shrinksWhileRead(t, Lines, write(t, "f", content), left, want)
			shrinksWhileRead(t, JSON[string], write(t, "f", content), left, want)
			shrinksWhileRead(t, CSV[struct{ A string }], write(t, "f", content), left, want)
		})
	}
}

func shrinksWhileRead[T any, S runtime.Source[T]](t *testing.T, source func(...string) S, path string, left int64, want string) {
	t.Helper()
	s := source(path)
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	r, err := s.Open(sourceContext(), splits)
	require.NoError(t, err)
	records := make([]T, 2)
	_, err = r.Read(records)
	require.NoError(t, err)
	first := records[1]
	require.NoError(t, os.Truncate(path, left))
	for err == nil {
		var n int
		n, err = r.Read(records)
		for _, record := range records[:n] {
			require.Equal(t, first, record, "no part of a record")
		}
	}
	require.ErrorContains(t, err, path+want)
	require.NoError(t, r.Close())
}

func TestALineThatIsCutOffBehindItsSplit(t *testing.T) {
	path := write(t, "f", "a\n"+strings.Repeat("b", 2*readSize)+"\n")
	l := lineDecoder{lineReader: lineReader{options: &options{maxLine: defaultMaxLine}}}
	_, err := l.open(span{path: path, end: 4}, notBegun)
	require.NoError(t, err)
	n, err := l.read(make([]string, 1), make([]int64, 1))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NoError(t, os.Truncate(path, readSize+10))
	n, err = l.read(make([]string, 1), make([]int64, 1))
	require.Zero(t, n)
	require.EqualError(t, err, fmt.Sprintf("%s has shrunk: %d bytes are there, %d were when it was opened: %s", path, readSize+10, 2*readSize+3, putBack))
	require.NoError(t, l.close())
}

func TestAGzipFileThatIsCut(t *testing.T) {
	t.Run("to nothing, right after it was opened", func(t *testing.T) {
		path := write(t, "f.gz", "")
		s := span{path: path, end: 23}
		require.NoError(t, os.Truncate(path, 0))
		f, err := os.Open(path)
		require.NoError(t, err)
		defer f.Close()
		in := &stream{span: s, file: f, data: f, size: s.end}
		require.ErrorContains(t, in.seek(0), path+" has shrunk: 0 bytes are there, the split ends at 23: ")
	})
	t.Run("it was empty from the beginning", func(t *testing.T) {
		path := write(t, "f.gz", "")
		require.NoError(t, os.Truncate(path, 0))
		require.Empty(t, readAll(t, Lines(path), 1))
	})
	t.Run("between two that were joined, while it is read", func(t *testing.T) {
		path := write(t, "f.gz", strings.Repeat("some lines\n", 100_000))
		first, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(first, first...), 0o644))
		in, err := openAt(span{path: path, end: 2 * int64(len(first))}, 0)
		require.NoError(t, err)
		in.file.Close()
		// A file of which what was read ahead ends between the two.
		require.NoError(t, os.Truncate(path, int64(len(first))))
		in.file, err = os.Open(path)
		require.NoError(t, err)
		require.NoError(t, in.seek(0))
		_, err = io.Copy(io.Discard, in)
		require.ErrorContains(t, err, fmt.Sprintf("%s has shrunk: %d bytes are there, the split ends at %d: ", path, len(first), 2*len(first)))
		require.NoError(t, in.Close())
	})
	t.Run("a position behind what is in it", func(t *testing.T) {
		path := write(t, "f.gz", "a\nb\n")
		s := Lines(path)
		splits, err := s.Splits(t.Context(), nil)
		require.NoError(t, err)
		splits[0].Position = appendPosition(4)
		records, err := readSplits(t, s, splits, 1)
		require.NoError(t, err)
		require.Empty(t, records)
		splits[0].Position = appendPosition(5)
		_, err = readSplits(t, s, splits, 1)
		require.ErrorContains(t, err, path+" has shrunk: 4 bytes are in it when it is decompressed, but 5 were read before: ")
	})
}
