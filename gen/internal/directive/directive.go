// Package directive finds the //streamgen: comments that mark what streamgen is to look at.
package directive

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/nearest"
)

// Kind says what a directive marks.
type Kind string

const (
	// Operator marks a struct whose methods process records.
	Operator Kind = "operator"
	// Pipeline marks a struct whose fields are operators, sources and sinks.
	Pipeline Kind = "pipeline"
	// Removed names what a struct had and has no more, on purpose.
	Removed Kind = "removed"
)

// Definition describes a directive.
type Definition struct {
	Kind Kind
	Help string
}

// Definitions returns every directive that there is.
func Definitions() []Definition {
	return []Definition{
		{Operator, "marks a struct as an operator: its methods Map, Filter or Process take the records"},
		{Pipeline, "marks a struct as a pipeline: its fields are the sources, operators and sinks, their tags the edges"},
		{Removed, "names the fields that a struct had and has no more, or the operators of a pipeline: their state may be dropped"},
	}
}

// Mark is a struct type with a directive.
type Mark struct {
	Kind Kind
	File *load.File
	Spec *ast.TypeSpec
	Type *types.TypeName
}

const prefix = "//streamgen:"

// Find returns the marked types of a package in the order of its files.
func Find(p *load.Package, diags *diag.List) []Mark {
	var marks []Mark
	for _, f := range p.Files {
		belongs := map[*ast.Comment]bool{}
		for _, decl := range f.Syntax.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				spec, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				doc := Doc(gen, spec)
				if _, isStruct := spec.Type.(*ast.StructType); isStruct {
					refuseSpaced(p, doc, diags)
				}
				for _, c := range comments(doc) {
					belongs[c] = true
					if kind, ok := parse(p, c, diags); ok {
						marks = mark(marks, p, f, spec, c, kind, diags)
					}
				}
			}
		}
		for _, group := range f.Syntax.Comments {
			for _, c := range comments(group) {
				if belongs[c] {
					continue
				}
				if kind, ok := parse(p, c, diags); ok {
					diags.Add(p.Fset.Position(c.Pos()), "streamgen:"+string(kind)+" marks nothing here",
						"write it as the last line of the doc comment of a struct type on the level of the package")
				}
			}
		}
	}
	return marks
}

func mark(marks []Mark, p *load.Package, f *load.File, spec *ast.TypeSpec, c *ast.Comment, kind Kind, diags *diag.List) []Mark {
	at := p.Fset.Position(c.Pos())
	name, ok := p.Info.Defs[spec.Name].(*types.TypeName)
	if _, isStruct := spec.Type.(*ast.StructType); !isStruct || !ok || name.IsAlias() {
		diags.Add(at, "streamgen:"+string(kind)+" marks "+spec.Name.Name+", which is not a struct",
			"declare it as a struct: type "+spec.Name.Name+" struct{ … }")
		return marks
	}
	if kind == Removed {
		return marks // it says something of the type and makes it nothing
	}
	for _, m := range marks {
		if m.Spec == spec {
			diags.Addf(at, "%s is marked twice, as %s and as %s", spec.Name.Name, m.Kind, kind)
			return marks
		}
	}
	if kind == Pipeline && spec.TypeParams != nil {
		diags.Add(at, "pipeline "+spec.Name.Name+" has type parameters", "a pipeline is wired for the types it names: write one for each")
		return marks
	}
	return append(marks, Mark{Kind: kind, File: f, Spec: spec, Type: name})
}

// comments returns the directives among the lines of a comment.
func comments(group *ast.CommentGroup) []*ast.Comment {
	var found []*ast.Comment
	if group != nil {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, prefix) {
				found = append(found, c)
			}
		}
	}
	return found
}

// refuseSpaced refuses the lines of a struct's comment that would be directives without a space, a capital or the signs of a comment of several lines.
func refuseSpaced(p *load.Package, doc *ast.CommentGroup, diags *diag.List) {
	if doc == nil {
		return
	}
	for _, c := range doc.List {
		text, block := strings.CutPrefix(strings.TrimSuffix(c.Text, "*/"), "/*")
		text = "//" + strings.TrimSpace(strings.TrimPrefix(text, "//"))
		for _, d := range Definitions() {
			right := prefix + string(d.Kind)
			switch {
			case strings.HasPrefix(c.Text, prefix) || !strings.EqualFold(text, right):
			case text == right && !block:
				diags.Add(p.Fset.Position(c.Pos()), "a directive has no space after //", "write "+right)
				diags.Fix("remove the space", replaced(p, c.Pos(), c.End(), right))
			default:
				diags.Add(p.Fset.Position(c.Pos()), "a directive is a line of its own, in small letters", "write "+right)
				diags.Fix("write "+right, replaced(p, c.Pos(), c.End(), right))
			}
		}
	}
}

func parse(p *load.Package, c *ast.Comment, diags *diag.List) (Kind, bool) {
	name, arguments, _ := strings.Cut(strings.TrimPrefix(c.Text, prefix), " ")
	name = strings.TrimSpace(name)
	var known []string
	for _, d := range Definitions() {
		if string(d.Kind) != name {
			known = append(known, string(d.Kind))
			continue
		}
		switch none := strings.TrimSpace(arguments) == ""; {
		case d.Kind == Removed && none:
			diags.Add(p.Fset.Position(c.Pos()), "streamgen:removed names nothing", "write the names of the fields that are gone behind it")
		case d.Kind != Removed && !none:
			diags.Addf(p.Fset.Position(c.Pos()), "streamgen:%s takes no arguments, got %q", name, strings.TrimSpace(arguments))
		}
		return d.Kind, true
	}
	diags.Add(p.Fset.Position(c.Pos()), "unknown directive streamgen:"+name, diag.DidYouMean(name, known))
	if near := nearest.Of(name, known); near != "" {
		diags.Fix("write "+near, replaced(p, c.Pos(), c.Pos()+token.Pos(len(prefix)+len(name)), prefix+near))
	}
	return "", false
}

func replaced(p *load.Package, start, end token.Pos, text string) diag.Edit {
	return diag.Edit{Start: p.Fset.Position(start), End: p.Fset.Position(end), New: text}
}
