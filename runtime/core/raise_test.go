package core_test

import (
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// A savepoint of few key groups is taken over by goroutines with more of them, at another parallelism: what was counted before counts on.
func TestKeyGroupsAreRaisedAtARestore(t *testing.T) {
	const n = 20_000
	dir := t.TempDir()
	var words []string
	for i := range 50 {
		words = append(words, "word"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	counting := func(out string) runtime.Job {
		return (&wordcount.WordCount{Lines: function.Of(slices.Repeat([]string{strings.Join(words, " ")}, n)...),
			Totals: file.JSONL[wordcount.Total](filepath.Join(dir, out)).On(vfs.OS())}).StreamgenJob()
	}
	c := often()
	set(t, "pipeline.max-parallelism", "5")(&c)
	c.Checkpointing.InlineThreshold = 0
	committed, saved := 0, ""
	s, err := core.Simulate(counting("out"), c, vfs.OS(), filepath.Join(dir, "first"), rand.New(rand.NewPCG(1, 0)), func(e runtime.Event) {
		if e.Kind == runtime.EventCommitted {
			committed++
		}
	})
	require.NoError(t, err)
	for saved == "" {
		require.True(t, s.Step())
		if committed == 3 {
			committed++
			s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(path string, err error) {
				require.NoError(t, err)
				saved = path
			}})
		}
	}
	held, err := chain.ReadSavepoint(vfs.OS(), saved)
	require.NoError(t, err)
	require.Equal(t, 5, held.Manifest.Checkpoint.KeyGroups)

	c = config.Default()
	c.Parallelism, c.MaxParallelism, c.Recovery.Path = 3, 15, saved
	outcome, err := counting("second").Run(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.Equal(t, runtime.Finished, outcome)
	files, err := filepath.Glob(filepath.Join(dir, "second", "Totals-*"))
	require.NoError(t, err)
	least, most := map[string]int{}, map[string]int{}
	for _, name := range files {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			word, total, ok := parseTotal([]byte(line))
			require.True(t, ok, line)
			most[word] = max(most[word], total)
			if least[word] == 0 {
				least[word] = total
			}
			least[word] = min(least[word], total)
		}
	}
	require.Len(t, most, len(words))
	for _, word := range words {
		require.Equal(t, n, most[word])
		require.Greater(t, least[word], 1, "the savepoint had counted some")
	}
}
