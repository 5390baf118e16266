package gen_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
)

var update = flag.Bool("update", false, "rewrite what the tests want with what they got")

// archive is one case: the files of a package or of several, and what is wanted of them.
type archive struct {
	name, path string
	*txtar.Archive
}

// archives reads the cases of a folder of testdata.
func archives(t *testing.T, folder string) []archive {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	var cases []archive
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		require.NoError(t, err)
		cases = append(cases, archive{strings.TrimSuffix(filepath.Base(path), ".txtar"), path, a})
	}
	return cases
}

// isWanted reports whether a file of the archive is no input. A schema record is what a package with a mistake is compared with.
func (a archive) isWanted(name string) bool {
	golden := filepath.Base(filepath.Dir(a.path)) == "golden"
	return name == "want" || strings.Contains(name, "_streamgen") || golden && filepath.Base(name) == "streamgen.schema.json"
}

// module writes the inputs of all cases into one module, each into a folder of its name, so that they are loaded together.
func module(t *testing.T, cases []archive) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	repository, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	text := strings.Replace(string(mod), "module github.com/streamgen/streamgen", "module example.com/cases", 1) +
		"\nrequire github.com/streamgen/streamgen v0.0.0\nreplace github.com/streamgen/streamgen => " + repository + "\n"
	write(t, filepath.Join(dir, "go.mod"), []byte(text))
	sum, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	write(t, filepath.Join(dir, "go.sum"), sum)
	for _, c := range cases {
		for _, f := range c.Files {
			if !c.isWanted(f.Name) {
				write(t, filepath.Join(dir, c.name, f.Name), f.Data)
			}
		}
	}
	return dir
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, content, 0o644))
}

func generate(t *testing.T, dir string, patterns ...string) *gen.Result {
	t.Helper()
	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: patterns, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off")})
	require.NoError(t, err)
	return result
}

// inputs are the files of an archive without what is wanted.
func (a archive) inputs() []txtar.File {
	var files []txtar.File
	for _, f := range a.Files {
		if !a.isWanted(f.Name) {
			files = append(files, f)
		}
	}
	return files
}

// file returns a file of the archive, "" if it is not there.
func (a archive) file(name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// save replaces what the archive wants.
func (a archive) save(t *testing.T, wanted ...txtar.File) {
	t.Helper()
	a.Files = append(a.inputs(), wanted...)
	write(t, a.path, txtar.Format(a.Archive))
}
