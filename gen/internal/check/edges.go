package check

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// connect makes the edges that a field's from tag names.
func (g *graph) connect(n *node) {
	if n.Kind == model.Source && !n.broken {
		for _, t := range []*tag{n.from, n.edge} {
			if t != nil {
				g.diags.Add(g.at(t.keyPos), "source "+n.Name+" has the tag "+t.key, "nothing goes into a source: remove the tag")
			}
		}
		return
	}
	if n.from == nil {
		if n.broken && n.Operator == nil {
			g.dangling = true
			return
		}
		what := "operator"
		if n.Kind == model.Sink {
			what = "sink"
		}
		g.diags.Add(g.at(n.pos), what+" "+n.Name+" reads nothing", "name the field that it reads: `from:\"…\"`")
		return
	}
	for _, it := range parseFrom(*n.from) {
		g.edge(n, it)
	}
	if n.broken || n.Kind != model.Transform {
		return
	}
	for _, in := range n.Operator.Inputs {
		if !g.dangling && !slices.ContainsFunc(n.In, func(e *model.Edge) bool { return e.Input == in }) {
			g.diags.Add(g.at(n.from.pos), fmt.Sprintf("input %s of %s reads nothing", in.Name, n.Name), "name the field that it reads: "+in.Name+"=…")
		}
	}
}

func (g *graph) edge(n *node, it item) {
	from, output, ok := g.origin(n, it)
	if !ok {
		g.dangling = true
	}
	if n.broken {
		return
	}
	e := &model.Edge{From: nil, Output: output, To: n.Field, Pos: g.at(it.fieldPos)}
	if n.Kind == model.Transform {
		if e.Input = g.inputOf(n, it); e.Input == nil {
			g.dangling = true
			return
		}
	} else if it.input != "" {
		g.diags.Add(g.at(it.pos), "sink "+n.Name+" has no inputs to name", "write `from:\""+it.field+"\"`")
	}
	if !ok {
		return
	}
	e.From = from.Field
	if slices.ContainsFunc(n.In, func(o *model.Edge) bool { return o.From == e.From && o.Output == e.Output && o.Input == e.Input }) {
		g.diags.Addf(e.Pos, "%s reads %s twice", n.Name, e.Name())
		return
	}
	n.In = append(n.In, e)
}

// origin finds the output that an entry of a from tag names.
func (g *graph) origin(n *node, it item) (*node, *model.Output, bool) {
	at := g.at(it.fieldPos)
	from := g.fields[it.field]
	if from == nil || from.Kind == model.Sink {
		var known []string
		for _, o := range g.order {
			if o != n && o.Kind != model.Sink {
				known = append(known, o.Name)
			}
		}
		switch {
		case from != nil:
			g.diags.Add(at, n.Name+" reads "+it.field+", which is a sink", diag.DidYouMean(it.field, known))
		case it.field == "":
			g.diags.Add(at, "the tag from of "+n.Name+" has an empty name", "there are: "+strings.Join(known, ", "))
		default:
			g.diags.Add(at, n.Name+" reads "+it.field+", which is no field of "+g.pipeline.Name(), diag.DidYouMean(it.field, known))
		}
		return nil, nil, false
	}
	if from.broken {
		return nil, nil, false
	}
	if from.Kind == model.Source {
		if it.output != "" {
			g.diags.Add(at, fmt.Sprintf("%s reads output %s of source %s", n.Name, it.output, it.field), "a source has one output: write `from:\""+it.field+"\"`")
			return nil, nil, false
		}
		from.readers[""] = true
		return from, nil, true
	}
	name := it.output
	if name == "" {
		name = model.DefaultOutput
	}
	output := from.Operator.Output(name)
	if output == nil {
		var known []string
		for _, o := range from.Operator.Outputs {
			known = append(known, it.field+"."+o.Name)
		}
		hint := diag.DidYouMean(it.field+"."+name, known)
		switch {
		case len(known) == 0:
			hint = from.Operator.Name() + " has no outputs"
		case it.output == "":
			hint = "its outputs are named: " + strings.Join(known, ", ")
		}
		g.diags.Add(at, fmt.Sprintf("%s reads output %s of %s, which there is not", n.Name, name, it.field), hint)
		return nil, nil, false
	}
	from.readers[name] = true
	return from, output, true
}

// inputOf finds the input that an entry of a from tag names, nil after a mistake.
func (g *graph) inputOf(n *node, it item) *model.Input {
	if in := n.Operator.Input(it.input); in != nil {
		return in
	}
	var known []string
	for _, in := range n.Operator.Inputs {
		known = append(known, in.Name)
	}
	switch {
	case it.input == "":
		g.diags.Add(g.at(it.pos), fmt.Sprintf("%s has several inputs, and %s names none", n.Name, it.field),
			"write "+known[0]+"="+it.field+"; its inputs are: "+strings.Join(known, ", "))
	case len(known) == 1 && known[0] == "":
		g.diags.Add(g.at(it.pos), fmt.Sprintf("%s has no input %s", n.Name, it.input), "it has a single input: write "+it.field+" without a name")
	default:
		g.diags.Add(g.at(it.pos), fmt.Sprintf("%s has no input %s", n.Name, it.input), diag.DidYouMean(it.input, known))
	}
	return nil
}

// types gives every edge its type and compares it with what the reader takes.
func (g *graph) types() {
	for _, n := range g.order {
		for _, e := range n.In {
			e.Record = g.recordOf(e, 0)
			want, pointer := n.Record, false
			if e.Input != nil {
				want, pointer = e.Input.Record, e.Input.Method.Pointer
			}
			if types.Identical(want, e.Record) || pointer && types.Identical(types.NewPointer(want), e.Record) {
				continue
			}
			takes := want
			if pointer {
				takes = types.NewPointer(want)
			}
			reader := n.Name
			if e.Input != nil && e.Input.Name != "" {
				reader = "input " + e.Input.Name + " of " + n.Name
			}
			g.diags.Add(e.Pos, fmt.Sprintf("%s takes %s, but %s gives %s", reader, g.typeName(takes), g.written(e), g.typeName(e.Record)), g.typeHint(e, want))
		}
		g.mixed(n)
	}
}

// mixed refuses an input that gets both values and pointers.
func (g *graph) mixed(n *node) {
	first := map[*model.Input]*model.Edge{}
	for _, e := range n.In {
		f := first[e.Input]
		if f == nil {
			first[e.Input] = e
			continue
		}
		_, p := pointee(e.Record)
		_, q := pointee(f.Record)
		if e.Input != nil && p != q && e.Input.Method.Pointer {
			g.diags.Add(e.Pos, fmt.Sprintf("%s reads %s from %s and %s from %s", n.Name, g.typeName(f.Record), g.written(f), g.typeName(e.Record), g.written(e)),
				"records of one input are all values or all pointers")
		}
	}
}

func (g *graph) typeHint(e *model.Edge, want types.Type) string {
	if e.Output != nil {
		for _, o := range e.From.Operator.Outputs {
			if o != e.Output && types.Identical(o.Type, want) {
				return "did you mean " + (&model.Edge{From: &model.Field{UID: e.From.Name}, Output: o}).Name() + "?"
			}
		}
	}
	return "put an operator with Map between them, or change one of the types"
}

// written is how the tag writes the origin of e.
func (g *graph) written(e *model.Edge) string {
	if e.Output == nil || e.Output.Name == model.DefaultOutput {
		return e.From.Name
	}
	return e.From.Name + "." + e.Output.Name
}

// recordOf is the type of the records on e: that of the output or, since a filter passes on what it gets, what goes into the filter.
func (g *graph) recordOf(e *model.Edge, depth int) types.Type {
	switch {
	case e.Output == nil:
		return e.From.Record
	case e.From.Operator.Form == model.Filter && depth < len(g.order) && len(e.From.In) > 0:
		return g.recordOf(e.From.In[0], depth+1)
	case e.From.Operator.Form == model.Filter:
		return e.From.Operator.Inputs[0].Record
	}
	return e.Output.Type
}
