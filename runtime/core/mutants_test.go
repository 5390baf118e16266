package core_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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

// mutantSchedules is how many schedules of each kind are told at most until a mutant is found.
const mutantSchedules = "2000"

// allSchedules are the tests that tell schedules.
const allSchedules = "TestRandomSchedules|TestSavepointsRestore|TestEveryCrashPoint|TestListSchedules|TestCallingSchedules"

// TestMutants plants one bug after the other: each must be found.
func TestMutants(t *testing.T) {
	switch {
	case os.Getenv("STREAMGEN_MUTANT") != "":
		t.Skip("this binary is a mutant")
	case testing.Short():
		t.Skip("builds a test binary for each planted bug")
	}
	mutants := readMutants(t)
	if len(mutants) == 0 {
		t.Fatal("there are no mutants")
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	found := 0
	two := make(chan struct{}, 2) // at a time
	t.Run("found", func(t *testing.T) {
		t.Run("none", func(t *testing.T) {
			t.Parallel()
			two <- struct{}{}
			defer func() { <-two }()
			if violation, output := findViolation(t, own, allSchedules); violation != "" {
				t.Fatalf("without a planted bug there is a violation already, so that those with one say nothing:\n%s", output)
			}
		})
		for _, m := range mutants {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				two <- struct{}{}
				defer func() { <-two }()
				violation, output := findViolation(t, m.build(t), m.tests)
				if violation == "" {
					t.Fatalf("not found by %s schedules of each kind: %s\n%s", mutantSchedules, m.rule, output)
				}
				t.Log(violation)
				mu.Lock()
				found++
				mu.Unlock()
			})
		}
	})
	fmt.Printf("mutants: %d of %d planted bugs found\n", found, len(mutants))
}

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

// build builds the tests of this package with the mutant in place of the sources.
func (m *mutant) build(t *testing.T) (binary string) {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, c := range m.changes {
		path := filepath.Join(root, filepath.FromSlash(c.file))
		if sources[path] == "" {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources[path] = string(b)
		}
		if n := strings.Count(sources[path], c.before); n != 1 {
			t.Fatalf("the old text occurs %d times in %s, not once: adapt testdata/mutants/%s.txtar to the source\n%s", n, c.file, m.name, c.before)
		}
		sources[path] = strings.Replace(sources[path], c.before, c.after, 1)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for path, source := range sources {
		name := filepath.Join(dir, fmt.Sprintf("%d.go", len(overlay.Replace)))
		if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[path] = name
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "core.test")
	build := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-overlay", list, "-o", binary, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("does not build: %v\n%s", err, output)
	}
	return binary
}

var violationLine = regexp.MustCompile(`(?m)violation: .*$`)

// findViolation runs the schedules in a test binary until one is violated. It returns what it says of it, "" if there was none.
func findViolation(t *testing.T, binary, tests string) (violation, output string) {
	t.Helper()
	run := exec.Command(binary, "-test.run=^("+tests+")$", "-test.failfast", "-test.cpu=1", "-test.timeout=4m")
	run.Env = append(os.Environ(), "STREAMGEN_MUTANT=1", "STREAMGEN_SCHEDULES="+mutantSchedules)
	b, err := run.CombinedOutput()
	output = string(b)
	if violation = violationLine.FindString(output); violation == "" && err != nil {
		t.Fatalf("%v, yet no violation:\n%s", err, output)
	}
	return violation, output
}
