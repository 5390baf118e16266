package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// replaced is the edit that puts text in the place of what stands from start up to end.
func (c *checker) replaced(start, end token.Pos, text string) diag.Edit {
	return diag.Edit{Start: c.at(start), End: c.at(end), New: text}
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
