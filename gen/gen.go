// Package gen generates the wiring and the codecs of streamgen's pipelines. Its core is pure: packages in, bytes and diagnostics
// out; files are written last, and only those that changed.
package gen

import (
	"context"
	"os"
	"path/filepath"

	"github.com/streamgen/streamgen/gen/internal/cache"
	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// Config says what to generate for.
type Config struct {
	// Dir is the folder that relative patterns start from. Empty means the current one.
	Dir string
	// Patterns name packages as the go command does. None means the package in Dir.
	Patterns []string
	// Env is the environment of the go command, as in os/exec; nil means that of the process.
	Env []string
	// Cache is a folder that remembers which packages are up to date: these are neither checked nor generated again as long as nothing
	// has changed. Empty means that everything is done anew.
	Cache string
}

// Diagnostic is one mistake in the user's code.
type Diagnostic = diag.Diagnostic

// Diagnostics are all mistakes that were found, in the order of their places.
type Diagnostics = diag.List

// File is one file to be there, or not to be there.
type File struct {
	// Path is absolute.
	Path string
	// Content is nil for a file that was generated once and is of no use any more.
	Content []byte
}

// Result is what Generate found.
type Result struct {
	// Files are those of the packages without mistakes, in the order of their paths. Packages that are known to be up to date have none.
	Files []File
	// Diagnostics are the mistakes; a package that has one has no Files.
	Diagnostics Diagnostics

	// written are to be told to the cache once Files are written.
	written []written
	cache   cache.Cache
}

// written is a package without mistakes and its files.
type written struct {
	id    *load.Identity
	files map[string][]byte
}

// load loads what cfg names. Its folder is absolute.
func (cfg Config) load(ctx context.Context) (packages []*load.Package, dir string, err error) {
	if dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, "", err
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, "", err
	}
	patterns := cfg.Patterns
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	packages, err = load.Load(ctx, load.Config{Dir: dir, Patterns: patterns, Env: cfg.Env})
	return packages, dir, err
}
