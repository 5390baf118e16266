// Package check turns a loaded package into the model and says everything that is wrong with it.
package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/directive"
	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/past"
)

// Result is a checked package.
type Result struct {
	Package *load.Package
	// Operators are the marked ones, Pipelines all there are, both in the order of the files.
	Operators []*model.Operator
	Pipelines []*model.Pipeline
	// Forms says how types are written, Past what they were.
	Forms *form.Forms
	Past  *past.Past
	// Files says in which file a marked type stands.
	Files map[*types.TypeName]*load.File
}

// Check checks a package. If it adds diagnostics, the result is not fit for anything.
func Check(p *load.Package, diags *diag.List) *Result {
	c := &checker{
		pkg: p, diags: diags, shapes: map[types.Type]*model.Operator{}, methods: map[*types.TypeName][]*ast.FuncDecl{}, forms: form.New(p), past: past.New(p),
		marks: map[*types.TypeName]directive.Mark{}, graphs: map[*types.TypeName]*graph{},
		undefined: map[*types.TypeName]types.Object{},
	}
	result := &Result{Package: p, Forms: c.forms, Past: c.past, Files: map[*types.TypeName]*load.File{}}
	if len(p.Errors) > 0 {
		*diags = append(*diags, p.Errors...)
		return result
	}
	marks := directive.Find(p, diags)
	c.collectMethods()
	c.typeErrors(marks)
	for _, m := range marks {
		result.Files[m.Type] = m.File
		if m.Kind == directive.Operator {
			op := c.operator(itself(m.Type.Type().(*types.Named)), m.Spec.Name.Pos())
			if op != nil {
				result.Operators = append(result.Operators, op)
			}
			c.checkAssignments(m.Type)
			c.checkContexts(m.Type)
		}
	}
	for _, m := range marks {
		if m.Kind == directive.Pipeline {
			c.marks[m.Type] = m
		}
	}
	for _, m := range marks {
		if m.Kind == directive.Pipeline {
			result.Pipelines = append(result.Pipelines, c.pipeline(m))
			c.explained(c.graphs[m.Type])
		}
	}
	for _, m := range marks {
		if m.Kind == directive.Pipeline {
			c.graphs[m.Type].untimed()
		}
	}
	c.checkPast(result)
	return result
}

// itself instantiates a generic type by its own parameters: only then do its methods, which name them each in its own way, agree on them.
func itself(t *types.Named) *types.Named {
	if t.TypeParams().Len() == 0 {
		return t
	}
	var args []types.Type
	for p := range t.TypeParams().TypeParams() {
		args = append(args, p)
	}
	instance, err := types.Instantiate(nil, t, args, false)
	if err != nil {
		return t
	}
	return instance.(*types.Named)
}

type checker struct {
	pkg   *load.Package
	diags *diag.List
	forms *form.Forms
	past  *past.Past
	// shapes are the operators seen so far; nil for one that is broken.
	shapes map[types.Type]*model.Operator
	// methods are the declarations of the methods of the package's types.
	methods map[*types.TypeName][]*ast.FuncDecl
	// marks are the pipelines of the package, graphs those seen so far, of other packages too.
	marks  map[*types.TypeName]directive.Mark
	graphs map[*types.TypeName]*graph
	// undefined are the declarations that make operators unusable.
	undefined map[*types.TypeName]types.Object
}

func (c *checker) at(pos token.Pos) token.Position { return c.pkg.Fset.Position(pos) }

func (c *checker) local(obj types.Object) bool { return obj.Pkg() == c.pkg.Types }

// typeName writes a type as the user would.
func (c *checker) typeName(t types.Type) string { return c.forms.TypeName(t) }

func (c *checker) collectMethods() {
	for _, f := range c.pkg.Files {
		for _, decl := range f.Syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			obj, ok := c.pkg.Info.Defs[fn.Name].(*types.Func)
			if !ok {
				continue
			}
			if named := receiver(obj); named != nil {
				c.methods[named.Obj()] = append(c.methods[named.Obj()], fn)
			}
		}
	}
}

func receiver(fn *types.Func) *types.Named {
	t := fn.Signature().Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, _ := types.Unalias(t).(*types.Named)
	if named != nil {
		named = named.Origin()
	}
	return named
}

// typeErrors reports the mistakes that lie in marked declarations and in the signatures of their methods.
func (c *checker) typeErrors(marks []directive.Mark) {
	for _, m := range marks {
		nodes := []ast.Node{m.Spec}
		for _, fn := range c.methods[m.Type] {
			nodes = append(nodes, fn)
		}
		for _, n := range nodes {
			for _, e := range c.pkg.InvalidIn(n) {
				c.diags.Add(c.at(e.Pos), e.Msg, "")
			}
		}
	}
}

// valid reports whether the type checker knows all of t's outermost structure.
func valid(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Kind() != types.Invalid
	case *types.Pointer:
		return valid(t.Elem())
	case *types.Slice:
		return valid(t.Elem())
	case *types.Array:
		return valid(t.Elem())
	case *types.Map:
		return valid(t.Key()) && valid(t.Elem())
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if !valid(arg) {
				return false
			}
		}
		return valid(t.Underlying())
	}
	return true
}

// byPosition orders methods as they stand in the source.
func (c *checker) byPosition(methods []*types.Func) {
	slices.SortFunc(methods, func(a, b *types.Func) int {
		p, q := c.at(a.Pos()), c.at(b.Pos())
		return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset), cmp.Compare(p.Line, q.Line),
			cmp.Compare(a.Name(), b.Name()))
	})
}
