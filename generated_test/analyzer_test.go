package generated

import (
	"context"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/gen/analyzer"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// archives writes the archives of a folder of tests into a module, each into a folder of its name, without the files to be left out.
func archives(t *testing.T, pattern string, out func(name string) bool) string {
	t.Helper()
	dir := module.New(t, "example.com/cases")
	paths, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, f := range a.Files {
			if !out(f.Name) {
				name := filepath.Base(path)
				module.Write(t, filepath.Join(dir, name[:len(name)-len(".txtar")], f.Name), string(f.Data))
			}
		}
	}
	return dir
}

// analyze runs the analyzer over all packages of a module as a driver does: with every file.
func analyze(t *testing.T, dir string) gen.Diagnostics {
	t.Helper()
	found, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir, Env: module.Env()}, "./...")
	require.NoError(t, err)
	graph, err := checker.Analyze([]*analysis.Analyzer{analyzer.Analyzer}, found, nil)
	require.NoError(t, err)
	var diags gen.Diagnostics
	for _, root := range graph.Roots {
		require.NoError(t, root.Err)
		for _, d := range root.Diagnostics {
			diags.Add(root.Package.Fset.Position(d.Pos), strings.ReplaceAll(d.Message, dir+string(filepath.Separator), ""), "")
		}
	}
	diags.Sort()
	diags.Relative(dir)
	return diags
}

// The analyzer says what generate says, at the same places, but for what its driver says.
func TestAnalyzerReportsWhatGenerateReports(t *testing.T) {
	dir := archives(t, "../gen/testdata/diagnostics/*.txtar", func(name string) bool { return name == "want" })
	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./..."}, Env: module.Env()})
	require.NoError(t, err)
	// A driver does not ask about a package that it cannot compile, nor about one whose imports it cannot; go vet says why itself.
	compiles := func(d gen.Diagnostic) bool {
		return !strings.HasPrefix(d.Pos.Filename, "syntax/") && !strings.HasPrefix(d.Pos.Filename, "broken_package/")
	}
	want := slices.DeleteFunc(result.Diagnostics, func(d gen.Diagnostic) bool {
		return !compiles(d) || strings.HasPrefix(d.Message, "could not import ")
	})
	for i, d := range want {
		if filepath.Ext(d.Pos.Filename) != ".go" { // the driver knows no such files: it is said at the beginning of the package
			want[i].Message = d.Pos.String() + ": " + d.Message
			want[i].Pos = token.Position{Filename: filepath.Join(filepath.Dir(d.Pos.Filename), "p.go"), Line: 1, Column: 1}
		}
	}
	want.Sort()
	found := slices.DeleteFunc(analyze(t, dir), func(d gen.Diagnostic) bool { return !compiles(d) })
	require.Equal(t, want.String(), found.String())
}

// A driver sees the package with its generated files; these are not the user's code.
func TestAnalyzerFindsNothingInGoodPackages(t *testing.T) {
	dir := archives(t, "../gen/testdata/golden/*.txtar", func(string) bool { return false })
	require.Empty(t, analyze(t, dir).String())
}

// The fixes of each file make it its golden file.
func TestAnalyzerFixes(t *testing.T) {
	dir := archives(t, "testdata/fixes/*.txtar", func(string) bool { return false })
	t.Setenv("GOFLAGS", "-mod=mod")
	analysistest.RunWithSuggestedFixes(t, dir, analyzer.Analyzer, "./...")
}
