//go:build mutants

package config

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ignoredOption is the variable that says to a test binary which option is ignored. It does not begin as those that set options do: one that names no option
// would be an error.
const ignoredOption = "IGNORED_OPTION"

// TestIgnoredOptions ignores one supported option after the other: what it is set to is read and then forgotten, so that the default stays. The test that
// docs/simulation.md names must fail then, by an assertion of its own, and must not fail otherwise. It builds test binaries, so it stands apart: make options.
func TestIgnoredOptions(t *testing.T) {
	tests, overlay := findTests(t), ignoringOverlay(t)
	binaries, passed := map[string]string{}, map[string]bool{}
	found, all := 0, 0
	for _, row := range readShown(t) {
		if row.by == noEffect {
			continue
		}
		t.Run(row.option, func(t *testing.T) {
			all++
			require.Len(t, tests[row.by], 1)
			folder := tests[row.by][0]
			if binaries[folder] == "" {
				binaries[folder] = buildTests(t, folder, overlay, filepath.Join(filepath.Dir(overlay), fmt.Sprintf("%d.test", len(binaries))))
			}
			if !passed[row.by] {
				output, err := runTest(binaries[folder], folder, row.by, "")
				require.NoError(t, err, "no option is ignored, and yet:\n%s", output)
				require.Contains(t, output, "--- PASS: "+row.by)
				passed[row.by] = true
			}
			output, err := runTest(binaries[folder], folder, row.by, row.option)
			require.Error(t, err, "%s does not fail, although the option is ignored: it does not set it, or nothing comes of it", row.by)
			require.Contains(t, output, "--- FAIL: "+row.by)
			require.Contains(t, output, "Error Trace:", "it is no assertion that fails")
			require.NotContains(t, output, "panic:")
			found++
			t.Log(output)
		})
	}
	fmt.Printf("options: %d of %d that were ignored were found\n", found, all)
}

// ignoringOverlay writes a file for go test -overlay that has Set ignore an option, and returns its name.
func ignoringOverlay(t *testing.T) string {
	t.Helper()
	source, err := filepath.Abs("set.go")
	require.NoError(t, err)
	b, err := os.ReadFile(source)
	require.NoError(t, err)
	text := string(b)
	for before, after := range map[string]string{
		"\t\"maps\"\n": "\t\"maps\"\n\t\"os\"\n",
		"func Set(c *Config, key, value string) error {\n": `func Set(c *Config, key, value string) error {
	ignored, isUID := os.Getenv("` + ignoredOption + `"), strings.HasPrefix(key, parallelismPrefix) && key != parallelismPrefix+"default"
	if ignored == key || isUID && ignored == "` + parallelismUID + `" {
		forgotten := *c
		c = &forgotten
	}
`,
	} {
		require.Equal(t, 1, strings.Count(text, before), "adapt this test to set.go: %s", before)
		text = strings.Replace(text, before, after, 1)
	}
	dir := t.TempDir()
	changed, list := filepath.Join(dir, "set.go"), filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(changed, []byte(text), 0o600))
	b, err = json.Marshal(struct{ Replace map[string]string }{map[string]string{source: changed}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(list, b, 0o600))
	return list
}

// buildTests builds the tests of the package in a folder.
func buildTests(t *testing.T, folder, overlay, binary string) string {
	t.Helper()
	build := exec.Command("go", "test", "-c", "-ldflags=-s -w", "-overlay", overlay, "-o", binary, ".")
	build.Dir = folder
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}

// runTest runs one test, with an option ignored if there is one, and returns what it wrote. Its error is that it has failed.
func runTest(binary, folder, test, ignored string) (string, error) {
	run := exec.Command(binary, "-test.run=^"+test+"$", "-test.v", "-test.timeout=2m")
	run.Dir = folder
	run.Env = append(os.Environ(), ignoredOption+"="+ignored)
	output, err := run.CombinedOutput()
	return string(output), err
}
