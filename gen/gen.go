// Package gen generates the wiring and the codecs of streamgen's pipelines. Its core is pure: packages in, bytes and diagnostics
// out; files are written last, and only those that changed.
package gen

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/emit"
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
	// Files are those of the packages without mistakes, in the order of their paths.
	Files []File
	// Diagnostics are the mistakes; a package that has one has no Files.
	Diagnostics Diagnostics
}

// Generate loads packages and generates their files. It writes nothing. An error means that it could not do its work; mistakes in
// the packages are diagnostics.
func Generate(ctx context.Context, cfg Config) (*Result, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if len(cfg.Patterns) == 0 {
		cfg.Patterns = []string{"."}
	}
	packages, err := load.Load(ctx, load.Config{Dir: dir, Patterns: cfg.Patterns, Env: cfg.Env})
	if err != nil {
		return nil, err
	}
	result := &Result{}
	for _, p := range packages {
		if err := result.add(p); err != nil {
			return nil, fmt.Errorf("package %s: %w", p.Path, err)
		}
	}
	slices.SortFunc(result.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	result.Diagnostics.Sort()
	result.Diagnostics.Relative(dir)
	return result, nil
}

// add generates one package.
func (r *Result) add(p *load.Package) error {
	var diags diag.List
	checked := check.Check(p, &diags)
	if len(diags) > 0 {
		r.Diagnostics = append(r.Diagnostics, diags...)
		return nil
	}
	files, err := emit.Package(checked)
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		r.Files = append(r.Files, File{Path: path, Content: files[path]})
	}
	for _, path := range p.Generated {
		if _, ok := files[path]; !ok {
			r.Files = append(r.Files, File{Path: path})
		}
	}
	return nil
}
