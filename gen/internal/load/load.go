// Package load reads the user's packages, typed, although the code that streamgen generates for them is missing, stale or half merged.
package load

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/streamgen/streamgen/gen/internal/diag"
)

// Package is one of the user's packages, without what we generated for it earlier.
type Package struct {
	Path   string
	Dir    string
	Module string
	Fset   *token.FileSet
	Types  *types.Package
	Info   *types.Info
	// Files are the user's own, in the order of their names.
	Files []*File
	// Generated are the files that bear our header.
	Generated []string
	// TypeErrors are the mistakes outside of function bodies. Most of them go away with the code that is to be generated.
	TypeErrors []types.Error
	// Imported are the mistakes in packages that it imports, directly or not.
	Imported []types.Error
	// Working names what is being worked at, for the report of a bug.
	Working string
	// Errors make the package unreadable.
	Errors diag.List
	// Identity is nil if what decides what is generated is not known for sure.
	Identity *Identity
}

// File is one of the user's source files.
type File struct {
	Name   string
	Syntax *ast.File
}

// Config says what to load.
type Config struct {
	Dir      string
	Patterns []string
	Env      []string
}

const mode = packages.LoadSyntax | packages.NeedModule | packages.NeedForTest | packages.NeedExportFile

// Load loads the packages that match the patterns. Packages whose test files have directives are loaded with their tests. A pattern that
// names no package is an error.
func Load(ctx context.Context, cfg Config) ([]*Package, error) {
	l := &loader{ctx: ctx, cfg: cfg, start: time.Now(), generated: map[string]bool{}, sums: map[string]sum{}}
	found, err := l.load(cfg.Patterns, false)
	if err != nil {
		return nil, err
	}
	if err := l.unmatched(found); err != nil {
		return nil, err
	}
	var result []*Package
	var tested []string
	for _, p := range found {
		if hasMarkedTests(p) {
			tested = append(tested, p.PkgPath)
			continue
		}
		result = append(result, l.convert(p))
	}
	if tested != nil {
		found, err := l.load(tested, true)
		if err != nil {
			return nil, err
		}
		for _, p := range withTests(found, tested) {
			result = append(result, l.convert(p))
		}
	}
	slices.SortStableFunc(result, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	return result, nil
}

type loader struct {
	ctx   context.Context
	cfg   Config
	start time.Time

	mu sync.Mutex
	// generated says which of the parsed files are ours, sums what they hold.
	generated map[string]bool
	sums      map[string]sum
}

// load loads once, and once more if the imports of generated files do not parse: for these an overlay takes the place of the
// file, which has the price that every dependency is type-checked from source.
func (l *loader) load(patterns []string, tests bool) ([]*packages.Package, error) {
	cfg := &packages.Config{
		Mode: mode, Context: l.ctx, Dir: l.cfg.Dir, Env: l.cfg.Env, Tests: tests, Fset: token.NewFileSet(), ParseFile: l.parse,
		BuildFlags: []string{"-trimpath=false"}, // whatever GOFLAGS says: the files of dependencies are looked at
	}
	found, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", err)
	}
	if cfg.Overlay = l.overlays(found); len(cfg.Overlay) > 0 {
		cfg.Fset = token.NewFileSet()
		if found, err = packages.Load(cfg, patterns...); err != nil {
			return nil, fmt.Errorf("load packages: %w", err)
		}
	}
	return found, nil
}

// parse parses the user's files whole, and of ours the package clause alone.
func (l *loader) parse(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
	ours, content := IsGenerated(src), sha256.Sum256(src)
	l.mu.Lock()
	l.sums[name] = content
	if ours {
		l.generated[name] = true
	}
	l.mu.Unlock()
	if !ours {
		return parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	}
	return parser.ParseFile(fset, name, src, parser.PackageClauseOnly)
}

// overlays replaces the generated files that the go command could not read.
func (l *loader) overlays(found []*packages.Package) map[string][]byte {
	overlay := map[string][]byte{}
	for _, p := range found {
		if p.Dir == "" || !slices.ContainsFunc(p.Errors, func(e packages.Error) bool { return e.Kind != packages.TypeError }) {
			continue
		}
		names, _ := filepath.Glob(filepath.Join(p.Dir, "*.go"))
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil || !IsGenerated(src) {
				continue
			}
			if _, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly); err != nil {
				overlay[name] = packageClause(src, packageName(name, src, names))
			}
		}
	}
	return overlay
}

// packageName finds the name in a file's package clause or, where that does not parse, in one beside it.
func packageName(name string, src []byte, beside []string) string {
	if f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.PackageClauseOnly); err == nil {
		return f.Name.Name
	}
	for line := range bytes.Lines(src) {
		if rest, ok := bytes.CutPrefix(line, []byte("package ")); ok {
			return string(bytes.TrimSpace(rest))
		}
	}
	for _, other := range beside {
		if f, err := parser.ParseFile(token.NewFileSet(), other, nil, parser.PackageClauseOnly); err == nil {
			return f.Name.Name
		}
	}
	return "main"
}

// convert takes what streamgen needs of p.
func (l *loader) convert(p *packages.Package) *Package {
	result := &Package{Path: p.PkgPath, Dir: p.Dir, Fset: p.Fset, Types: p.Types, Info: p.TypesInfo}
	if p.Module != nil {
		result.Module = p.Module.Path
	}
	for _, f := range p.Syntax {
		name := p.Fset.File(f.FileStart).Name()
		if filepath.Dir(name) != p.Dir { // cgo's copy of a file, which says where it comes from; what else cgo adds comes from nowhere
			name = p.Fset.Position(f.Package).Filename
		}
		if l.generated[name] {
			result.Generated = append(result.Generated, name)
		} else if filepath.Dir(name) == p.Dir {
			result.Files = append(result.Files, &File{Name: name, Syntax: f})
		}
	}
	slices.SortFunc(result.Files, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	result.Generated = append(result.Generated, orphans(p)...)
	l.triage(result, p)
	result.Imported = imported(p, map[string]bool{})
	result.Identity = l.identity(result, p)
	return result
}
