package core_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A mutant is a bug that is planted into the protocol to see whether the schedules find it. Its file begins with the rule that it breaks, and perhaps a
// line "Found by" with the tests that are to find it, if not all are asked;
// the sections of its archive are changes of source files, each the old text, a line with =>, and the new text.
type mutant struct {
	name, rule string
	tests      string // that are asked, as -run takes them
	changes    []change
}

type change struct{ file, before, after string }

// allSchedules are the tests that tell schedules.
const allSchedules = "TestRandomSchedules|TestSavepointsRestore|TestEveryCrashPoint|TestListSchedules|TestCallingSchedules"

// TestMutantsAreDescribed holds the table of docs/simulation.md against the planted bugs.
func TestMutantsAreDescribed(t *testing.T) {
	b, err := os.ReadFile("../../docs/simulation.md")
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ := strings.Cut(string(b), "## The planted bugs")
	mutants := readMutants(t)
	for _, m := range mutants {
		if row := fmt.Sprintf("| `%s` | %s |", m.name, m.rule); !strings.Contains(doc, row) {
			t.Errorf("docs/simulation.md lacks the row\n%s", row)
		}
	}
	if n := strings.Count(doc, "\n| `"); n != len(mutants) {
		t.Errorf("docs/simulation.md has %d rows for %d planted bugs", n, len(mutants))
	}
}

func readMutants(t *testing.T) []mutant {
	t.Helper()
	files, err := filepath.Glob("testdata/mutants/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var mutants []mutant
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rule, tests, ok := strings.Cut(strings.TrimSpace(string(a.Comment)), "\nFound by ")
		if !ok {
			tests = allSchedules
		}
		m := mutant{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), rule: rule, tests: tests}
		for _, f := range a.Files {
			before, after, ok := strings.Cut(string(f.Data), "=>\n")
			if !ok || m.rule == "" {
				t.Fatalf("%s: it needs a rule, and in each section a line with => between the old text and the new", file)
			}
			m.changes = append(m.changes, change{f.Name, strings.TrimSuffix(before, "\n"), strings.TrimSuffix(after, "\n")})
		}
		mutants = append(mutants, m)
	}
	return mutants
}

// TestMutantsFitTheSources finds planted bugs whose old text is not in the sources any more, without building them.
func TestMutantsFitTheSources(t *testing.T) {
	for _, m := range readMutants(t) {
		sources := map[string]string{}
		for _, c := range m.changes {
			if sources[c.file] == "" {
				b, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(c.file)))
				if err != nil {
					t.Fatal(err)
				}
				sources[c.file] = string(b)
			}
			if n := strings.Count(sources[c.file], c.before); n != 1 {
				t.Errorf("the old text of testdata/mutants/%s.txtar occurs %d times in %s, not once", m.name, n, c.file)
			}
			sources[c.file] = strings.Replace(sources[c.file], c.before, c.after, 1)
		}
	}
}
