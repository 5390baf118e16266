package wordcount_test

import (
	"bufio"
	"bytes"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// countWords counts the words of all files below roots whose names end in suffix, with a program that shares nothing with wordcount.
func countWords(t *testing.T, suffix string, roots ...string) map[string]int64 {
	t.Helper()
	return counted(t, program(t, "count", "./testdata/count"), append([]string{suffix}, roots...)...)
}

// countWithPython does the same in another language. It reports false where there is none.
func countWithPython(t *testing.T, suffix string, roots ...string) (map[string]int64, bool) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		return nil, false
	}
	return counted(t, python, append([]string{filepath.Join("testdata", "count.py"), suffix}, roots...)...), true
}

// counted runs a program that prints words and their counts.
func counted(t *testing.T, program string, args ...string) map[string]int64 {
	t.Helper()
	cmd := exec.Command(program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	counts := map[string]int64{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		word, count, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseInt(count, 10, 64)
		require.NoError(t, err, lines.Text())
		counts[word] = n
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, counts)
	return counts
}
