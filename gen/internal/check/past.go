package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/past"
)

// checkPast checks what the types of states and records say of their past. In types that are neither it means nothing.
func (c *checker) checkPast(r *Result) {
	w := &pastChecker{checker: c}
	for _, op := range r.Operators {
		w.operator(op, op.Type.Obj().Pos())
	}
	for _, p := range r.Pipelines {
		w.pos = p.Type.Obj().Pos()
		w.removedOperators(p)
		for _, f := range p.Fields {
			if f.Operator != nil {
				w.operator(f.Operator, p.Type.Obj().Pos())
			}
			for _, e := range f.In {
				if e.Record != nil && !e.Chained() {
					w.visit(e.Record)
				}
			}
		}
	}
}

type pastChecker struct {
	*checker
	seen typeutil.Map
	// pos is where mistakes of a type from another package are reported.
	pos token.Pos
	// tags are those of the fields of the package, by where the fields stand.
	tags map[token.Pos]*ast.BasicLit
}

func (w *pastChecker) operator(op *model.Operator, pos token.Pos) {
	w.pos = pos
	if op.State != nil {
		w.visit(op.State)
	}
	if op.Unkeyed != nil && w.seen.Set(op.Unkeyed, true) == nil {
		w.structure(op.Unkeyed, op.Unkeyed.Underlying().(*types.Struct))
	}
	for _, l := range op.Lists {
		if l.Key != nil {
			w.visit(l.Key)
		}
		w.visit(l.Element)
	}
}

func (w *pastChecker) visit(t types.Type) {
	t = types.Unalias(t)
	if w.seen.Set(t, true) != nil || w.forms.Own(t) != form.None {
		return
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		w.structure(t, u)
		for f := range u.Fields() {
			w.visit(f.Type())
		}
	case *types.Map:
		w.visit(u.Key())
		w.visit(u.Elem())
	case interface{ Elem() types.Type }:
		w.visit(u.Elem())
	}
}

// structure checks that the former names of a struct's fields and of those that are gone do not contradict what there is.
func (w *pastChecker) structure(t types.Type, u *types.Struct) {
	owner := w.typeName(t)
	if _, ok := t.(*types.Named); !ok {
		owner = "the struct"
	}
	present, claimed := map[string]bool{}, map[string]string{}
	for f := range u.Fields() {
		present[f.Name()] = true
	}
	for i := range u.NumFields() {
		f := u.Field(i)
		for _, name := range past.Was(u, i) {
			pos := w.tag(f)
			switch {
			case !token.IsIdentifier(name):
				w.diags.Add(w.at(pos), "the tag was of "+f.Name()+" names "+strconv.Quote(name)+", which can be no field", "write the name that the field had: was:\"Old\"")
			case name == f.Name():
				w.diags.Add(w.at(pos), "the tag was of "+f.Name()+" names the field itself", "write the name that the field had, or remove the tag")
			case present[name]:
				w.diags.Add(w.at(pos), f.Name()+" was "+name+", but "+owner+" still has a field "+name, "a field that is there keeps what it held: remove the tag, or the field")
			case claimed[name] != "":
				w.diags.Add(w.at(pos), f.Name()+" was "+name+", and so was "+claimed[name], "what a field held goes to one field: remove one of the two tags")
			default:
				claimed[name] = f.Name()
			}
		}
	}
	named, ok := t.(*types.Named)
	if !ok {
		return
	}
	for _, gone := range w.past.Removed(named.Obj()) {
		pos := gone.Pos
		if !w.local(named.Obj()) {
			pos = w.pos
		}
		switch {
		case !token.IsIdentifier(gone.Text):
			w.diags.Add(w.at(pos), "streamgen:removed names "+strconv.Quote(gone.Text)+", which can be no field", "write the names with spaces between them: //streamgen:removed A B")
		case present[gone.Text]:
			w.diags.Add(w.at(pos), "streamgen:removed names "+gone.Text+", but "+owner+" has a field "+gone.Text, "remove the name, or the field")
		case claimed[gone.Text] == gone.Text:
			w.diags.Add(w.at(pos), "streamgen:removed names "+gone.Text+" twice", "remove one of them")
		case claimed[gone.Text] != "":
			w.diags.Add(w.at(pos), "streamgen:removed names "+gone.Text+", but "+claimed[gone.Text]+" was "+gone.Text, "what a field held is kept or dropped: remove one of the two")
		default:
			claimed[gone.Text] = gone.Text
		}
	}
}

// removedOperators checks the operators that a pipeline says are gone.
func (w *pastChecker) removedOperators(p *model.Pipeline) {
	for _, gone := range w.past.Removed(p.Type.Obj()) {
		for _, f := range p.Fields {
			if f.UID == gone.Text {
				w.diags.Add(w.at(gone.Pos), "streamgen:removed names "+gone.Text+", but pipeline "+p.Name()+" has an operator "+gone.Text, "remove the name, or the field")
			}
		}
	}
}

// tag is where the value of a field's tag was stands, or where the type came in if that is not in the package.
func (w *pastChecker) tag(f *types.Var) token.Pos {
	if !w.local(f) {
		return w.pos
	}
	if w.tags == nil {
		w.tags = map[token.Pos]*ast.BasicLit{}
		for _, file := range w.pkg.Files {
			ast.Inspect(file.Syntax, w.collectTags)
		}
	}
	tags, _ := parseTags(w.tags[f.Pos()])
	for _, t := range tags {
		if t.key == "was" {
			return t.pos
		}
	}
	return f.Pos()
}

func (w *pastChecker) collectTags(n ast.Node) bool {
	structure, ok := n.(*ast.StructType)
	if !ok {
		return true
	}
	for _, f := range structure.Fields.List {
		for _, name := range f.Names {
			w.tags[name.Pos()] = f.Tag
		}
		if len(f.Names) == 0 {
			w.tags[embeddedName(f.Type).Pos()] = f.Tag
		}
	}
	return true
}

// embeddedName is the name of an embedded field.
func embeddedName(t ast.Expr) ast.Expr {
	switch t := t.(type) {
	case *ast.StarExpr:
		return embeddedName(t.X)
	case *ast.SelectorExpr:
		return t.Sel
	case *ast.IndexExpr:
		return embeddedName(t.X)
	case *ast.IndexListExpr:
		return embeddedName(t.X)
	}
	return t
}
