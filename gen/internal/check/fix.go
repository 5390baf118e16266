package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/nearest"
)

// replaced is the edit that puts text in the place of what stands from start up to end.
func (c *checker) replaced(start, end token.Pos, text string) diag.Edit {
	return diag.Edit{Start: c.at(start), End: c.at(end), New: text}
}

// offerNearest lets the last diagnostic be mended by writing the nearest of the known names for the name that stands at pos.
func (c *checker) offerNearest(pos token.Pos, name string, known []string) {
	if near := nearest.Of(name, known); near != "" {
		c.diags.Fix("write "+near, c.replaced(pos, pos+token.Pos(len(name)), near))
	}
}

// offerWithout lets the last diagnostic be mended by removing a key from a struct tag.
func (c *checker) offerWithout(t tag) {
	tags, ok := parseTags(t.literal)
	if !ok {
		return
	}
	start, end := t.keyPos, t.end
	switch i := slices.IndexFunc(tags, func(other tag) bool { return other.keyPos == t.keyPos }); {
	case len(tags) == 1:
		start, end = t.literal.Pos(), t.literal.End()
	case i == len(tags)-1:
		start = tags[i-1].end
	default:
		end = tags[i+1].keyPos
	}
	c.diags.Fix("remove the tag "+t.key, c.replaced(start, end, ""))
}

// offerRename lets the last diagnostic be mended by giving a field another name, where it is declared and wherever the package and the
// tags of the pipeline use it.
func (g *graph) offerRename(v *types.Var, name string) {
	places := append([]token.Pos{v.Pos()}, g.mentions(v.Name())...)
	for id, obj := range g.pkg.Info.Uses {
		if obj == v {
			places = append(places, id.Pos())
		}
	}
	slices.Sort(places)
	var edits []diag.Edit
	for _, pos := range slices.Compact(places) {
		edits = append(edits, g.replaced(pos, pos+token.Pos(len(v.Name())), name))
	}
	g.diags.Fix("name it "+name, edits...)
}

// mentions are the places where the tags of the pipeline name a field.
func (g *graph) mentions(name string) []token.Pos {
	var places []token.Pos
	for _, f := range g.declared() {
		tags, _ := parseTags(f.Tag)
		for _, t := range tags {
			switch t.key {
			case "from", "loop":
				for _, it := range parseFrom(t) {
					if it.field == name {
						places = append(places, it.fieldPos)
					}
				}
			case "errors":
				if t.value == name {
					places = append(places, t.pos)
				}
			}
		}
	}
	return places
}

// declared are the fields of the pipeline as the source has them, none if it is that of another package.
func (g *graph) declared() []*ast.Field {
	m, ok := g.marks[g.named.Obj()]
	if !ok {
		return nil
	}
	return m.Spec.Type.(*ast.StructType).Fields.List
}

// offerValue lets the last diagnostic be mended by holding a field by value.
func (g *graph) offerValue(v *types.Var) {
	for _, f := range g.declared() {
		star, ok := f.Type.(*ast.StarExpr)
		if ok && slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return id.Pos() == v.Pos() }) {
			g.diags.Fix("hold it by value", g.replaced(star.Pos(), star.X.Pos(), ""))
		}
	}
}

// typeOf is the expression that gives a parameter of fn its type, nil for a method of another package.
func (c *checker) typeOf(fn *types.Func, v *types.Var) ast.Expr {
	named := receiver(fn)
	if named == nil {
		return nil
	}
	for _, decl := range c.methods[named.Obj()] {
		if decl.Name.Pos() != fn.Pos() {
			continue
		}
		for _, field := range decl.Type.Params.List {
			if slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return id.Pos() == v.Pos() }) || field.Type.Pos() == v.Pos() {
				return field.Type
			}
		}
	}
	return nil
}

// offerOutputName lets the last diagnostic be mended by giving a parameter without a name that of the default output.
func (c *checker) offerOutputName(fn *types.Func, v *types.Var) {
	t := c.typeOf(fn, v)
	switch {
	case t == nil || slices.ContainsFunc(params(fn), func(p *types.Var) bool { return p.Name() == model.DefaultOutput }):
	case v.Name() == "_":
		c.diags.Fix("name it out", c.replaced(v.Pos(), v.Pos()+1, model.DefaultOutput))
	case len(params(fn)) == 1: // names are given to all parameters or to none
		c.diags.Fix("name it out", c.replaced(t.Pos(), t.Pos(), model.DefaultOutput+" "))
	}
}
