package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	tests := []struct {
		name, content string
		want          []string
	}{
		{"an empty file", "", []string{}},
		{"lines", "a\nbc\n", []string{"a", "bc"}},
		{"no line end at the end", "a\nbc", []string{"a", "bc"}},
		{"CRLF", "a\r\nbc\r\n\r\n", []string{"a", "bc", ""}},
		{"CR alone is no line end", "a\rb\n\rc\r", []string{"a\rb", "\rc\r"}},
		{"empty lines", "\n\na\n\n", []string{"", "", "a", ""}},
		{"bytes that are not UTF-8", "\xff\xfe\n\x00", []string{"\xff\xfe", "\x00"}},
		{"lines longer than a chunk", strings.Repeat("x", 5000) + "\ny\n" + strings.Repeat("z", 300_000), []string{
			strings.Repeat("x", 5000), "y", strings.Repeat("z", 300_000)}},
	}
	for _, tt := range tests {
		for _, name := range []string{"f.txt", "f.txt.gz"} {
			for _, splitSize := range []int64{1, 2, 3, 7, 1000, defaultSplitSize} {
				if len(tt.content)/int(splitSize) > 1000 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/splits of %d", tt.name, name, splitSize), func(t *testing.T) {
					path := write(t, name, tt.content)
					for _, batch := range []int{1, 3, 256} {
						require.Equal(t, tt.want, readAll(t, Lines(path).SplitSize(splitSize), batch))
					}
				})
			}
		}
	}
}

func TestMaxLine(t *testing.T) {
	tests := []struct {
		name, content string
		maxLine       int
		err           string // behind the path
	}{
		{"as long as allowed", "aaa\nbbbb\r\ncccc\ndddd", 4, ""},
		{"one byte more", "aaa\nbbbbb\nc", 4, ":2: the line at byte 4 is longer than 4 bytes: allow more with MaxLine if that is right"},
		{"one byte more at the end", "aaa\nbbbbb", 4, ":2: the line at byte 4 is longer than 4 bytes"},
		{"as long as allowed by default", strings.Repeat("x", 16<<20) + "\r\ny", defaultMaxLine, ""},
		{"one byte more than allowed by default", "y\n" + strings.Repeat("x", 16<<20+1) + "\n", defaultMaxLine,
			":2: the line at byte 2 is longer than 16777216 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, "f", tt.content)
			_, err := tryRead(t, Lines(path).MaxLine(tt.maxLine), 10)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, path+tt.err)
		})
	}
}

func TestManySmallFilesAreOpenedOneAtATime(t *testing.T) {
	dir := t.TempDir()
	const files = 10_000
	for i := range files {
		writeTo(t, filepath.Join(dir, fmt.Sprintf("%05d.txt", i)), fmt.Sprintf("line %d\n", i))
	}
	s := Lines(filepath.Join(dir, "*.txt"))
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(t, err)
	r, err := s.Open(sourceContext(), splits)
	require.NoError(t, err)
	records := make([]string, 10)
	for i := range files {
		n, err := r.Read(records)
		require.NoError(t, err)
		require.Equal(t, []string{fmt.Sprintf("line %d", i)}, records[:n])
		if i%1000 == 0 {
			open, err := os.ReadDir("/proc/self/fd")
			require.NoError(t, err)
			require.Less(t, len(open), 100)
		}
	}
	state, err := r.Snapshot(1, 1)
	require.NoError(t, err)
	for _, s := range state[:files-1] {
		require.True(t, s.Done)
		require.Empty(t, s.Position)
	}
	require.NoError(t, r.Close())
}

func TestDamagedGzip(t *testing.T) {
	whole := zipped(t, strings.Repeat("some lines\n", 1000))
	for _, size := range []int{5, 15, len(whole) / 2, len(whole) - 1} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.gz")
			require.NoError(t, os.WriteFile(path, []byte(whole[:size]), 0o644))
			_, err := tryRead(t, Lines(path), 10)
			require.ErrorContains(t, err, path+": the compressed file is cut off")
		})
	}
	path := filepath.Join(t.TempDir(), "f.gz")
	require.NoError(t, os.WriteFile(path, []byte("this is not compressed"), 0o644))
	_, err := tryRead(t, Lines(path), 10)
	require.ErrorContains(t, err, path+": cannot be decompressed: gzip: invalid header")
}
