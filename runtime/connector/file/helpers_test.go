package file

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

// write makes a file in a new folder and returns its path. Its content is compressed if the name says so.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	writeTo(t, path, content)
	return path
}

func writeTo(t testing.TB, path, content string) {
	t.Helper()
	if filepath.Ext(path) == ".gz" {
		content = zipped(t, content)
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

func zipped(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func sourceContext() runtime.SourceContext {
	return runtime.SourceContext{Context: runtime.NewContext("Lines", 0, 1, slog.New(slog.DiscardHandler))}
}

// readAll reads a source in one subtask, a batch of the given size at a time.
func readAll[T any](t testing.TB, s runtime.Source[T], batch int) []T {
	t.Helper()
	all, err := tryRead(t, s, batch)
	require.NoError(t, err)
	return all
}

// tryRead returns what was read before the end or the first error.
func tryRead[T any](t testing.TB, s runtime.Source[T], batch int) ([]T, error) {
	t.Helper()
	splits, err := s.Splits(t.Context(), nil)
	if err != nil {
		return nil, err
	}
	return readSplits(t, s, splits, batch)
}

func readSplits[T any](t testing.TB, s runtime.Source[T], splits []runtime.Split, batch int) ([]T, error) {
	t.Helper()
	r, err := s.Open(sourceContext(), splits)
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	all := []T{}
	records := make([]T, batch)
	for {
		n, err := r.Read(records)
		all = append(all, records[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// ids lists the IDs of splits, with their folder taken away.
func ids(dir string, splits []runtime.Split) []string {
	list := []string{}
	for _, s := range splits {
		list = append(list, s.ID[len(dir)+1:])
	}
	return list
}
