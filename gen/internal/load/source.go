package load

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/packages"
)

// Source is a package that somebody else has read and type-checked, with the files that we generated.
type Source struct {
	Path, Module, GoVersion string
	Fset                    *token.FileSet
	Files                   []*ast.File
	// Info knows what the files import.
	Info  *types.Info
	Sizes types.Sizes
}

// IsWhole reports whether all files parse and everything that they import is known.
func (s Source) IsWhole(read func(name string) ([]byte, error)) bool {
	for _, f := range s.Files {
		for _, spec := range f.Imports {
			if name := s.Info.PkgNameOf(spec); name != nil && !name.Imported().Complete() {
				return false
			}
		}
		name := s.Fset.File(f.FileStart).Name()
		src, err := read(name)
		if err != nil {
			return false
		}
		if _, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution); err != nil {
			return false
		}
	}
	return true
}

// Package type-checks the user's own files again, without ours, so that it is seen as Load sees it.
func (s Source) Package() *Package {
	l := &loader{generated: map[string]bool{}, sums: map[string]sum{}}
	p := &packages.Package{PkgPath: s.Path, Fset: s.Fset, Syntax: s.Files, TypesInfo: info()}
	if s.Module != "" {
		p.Module = &packages.Module{Path: s.Module}
	}
	var own []*ast.File
	for _, f := range s.Files {
		name := s.Fset.File(f.FileStart).Name()
		if l.generated[name] = isGeneratedSyntax(f); !l.generated[name] {
			own = append(own, f)
		}
	}
	if len(own) > 0 {
		p.Dir = filepath.Dir(s.Fset.Position(own[0].Package).Filename)
	}
	config := types.Config{
		Importer: s, GoVersion: goVersion(s.GoVersion), Sizes: s.Sizes, FakeImportC: true,
		Error: func(err error) {
			var mistake types.Error
			if errors.As(err, &mistake) {
				p.TypeErrors = append(p.TypeErrors, mistake)
			}
		},
	}
	p.Types, _ = config.Check(s.Path, s.Fset, own, p.TypesInfo) // its errors are in TypeErrors
	return l.convert(p)
}

// Import finds an import among those that the package has been checked with.
func (s Source) Import(path string) (*types.Package, error) {
	for _, f := range s.Files {
		for _, spec := range f.Imports {
			if spec.Path.Value != `"`+path+`"` {
				continue
			}
			if name := s.Info.PkgNameOf(spec); name != nil && name.Imported() != nil {
				return name.Imported(), nil
			}
		}
	}
	return nil, fmt.Errorf("%s could not be imported", path)
}

func isGeneratedSyntax(f *ast.File) bool {
	return slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
		return g.Pos() < f.Package && slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return c.Text == Header })
	})
}

func goVersion(v string) string {
	if v == "" {
		return ""
	}
	return "go" + v
}

func info() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
}
