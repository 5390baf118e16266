// Package past reads what the user's code says of what it was before: the tag was:"Old" of a field that had another name, and the line
// //streamgen:removed Old in the doc comment of a struct that had another field.
package past

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/directive"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// Past answers for the types that a package uses.
type Past struct {
	pkg *load.Package
	// docs are the names of the types of a file that say something is gone, by the name of the file.
	docs map[string]map[string][]directive.Name
}

// New returns the past of the types that p uses.
func New(p *load.Package) *Past {
	return &Past{pkg: p, docs: map[string]map[string][]directive.Name{}}
}

// Was are the former names of a field.
func Was(u *types.Struct, i int) []string {
	value := reflect.StructTag(u.Tag(i)).Get("was")
	if value == "" {
		return nil
	}
	names := strings.Split(value, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// Removed are the names of what t has no more. Their places mean something for a type of the package itself only: for others the
// source is read again, since what was loaded of them has no comments.
func (p *Past) Removed(t *types.TypeName) []directive.Name {
	name := p.pkg.Fset.Position(t.Pos()).Filename
	known, ok := p.docs[name]
	if !ok {
		known = map[string][]directive.Name{}
		if f := p.file(name, t); f != nil {
			known = removals(f)
		}
		p.docs[name] = known
	}
	return known[t.Name()]
}

// file is the syntax of the file that declares t, nil if it cannot be read.
func (p *Past) file(name string, t *types.TypeName) *ast.File {
	if t.Pkg() == p.pkg.Types {
		for _, f := range p.pkg.Files {
			if f.Name == name {
				return f.Syntax
			}
		}
		return nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	return f
}

func removals(f *ast.File) map[string][]directive.Name {
	found := map[string][]directive.Name{}
	for _, decl := range f.Decls {
		decl, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok {
				if names := directive.RemovedNames(directive.Doc(decl, spec)); names != nil {
					found[spec.Name.Name] = names
				}
			}
		}
	}
	return found
}
