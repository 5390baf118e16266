package wordcount_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// auditor checks what is committed: the totals of every word are 1, 2, 3 and so on, each once and in order, where the order is that of
// the files' names. Files are committed whole and never change, so one that was read is only looked at again.
type auditor struct {
	totals     map[string]*int64
	read       map[string]committed
	checkpoint int64 // the highest of a file that was read
	lines      int64
}

// committed is how a file was found.
type committed struct {
	size    int64
	changed time.Time
}

func newAuditor() *auditor {
	return &auditor{totals: map[string]*int64{}, read: map[string]committed{}}
}

// audit reads what was committed in dir since the last call.
func (a *auditor) audit(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, e := range entries { // sorted by name
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		there[e.Name()] = true
		found := committed{info.Size(), info.ModTime()}
		if before, ok := a.read[e.Name()]; ok {
			if before != found {
				return fmt.Errorf("%s was committed and has changed since: %v, before %v", e.Name(), found, before)
			}
			continue
		}
		if err := a.file(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
		a.read[e.Name()] = found
	}
	for name := range a.read {
		if !there[name] {
			return fmt.Errorf("%s was committed and is gone", name)
		}
	}
	return nil
}

// file reads a file. Those of one checkpoint hold different words, so it does not matter in which order they are committed.
func (a *auditor) file(path string) error {
	checkpoint, err := checkpointOf(filepath.Base(path))
	if err != nil {
		return err
	}
	if checkpoint < a.checkpoint {
		return fmt.Errorf("%s appeared after a file of checkpoint %d was committed", path, a.checkpoint)
	}
	a.checkpoint = checkpoint
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return fmt.Errorf("%s: the last line has no end", path)
	}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if err := a.line(line); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	return nil
}

// checkpointOf reads the number in Totals-0000000007-0001-5f3a90c2.jsonl.
func checkpointOf(name string) (int64, error) {
	parts := strings.Split(strings.TrimSuffix(name, ".jsonl"), "-")
	if len(parts) != 4 {
		return 0, fmt.Errorf("%s: not a name of the output", name)
	}
	return strconv.ParseInt(parts[1], 10, 64)
}

// line takes {"word":"the","count":17}. Words hold letters and digits only, so that nothing in them is escaped.
func (a *auditor) line(line []byte) error {
	rest, ok := bytes.CutPrefix(line, []byte(`{"word":"`))
	word, rest, found := bytes.Cut(rest, []byte(`","count":`))
	digits, ended := bytes.CutSuffix(rest, []byte("}\n"))
	total, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || !found || !ended || err != nil {
		return fmt.Errorf("not a total: %q", line)
	}
	last := a.totals[string(word)]
	if last == nil {
		last = new(int64)
		a.totals[string(word)] = last
	}
	if total != *last+1 {
		return fmt.Errorf("%s has total %d after %d", word, total, *last)
	}
	*last = total
	a.lines++
	return nil
}

// compare checks that every word was counted as often as it is there.
func (a *auditor) compare(want map[string]int64) error {
	for _, word := range slices.Sorted(maps.Keys(want)) {
		got := int64(0)
		if total := a.totals[word]; total != nil {
			got = *total
		}
		if got != want[word] {
			return fmt.Errorf("%q has %d totals, and is in the input %d times", word, got, want[word])
		}
	}
	for _, word := range slices.Sorted(maps.Keys(a.totals)) {
		if _, ok := want[word]; !ok {
			return fmt.Errorf("%q has totals, and is not in the input", word)
		}
	}
	return nil
}

// requireExact reads all of an output anew and compares it with the counts of the input.
func requireExact(t *testing.T, output string, want map[string]int64) *auditor {
	t.Helper()
	a := newAuditor()
	require.NoError(t, a.audit(output))
	require.NoError(t, a.compare(want))
	return a
}

// requirePrefix reads all of an output anew: totals without a gap, as far as they go.
func requirePrefix(t *testing.T, output string) *auditor {
	t.Helper()
	a := newAuditor()
	require.NoError(t, a.audit(output))
	return a
}

func TestTheAuditorFindsWhatIsWrong(t *testing.T) {
	const first, second = "Totals-0000000001-0000-5f3a90c2.jsonl", "Totals-0000000002-0000-5f3a90c2.jsonl"
	for _, test := range []struct{ name, first, second, want string }{
		{"right", `{"word":"a","count":1}` + "\n", `{"word":"a","count":2}` + "\n", ""},
		{"twice", `{"word":"a","count":1}` + "\n", `{"word":"a","count":1}` + "\n", "a has total 1 after 1"},
		{"gap", `{"word":"a","count":1}` + "\n", `{"word":"a","count":3}` + "\n", "a has total 3 after 1"},
		{"late", `{"word":"a","count":2}` + "\n", `{"word":"a","count":1}` + "\n", "a has total 2 after 0"},
		{"cut", `{"word":"a","count":1}` + "\n", `{"word":"a","coun`, "the last line has no end"},
		{"empty", `{"word":"a","count":1}` + "\n", "", "the last line has no end"},
		{"no total", `{"word":"a"}` + "\n", "\n", "not a total"},
		{"less", `{"word":"a","count":1}` + "\n", `{"word":"b","count":1}` + "\n", `"a" has 1 totals, and is in the input 2 times`},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, first), test.first)
			write(t, filepath.Join(dir, second), test.second)
			a := newAuditor()
			err := a.audit(dir)
			if err == nil {
				err = a.compare(map[string]int64{"a": 2})
			}
			if test.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.want)
			}
		})
	}
	t.Run("changed afterwards", func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, first), `{"word":"a","count":1}`+"\n")
		a := newAuditor()
		require.NoError(t, a.audit(dir))
		write(t, filepath.Join(dir, first), `{"word":"a","count":1}`+"\n"+`{"word":"a","count":2}`+"\n")
		require.ErrorContains(t, a.audit(dir), "has changed since")
		require.NoError(t, os.Remove(filepath.Join(dir, first)))
		require.ErrorContains(t, a.audit(dir), "is gone")
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}
