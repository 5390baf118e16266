package file

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
)

// TestEveryLineOnce reads random files with random splits and batches by random numbers of subtasks, which are stopped at random
// snapshots and opened again with what they consumed until then.
func TestEveryLineOnce(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		dir := filepath.Join(dir, fmt.Sprint(run))
		var want []string
		for i := range rapid.IntRange(1, 4).Draw(rt, "files") {
			name := filepath.Join(dir, fmt.Sprint(i)+rapid.SampledFrom([]string{".txt", ".txt.gz"}).Draw(rt, "name"))
			lines := rapid.SliceOfN(rapid.StringMatching(`[a-c\r]{0,8}`), 0, 30).Draw(rt, "lines")
			content := strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(rt, "line end")) +
				rapid.SampledFrom([]string{"", "\n"}).Draw(rt, "end")
			writeTo(t, name, content)
			want = append(want, linesOf(content)...)
		}
		s := Lines(dir + "/*").SplitSize(rapid.Int64Range(1, 40).Draw(rt, "split size"))
		require.Equal(rt, want, readWithRestarts[string](t, rt, s))
	})
}

// TestEveryRowOnce is the same for CSV, whose rows span lines.
func TestEveryRowOnce(t *testing.T) {
	type row struct{ A, B string }
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		path := filepath.Join(dir, fmt.Sprint(run)+rapid.SampledFrom([]string{".csv", ".csv.gz"}).Draw(rt, "name"))
		content := "a,b\n"
		var want []row
		for range rapid.IntRange(0, 20).Draw(rt, "rows") {
			r := row{rapid.StringMatching(`[a\n,]{1,3}`).Draw(rt, "a"), rapid.StringMatching(`[a\n,]{0,3}`).Draw(rt, "b")}
			want = append(want, r)
			content += fmt.Sprintf("\"%s\",\"%s\"\n", r.A, r.B)
		}
		writeTo(t, path, content)
		require.Equal(rt, want, readWithRestarts[row](t, rt, CSV[row](path)))
	})
}

// linesOf is the plain way to cut a file into lines.
func linesOf(content string) []string {
	var lines []string
	for line := range strings.SplitAfterSeq(content, "\n") {
		if line == "" {
			continue
		}
		if before, ok := strings.CutSuffix(line, "\n"); ok {
			line = strings.TrimSuffix(before, "\r")
		}
		lines = append(lines, line)
	}
	return lines
}

// readWithRestarts returns the records of all splits, in the order of the splits.
func readWithRestarts[T any](t *testing.T, rt *rapid.T, s runtime.Source[T]) []T {
	splits, err := s.Splits(t.Context(), nil)
	require.NoError(rt, err)
	order := slices.Clone(splits)
	bySplit := map[string][]T{}
	for restarts := 0; slices.ContainsFunc(splits, func(s runtime.Split) bool { return !s.Done }); restarts++ {
		splits, err = s.Splits(t.Context(), splits)
		require.NoError(rt, err)
		parts := make([][]runtime.Split, rapid.IntRange(1, 3).Draw(rt, "subtasks"))
		for i, split := range splits {
			parts[i%len(parts)] = append(parts[i%len(parts)], split)
		}
		splits = nil
		for _, part := range parts {
			splits = append(splits, readSome(rt, s, part, bySplit, restarts > 20)...)
		}
	}
	var all []T
	for _, split := range order {
		all = append(all, bySplit[split.ID]...)
	}
	return all
}

// readSome reads to the end or for a while, keeps what was consumed until then and returns the snapshot.
func readSome[T any](rt *rapid.T, s runtime.Source[T], splits []runtime.Split, bySplit map[string][]T, toEnd bool) []runtime.Split {
	opened, err := s.Open(sourceContext(), splits)
	require.NoError(rt, err)
	r := opened.(*reader[T])
	defer func() { require.NoError(rt, r.Close()) }()
	for {
		records := make([]T, rapid.IntRange(1, 10).Draw(rt, "batch"))
		n, err := r.Read(records)
		if err != io.EOF {
			require.NoError(rt, err)
		}
		consumed := n
		stop := err == io.EOF || !toEnd && rapid.IntRange(0, 9).Draw(rt, "stop") == 0
		if stop {
			consumed = rapid.IntRange(0, n).Draw(rt, "consumed")
		}
		if consumed > 0 {
			id := r.splits[r.current].ID
			bySplit[id] = append(bySplit[id], records[:consumed]...)
		}
		if stop {
			state, err := r.Snapshot(1, consumed)
			require.NoError(rt, err)
			return state
		}
	}
}
