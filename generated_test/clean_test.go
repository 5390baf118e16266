package generated

import (
	"context"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// What is generated for all golden packages and all modules of the scripts is clean: for gofmt, go vet and staticcheck, in one module. It takes
// the linter's command from STREAMGEN_STATICCHECK, as make check sets it.
func TestGeneratedCodeIsClean(t *testing.T) {
	staticcheck := os.Getenv("STREAMGEN_STATICCHECK")
	if staticcheck == "" {
		t.Skip("STREAMGEN_STATICCHECK is not set: make check sets it")
	}
	dir := module.New(t, "example.com/clean")
	goldens, err := filepath.Glob("../gen/testdata/golden/*.txtar")
	require.NoError(t, err)
	scripts, err := filepath.Glob("testdata/scripts/*.txtar")
	require.NoError(t, err)
	for _, path := range slices.Concat(goldens, scripts) {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		isScript := slices.Contains(scripts, path)
		if isScript && slices.ContainsFunc(archive.Files, func(f txtar.File) bool { return filepath.Base(f.Name) == "go.mod" }) {
			continue // it has modules of its own
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if isScript {
			name = "script_" + name
		}
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) != ".go" || strings.Contains(f.Name, "_streamgen") {
				continue
			}
			text := strings.ReplaceAll(string(f.Data), `"example.com/cases/`, `"example.com/clean/`)
			text = strings.ReplaceAll(text, `"example.com/script/`, `"example.com/clean/`+name+`/`)
			text = strings.ReplaceAll(text, `"example.com/script"`, `"example.com/clean/`+name+`"`)
			module.Write(t, filepath.Join(dir, name, f.Name), text)
		}
	}
	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./..."}, Env: module.Env()})
	require.NoError(t, err)
	_, err = result.Write()
	require.NoError(t, err)
	generated := 0
	for _, f := range result.Files {
		if filepath.Ext(f.Path) != ".go" {
			continue
		}
		generated++
		formatted, err := format.Source(f.Content)
		require.NoError(t, err)
		require.Equal(t, string(formatted), string(f.Content))
	}
	require.Greater(t, generated, len(goldens)+len(scripts)/2, "what was generated:\n%s", result.Diagnostics)

	// One that is not clean shows that the tools see what they are to see.
	module.Write(t, filepath.Join(dir, "planted", "planted_streamgen.go"), "package planted\n\nfunc F(x int) int {\n\tx = x\n\treturn x\n}\n")
	for _, tool := range [][]string{{"go", "vet", "./..."}, append(strings.Fields(staticcheck), "./...")} {
		command := exec.Command(tool[0], tool[1:]...)
		command.Dir = dir
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		out, err := command.CombinedOutput()
		require.Error(t, err)
		require.Regexp(t, `(?m)^planted/planted_streamgen\.go:4:2: `, string(out))
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "planted/") { // other complaints are of what stands in for the users' code
				require.NotRegexp(t, `_streamgen(_\w+)?\.go:\d+:\d+: `, line)
			}
		}
	}
}
