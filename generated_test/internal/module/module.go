// Package module makes throw-away modules that use this repository.
package module

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Root is the repository's folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.sum")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.sum above the test")
		dir = parent
	}
}

// Files returns go.mod and go.sum of a module of that path: they ask for what the repository asks for, at the same versions.
func Files(t testing.TB, path string) map[string]string {
	t.Helper()
	root := Root(t)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	return map[string]string{
		"go.mod": strings.Replace(string(mod), "module github.com/streamgen/streamgen", "module "+path, 1) +
			"\nrequire github.com/streamgen/streamgen v0.0.0\nreplace github.com/streamgen/streamgen => " + root + "\n",
		"go.sum": string(sum),
	}
}

// New writes a module into a folder of the test.
func New(t testing.TB, path string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, content := range Files(t, path) {
		Write(t, filepath.Join(dir, name), content)
	}
	return dir
}

// Write writes a file and the folders above it.
func Write(t testing.TB, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

// Env is the environment of go commands in a module.
func Env() []string { return append(os.Environ(), "GOFLAGS=-mod=mod", "GOSUMDB=off") }
