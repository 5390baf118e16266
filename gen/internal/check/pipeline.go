package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/directive"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// graph checks one pipeline type, as its fields and tags say it.
type graph struct {
	*checker
	named  *types.Named
	fields map[string]*node
	order  []*node
	// dangling says that a link could not be resolved, so that it is not known which outputs nobody reads.
	dangling bool
	// feedback tells which link each edge comes from that is to be a loop, outer the outermost link of every edge.
	feedback, outer map[*model.Edge]*link
	// pipeline is the result, nil while the graph is being made.
	pipeline *model.Pipeline
	// broken says that the pipeline has a mistake, so that no other can hold it.
	broken bool
	// undefined is the first declaration that a field needs and the type checker does not know.
	undefined types.Object
}

// node is a field of the pipeline, before it has found its place in the model.
type node struct {
	*model.Field
	pos token.Pos
	// isNested says that the field is a pipeline; nested is what it holds, nil if that is broken.
	isNested bool
	nested   *graph
	// The tags that name other fields or outputs, nil if they are not there.
	from, edge, loop, errors, discard *tag
	in                                []*link
	// readers are the outputs that somebody reads, those of a nested pipeline too.
	readers map[string]bool
	// broken says that the field cannot be part of an edge, mistagged that a tag of it means nothing, for a reason that was given.
	broken, mistagged bool
}

// pipeline checks a marked pipeline.
func (c *checker) pipeline(m directive.Mark) *model.Pipeline {
	c.reserved(m)
	return c.graphOf(m.Type.Type().(*types.Named)).pipeline
}

// reserved refuses a field or a method of a pipeline that has the name of the method which is generated.
func (c *checker) reserved(m directive.Mark) {
	const job = "StreamgenJob"
	own, _, _ := types.LookupFieldOrMethod(types.NewPointer(m.Type.Type()), true, c.pkg.Types, job)
	if own != nil {
		c.diags.Add(c.at(own.Pos()), fmt.Sprintf("%s of pipeline %s has the name of the method that is generated for it", job, m.Type.Name()), "give it another name")
	}
}

// graphOf checks a pipeline type once. The mistakes of one of another package are not reported but kept in the graph's own list.
func (c *checker) graphOf(t *types.Named) *graph {
	if g := c.graphs[t.Obj()]; g != nil {
		return g
	}
	g := &graph{checker: c, named: t, fields: map[string]*node{}}
	c.graphs[t.Obj()] = g
	structure, ok := t.Underlying().(*types.Struct)
	if !ok { // it contains itself, as the type checker says
		g.pipeline, g.broken = &model.Pipeline{Type: t}, true
		return g
	}
	file := ""
	var literals []*ast.BasicLit
	if m, ok := c.marks[t.Obj()]; ok {
		file = m.File.Name
		for _, f := range m.Spec.Type.(*ast.StructType).Fields.List {
			literals = append(literals, slices.Repeat([]*ast.BasicLit{f.Tag}, max(1, len(f.Names)))...)
		}
	} else {
		apart := *c
		apart.diags = &diag.List{}
		g.checker = &apart
	}
	before := len(*g.diags)
	if structure.NumFields() == 0 {
		g.diags.Add(g.at(t.Obj().Pos()), "pipeline "+g.name()+" has no fields", "name the source where records come from, the operators and the sinks that take them")
	}
	for i := range structure.NumFields() {
		literal := untold(structure.Tag(i))
		if literals != nil {
			literal = literals[i]
		}
		g.add(structure.Field(i), literal)
	}
	g.connectAll()
	g.types()
	g.unread()
	g.pipeline = g.flatten(file)
	g.uids()
	g.loops()
	g.cycles()
	g.partitions()
	g.nameable()
	g.records()
	g.broken = len(*g.diags) > before || slices.ContainsFunc(g.order, func(n *node) bool { return n.broken })
	return g
}

// name is the pipeline's as the user writes it.
func (g *graph) name() string { return g.typeName(g.named) }

func (g *graph) add(v *types.Var, literal *ast.BasicLit) {
	at := g.at(v.Pos())
	if v.Embedded() {
		g.diags.Add(at, "pipeline "+g.name()+" embeds "+g.typeName(v.Type()), "name the field: its name is the operator's uid")
		return
	}
	if v.Name() == "_" {
		g.diags.Add(at, "pipeline "+g.name()+" has a field without a name", "its name is the operator's uid")
		return
	}
	n := &node{
		Field: &model.Field{Name: v.Name(), Path: []string{v.Name()}, UID: v.Name(), Pos: at}, pos: v.Pos(), readers: map[string]bool{},
	}
	if !v.Exported() {
		g.diags.Add(n.Pos, fmt.Sprintf("field %s of pipeline %s is not exported", v.Name(), g.name()),
			"name it "+model.Upper(v.Name())+": whoever builds the pipeline sets it")
		g.offerRename(v, model.Upper(v.Name()))
	}
	g.fields[v.Name()] = n
	g.order = append(g.order, n)
	g.pkg.Working = g.name() + "." + n.Name
	g.kind(n, v)
	g.tags(n, literal)
}

// kind finds out what the field is.
func (g *graph) kind(n *node, v *types.Var) {
	t := types.Unalias(v.Type())
	if obj := undefined(v.Type(), v, false); obj != nil {
		g.unusable(n, g.typeName(t), obj)
		return
	}
	if record, ok := isRuntime(t, "Source"); ok {
		n.Kind, n.Record = model.Source, record
		return
	}
	if record, ok := isRuntime(t, "Sink"); ok {
		n.Kind, n.Record = model.Sink, record
		return
	}
	n.Kind, n.broken = model.Transform, true
	elem, pointer := pointee(t)
	named, ok := types.Unalias(elem).(*types.Named)
	switch {
	case ok && g.isOperator(named):
		if pointer {
			g.diags.Add(n.Pos, "field "+n.Name+" is a pointer to an operator", "hold the operator itself: every subtask has its own copy")
			g.offerValue(v)
			return
		}
		n.Operator = g.operator(named, n.pos)
		n.broken = n.Operator == nil
		if obj := g.checker.undefined[named.Obj()]; obj != nil && n.broken {
			g.unusable(n, g.typeName(named), obj)
		}
	case ok && g.isPipeline(named):
		n.isNested = true
		if pointer {
			g.diags.Add(n.Pos, "field "+n.Name+" is a pointer to a pipeline", "hold the pipeline itself: its fields are wired as those of "+g.name())
			g.offerValue(v)
			return
		}
		g.nest(n, named)
	default:
		g.diags.Add(n.Pos, fmt.Sprintf("field %s is %s, which is no operator, source or sink", n.Name, g.typeName(t)),
			"a pipeline's fields are operators, runtime.Source[T], runtime.Sink[T] and other pipelines")
	}
}

// isOperator reports whether t has a method that takes records, or is marked.
func (g *graph) isOperator(t *types.Named) bool {
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return false
	}
	for known := range g.shapes {
		if types.Identical(known, t) {
			return true
		}
	}
	return slices.ContainsFunc(g.methodsOf(t), func(fn *types.Func) bool {
		prefix, rest, ok := split(fn.Name())
		return ok && isTaker(prefix, rest)
	})
}

// uids checks that every uid is there once.
func (g *graph) uids() {
	first := map[string]*model.Field{}
	for _, f := range g.pipeline.Fields {
		if other := first[f.UID]; other != nil {
			g.diags.Add(f.Pos, fmt.Sprintf("%s and %s have one uid, %q", other.Selector(), f.Selector(), f.UID),
				"a checkpoint finds the state of an operator by its uid: change one of them")
			continue
		}
		first[f.UID] = f
	}
}
