package config

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// moduleRoot is the module as these tests see it.
const moduleRoot = "../.."

// parallelismUID stands for the keys parallelism.UID, one for each operator.
const parallelismUID = parallelismPrefix + "UID"

// noEffect is what the documentation says in the place of a test of an option that changes nothing.
const noEffect = "it has no effect"

// shown is a row of the table of options in docs/simulation.md.
type shown struct{ option, by string }

// readShown reads that table.
func readShown(t *testing.T) []shown {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(moduleRoot, "docs/simulation.md"))
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(page), "| Option | Shown by |\n|---|---|\n")
	require.True(t, ok, "docs/simulation.md has no table of what shows the options")
	table, _, _ = strings.Cut(table, "\n\n")
	var all []shown
	for row := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		cells := strings.Split(strings.ReplaceAll(row, "`", ""), "|")
		require.Len(t, cells, 4, "%q is not a row of two cells", row)
		all = append(all, shown{strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
	}
	return all
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\) {$`)

// findTests returns the folders of the packages that have a test, by its name.
func findTests(t *testing.T) map[string][]string {
	t.Helper()
	folders := map[string][]string{}
	err := filepath.WalkDir(moduleRoot, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != moduleRoot):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		b, err := os.ReadFile(path)
		for _, found := range testFunction.FindAllSubmatch(b, -1) {
			folders[string(found[1])] = append(folders[string(found[1])], filepath.Dir(path))
		}
		return err
	})
	require.NoError(t, err)
	return folders
}

// Every supported option has a test that is there, unless it is one without an effect. That the test fails if the option is ignored, make options finds out.
func TestEveryOptionIsShownByATest(t *testing.T) {
	by := map[string]string{}
	for _, row := range readShown(t) {
		require.NotContains(t, by, row.option, "it stands twice in the table")
		by[row.option] = row.by
	}
	tests, missing := findTests(t), maps.Clone(by)
	for _, o := range slices.Insert(Options(), 1, Option{Key: parallelismUID, Field: "Parallelisms", Supported: true}) {
		switch test := by[o.Key]; {
		case !o.Supported:
			continue
		case o.Field == "":
			require.Equal(t, noEffect, test, o.Key)
		default:
			require.Len(t, tests[test], 1, "%s: want the name of one test in the module in the place of %q", o.Key, test)
		}
		delete(missing, o.Key)
	}
	require.Empty(t, missing, "these are no supported options")
}
