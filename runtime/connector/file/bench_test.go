package file

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func benchFile(b *testing.B, line string) (path string, size int64) {
	path = filepath.Join(b.TempDir(), "f")
	content := strings.Repeat(line+"\n", 32<<20/(len(line)+1))
	require.NoError(b, os.WriteFile(path, []byte(content), 0o644))
	return path, int64(len(content))
}

var benchLines = map[string]string{
	"20 bytes":  strings.Repeat("x", 19),
	"100 bytes": strings.Repeat("x", 99),
}

var sink string

func BenchmarkLines(b *testing.B) {
	for name, line := range benchLines {
		path, size := benchFile(b, line)
		b.Run(name+"/source", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			records := make([]string, 256)
			for b.Loop() {
				s := Lines(path)
				splits, err := s.Splits(b.Context(), nil)
				require.NoError(b, err)
				r, err := s.Open(sourceContext(), splits)
				require.NoError(b, err)
				for {
					n, err := r.Read(records)
					for _, line := range records[:n] {
						sink = line
					}
					if err == io.EOF {
						break
					}
					require.NoError(b, err)
				}
				require.NoError(b, r.Close())
			}
		})
		b.Run(name+"/bufio.Scanner", func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				f, err := os.Open(path)
				require.NoError(b, err)
				s := bufio.NewScanner(f)
				for s.Scan() {
					sink = s.Text()
				}
				require.NoError(b, f.Close())
			}
		})
	}
}

func BenchmarkJSONSource(b *testing.B) {
	path, size := benchFile(b, `{"id":12345,"buyer":"somebody","Tags":["a","b"]}`)
	b.SetBytes(size)
	b.ReportAllocs()
	records := make([]order, 256)
	for b.Loop() {
		s := JSON[order](path)
		splits, err := s.Splits(b.Context(), nil)
		require.NoError(b, err)
		r, err := s.Open(sourceContext(), splits)
		require.NoError(b, err)
		for {
			_, err := r.Read(records)
			if err == io.EOF {
				break
			}
			require.NoError(b, err)
		}
		require.NoError(b, r.Close())
	}
}
