package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
)

// checkAssignments finds what an operator keeps in its own fields, where no checkpoint holds it. What it embeds is part of it.
func (c *checker) checkAssignments(t *types.TypeName) {
	for _, base := range c.embedded(t) {
		c.checkAssignments(base)
	}
	c.checkOptions(t)
	opened := map[*types.Var]bool{}
	for _, fn := range c.methods[t] {
		self := c.self(fn)
		if self == nil || fn.Body == nil {
			continue
		}
		assigned := c.assigned(fn, self)
		if fn.Name.Name == "Open" {
			for _, a := range assigned {
				opened[a.field] = true
			}
		}
		if fn.Name.Name == "Open" || fn.Name.Name == "Close" {
			continue
		}
		hint := "keep it in the state, or say that it may be lost: `streamgen:\"transient\"`"
		if fn.Name.Name == "Async" {
			hint = "calls run beside each other: what they share needs a lock, and `streamgen:\"transient\"` says that it may be lost"
		}
		for _, a := range assigned {
			if a.field == nil {
				c.diags.Add(c.at(a.pos), fmt.Sprintf("%s of %s replaces the operator, which no checkpoint holds", fn.Name.Name, t.Name()), "keep what changes in the state")
				continue
			}
			if !c.transient(t, a.field) {
				c.diags.Add(c.at(a.pos), fmt.Sprintf("%s of %s assigns its field %s, which no checkpoint holds", fn.Name.Name, t.Name(), a.field.Name()), hint)
			}
		}
	}
	for _, fn := range c.methods[t] {
		self := c.self(fn)
		if prefix, _, ok := split(fn.Name.Name); !ok || prefix != "Key" || self == nil || fn.Body == nil {
			continue
		}
		c.reads(t, fn, map[*ast.FuncDecl]bool{}, nil, func(field *types.Var, pos token.Pos, calls []diag.Cause) {
			if opened[field] {
				c.diags.AddChain(c.at(pos), fmt.Sprintf("%s of %s reads its field %s, which Open sets", fn.Name.Name, t.Name(), field.Name()), calls,
					"keys are taken where the record comes from, by a copy of the operator that is not opened: set the field when the pipeline is built")
			}
		})
	}
}

// reads tells every place where a method reads a field of its operator, itself or by way of other methods of that, with the calls that lead there.
func (c *checker) reads(t *types.TypeName, fn *ast.FuncDecl, seen map[*ast.FuncDecl]bool, calls []diag.Cause, tell func(*types.Var, token.Pos, []diag.Cause)) {
	self := c.self(fn)
	if seen[fn] || self == nil || fn.Body == nil {
		return
	}
	seen[fn] = true
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if field := c.fieldOf(n, self); field != nil {
			tell(field, n.Pos(), calls)
		}
		if sel, ok := n.(*ast.SelectorExpr); ok {
			for _, called := range c.methods[t] {
				if method := c.pkg.Info.Defs[called.Name]; method != nil && c.pkg.Info.Uses[sel.Sel] == method {
					call := diag.Cause{Pos: c.at(sel.Pos()), Text: fn.Name.Name + " calls " + called.Name.Name}
					c.reads(t, called, seen, append([]diag.Cause{call}, calls...), tell)
				}
			}
		}
		return true
	})
}

// checkOptions refuses what the tag streamgen of a field says besides transient.
func (c *checker) checkOptions(t *types.TypeName) {
	structure, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range structure.Fields() {
		tags, _ := parseTags(c.tagOf(f))
		for _, tag := range tags {
			if tag.key != "streamgen" {
				continue
			}
			for _, option := range tag.list() {
				if option.field != transient {
					c.diags.Add(c.at(option.pos), fmt.Sprintf("unknown option %q of field %s", option.field, f.Name()), diag.DidYouMean(option.field, []string{transient}))
				}
			}
		}
	}
}

// transient is what the tag streamgen of a field says that may be lost.
const transient = "transient"

// self is the receiver's variable.
func (c *checker) self(fn *ast.FuncDecl) *types.Var {
	if len(fn.Recv.List) == 0 || len(fn.Recv.List[0].Names) == 0 {
		return nil
	}
	v, _ := c.pkg.Info.Defs[fn.Recv.List[0].Names[0]].(*types.Var)
	return v
}

// assignment is a place where a field is assigned, or the whole operator if it is nil.
type assignment struct {
	field *types.Var
	pos   token.Pos
}

// assigned returns the fields that a method assigns, in whole or in part. What a method does to a copy of its operator is lost
// at once, and so it is no matter.
func (c *checker) assigned(fn *ast.FuncDecl, self *types.Var) []assignment {
	var found []assignment
	note := func(e ast.Expr) {
		if star, ok := e.(*ast.StarExpr); ok {
			if id, ok := ast.Unparen(star.X).(*ast.Ident); ok && c.pkg.Info.Uses[id] == self {
				found = append(found, assignment{nil, e.Pos()})
			}
		}
		if field, shared := c.root(e, self); field != nil && shared {
			found = append(found, assignment{field, e.Pos()})
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					note(e)
				}
			}
		case *ast.IncDecStmt:
			note(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				note(n.Key)
				note(n.Value)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 {
				if b, ok := c.pkg.Info.Uses[id].(*types.Builtin); ok && (b.Name() == "delete" || b.Name() == "clear" || b.Name() == "copy") {
					note(&ast.IndexExpr{X: n.Args[0]})
				}
			}
		}
		return true
	})
	return found
}

// root returns the field of self that e is or lies in. Shared says that an assignment to e outlives the call.
func (c *checker) root(e ast.Expr, self *types.Var) (field *types.Var, shared bool) {
	_, shared = self.Type().(*types.Pointer)
	for {
		if field := c.fieldOf(e, self); field != nil {
			return field, shared
		}
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			if t := c.pkg.Info.TypeOf(x.X); t != nil {
				if _, isArray := t.Underlying().(*types.Array); !isArray {
					shared = true
				}
			}
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			shared = true
			e = x.X
		case *ast.SelectorExpr:
			if t := c.pkg.Info.TypeOf(x.X); t != nil {
				if _, isPointer := t.Underlying().(*types.Pointer); isPointer {
					shared = true
				}
			}
			e = x.X
		default:
			return nil, false
		}
	}
}

// fieldOf returns the field if n is self.field.
func (c *checker) fieldOf(n ast.Node, self *types.Var) *types.Var {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	id, ok := ast.Unparen(sel.X).(*ast.Ident)
	if !ok || c.pkg.Info.Uses[id] != self {
		return nil
	}
	selection := c.pkg.Info.Selections[sel]
	if selection == nil || selection.Kind() != types.FieldVal {
		return nil
	}
	v, _ := selection.Obj().(*types.Var)
	return v
}

// transient reports whether a field of the operator says that it may be lost.
func (c *checker) transient(t *types.TypeName, field *types.Var) bool {
	structure, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for _, base := range c.embedded(t) {
		if c.transient(base, field) {
			return true
		}
	}
	for i := range structure.NumFields() {
		if structure.Field(i).Origin() == field.Origin() {
			for option := range strings.SplitSeq(reflect.StructTag(structure.Tag(i)).Get("streamgen"), ",") {
				if option == transient {
					return true
				}
			}
		}
	}
	return false
}
