package wordcount_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources is the folder of Go's own sources, a text that every machine with these tests has.
func sources(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	return filepath.Join(strings.TrimSpace(string(out)), "src")
}

// Every occurrence of every word has exactly one line, and the totals of a word are 1 to n, where n comes from other programs.
func TestExactOutput(t *testing.T) {
	src := sources(t)
	trees := []string{filepath.Join(src, "net"), filepath.Join(src, "os"), filepath.Join(src, "runtime")}
	for _, test := range []struct{ name, suffix, glob string }{
		{"go files", ".go", "**/*.go"},
		{"all files", "", "**/*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			exactOutput(t, test.suffix, test.glob, trees...)
		})
	}
}

// The same with all of Go's sources: WORDCOUNT_EXACT=1 go test -run TestExactOutputOfAllSources.
func TestExactOutputOfAllSources(t *testing.T) {
	if os.Getenv("WORDCOUNT_EXACT") == "" {
		t.Skip("set WORDCOUNT_EXACT=1 to count the words of all of Go's sources")
	}
	exactOutput(t, ".go", "**/*.go", sources(t))
}

func exactOutput(t *testing.T, suffix, glob string, trees ...string) {
	var globs []string
	for _, tree := range trees {
		globs = append(globs, filepath.Join(tree, glob))
	}
	j := newJob(t, globs...)
	j.finish(t, 3)

	want := countWords(t, suffix, trees...)
	if again, ok := countWithPython(t, suffix, trees...); ok {
		require.Equal(t, want, again, "the programs that check do not agree")
	}
	a := requireExact(t, j.output, want)
	t.Logf("%d lines in %d files, %d words: exact", a.lines, len(a.read), len(want))
}
