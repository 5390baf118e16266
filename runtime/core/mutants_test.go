//go:build mutants

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
)

// mutantSchedules is how many schedules of each kind are told at most until a mutant is found.
const mutantSchedules = "2000"

// TestMutants plants one bug after the other: each must be found. It builds a test binary for each, so it stands apart: make mutants.
func TestMutants(t *testing.T) {
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
	run := exec.Command(binary, "-test.run=^("+tests+")$", "-test.failfast", "-test.cpu=1", "-test.timeout=15m")
	run.Env = append(os.Environ(), "STREAMGEN_SCHEDULES="+mutantSchedules)
	b, err := run.CombinedOutput()
	output = string(b)
	if violation = violationLine.FindString(output); violation == "" && err != nil {
		t.Fatalf("%v, yet no violation:\n%s", err, output)
	}
	return violation, output
}
