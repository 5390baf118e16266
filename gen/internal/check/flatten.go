package check

import (
	"slices"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// instance is a pipeline at its place: the outermost one, or one that a field of another holds.
type instance struct {
	*graph
	// parent is what holds it, in the field at; nil for the outermost one.
	parent *instance
	at     *node
	fields map[*node]*model.Field
	nested map[*node]*instance
}

// flattener makes one graph of a pipeline and those inside.
type flattener struct {
	*graph
	result *model.Pipeline
}

// flatten makes the model of the pipeline: the fields of all pipelines inside stand side by side, and where links meet at an inlet or an
// outlet the edge goes through it.
func (g *graph) flatten(file string) *model.Pipeline {
	f := &flattener{graph: g, result: &model.Pipeline{Type: g.named, File: file}}
	g.feedback, g.outer = map[*model.Edge]*link{}, map[*model.Edge]*link{}
	outermost := f.fields(&instance{graph: g}, &model.Field{})
	f.edges(outermost)
	f.circles(outermost)
	for _, field := range f.result.Fields {
		for _, e := range field.In {
			e.From.Out = append(e.From.Out, e)
		}
	}
	return f.result
}

// fields adds the fields of a pipeline, which stands in the field around.
func (f *flattener) fields(in *instance, around *model.Field) *instance {
	in.fields, in.nested = map[*node]*model.Field{}, map[*node]*instance{}
	for _, n := range in.order {
		field := *n.Field
		field.Name = around.Name + n.Name
		field.Path = append(slices.Clone(around.Path), n.Name)
		if around.UID != "" {
			field.UID = around.UID + "." + n.UID
			field.Pos = around.Pos
		}
		if field.Parallelism == 0 {
			field.Parallelism = around.Parallelism
		}
		switch {
		case n.nested != nil:
			in.nested[n] = f.fields(&instance{graph: n.nested, parent: in, at: n}, &field)
		case n.isNested:
		case in.fed(n) || in.read(n):
			f.result.Ports = append(f.result.Ports, &model.Port{Path: field.Path, UID: field.UID, Kind: n.Kind})
		default:
			in.fields[n] = &field
			f.result.Fields = append(f.result.Fields, &field)
		}
	}
	return in
}

// fed reports whether the pipeline around feeds a source.
func (in *instance) fed(n *node) bool {
	return in.parent != nil && n.Kind == model.Source && slices.ContainsFunc(in.at.in, func(l *link) bool { return l.inlet == n })
}

// read reports whether the pipeline around reads a sink.
func (in *instance) read(n *node) bool {
	return in.parent != nil && n.Kind == model.Sink && in.at.readers[n.Name]
}

// edges adds the edges into the fields of a pipeline.
func (f *flattener) edges(in *instance) {
	for _, n := range in.order {
		if inner := in.nested[n]; inner != nil {
			f.edges(inner)
			continue
		}
		to := in.fields[n]
		if to == nil {
			continue
		}
		for _, l := range n.in {
			for _, o := range in.origins(l, nil) {
				e := &model.Edge{From: o.field, Output: o.output, To: to, Input: l.input, Record: l.record, Pos: o.outer.pos}
				f.outer[e] = o.outer
				if o.loop != nil {
					f.feedback[e] = o.loop
				}
				to.In = append(to.In, e)
			}
		}
	}
}

// circles reports links into which nothing ever comes: they go through inlets and outlets back to where they began.
func (f *flattener) circles(outermost *instance) {
	if f.dangling {
		return
	}
	for _, n := range f.order {
		for _, l := range n.in {
			if len(outermost.origins(l, nil)) == 0 {
				f.diags.Add(l.pos, reader(l)+" reads "+l.written()+", into which nothing comes", "it only leads back to itself: let it read a source or an operator")
			}
		}
	}
}

// origin is where an edge begins.
type origin struct {
	field  *model.Field
	output *model.Output
	// outer is the outermost link on the way, that of the pipeline at depth; loop is the one that is a feedback.
	outer, loop *link
	depth       int
}

// step is a link in a pipeline at its place.
type step struct {
	in   *instance
	link *link
}

// origins follows a link through sources and sinks of nested pipelines to the fields that emit its records.
func (in *instance) origins(l *link, way []step) []origin {
	if slices.Contains(way, step{in, l}) {
		return nil // nothing but inlets and outlets, in a circle
	}
	way = append(slices.Clip(way), step{in, l})
	var found []origin
	switch {
	case l.outlet != nil:
		if inner := in.nested[l.from]; inner != nil {
			for _, next := range l.outlet.in {
				found = append(found, inner.origins(next, way)...)
			}
		}
	case in.fed(l.from):
		for _, next := range in.at.in {
			if next.inlet == l.from {
				found = append(found, in.parent.origins(next, way)...)
			}
		}
	default:
		if field := in.fields[l.from]; field != nil {
			o := origin{field: field, output: l.output}
			if l.output != nil && l.output == l.from.Failed {
				o.output = field.Failed
			}
			found = append(found, o)
		}
	}
	for i := range found {
		if depth := in.depth(); found[i].outer == nil || depth <= found[i].depth {
			found[i].outer, found[i].depth = l, depth
		}
		if l.loop {
			found[i].loop = l
		}
	}
	return found
}

// depth is 0 for the outermost pipeline.
func (in *instance) depth() int {
	if in.parent == nil {
		return 0
	}
	return in.parent.depth() + 1
}
