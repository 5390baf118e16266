package check

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// isPipeline reports whether a struct is a pipeline: it is marked or, since the comments of other packages are not to be seen, has a
// source, a sink, a field that reads another one, or a field that is a pipeline.
func (g *graph) isPipeline(t *types.Named) bool {
	if _, ok := g.marks[t.Obj()]; ok {
		return g.graphs[t.Obj()] != nil || !g.isOperator(t)
	}
	return isPipelineType(t, map[*types.Named]bool{})
}

func isPipelineType(t *types.Named, seen map[*types.Named]bool) bool {
	u, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return false
	}
	seen[t] = true
	for i := range u.NumFields() {
		f := u.Field(i)
		if f.Embedded() {
			continue
		}
		_, isSource := isRuntime(f.Type(), "Source")
		_, isSink := isRuntime(f.Type(), "Sink")
		tags, _ := parseTags(untold(u.Tag(i)))
		reads := slices.ContainsFunc(tags, func(t tag) bool { return t.key == "from" })
		inner, _ := types.Unalias(f.Type()).(*types.Named)
		if isSource || isSink || reads || inner != nil && isPipelineType(inner, seen) {
			return true
		}
	}
	return false
}

// nest makes n the pipeline t.
func (g *graph) nest(n *node, t *types.Named) {
	switch {
	case t.TypeArgs().Len() > 0:
		g.diags.Add(n.Pos, fmt.Sprintf("field %s is %s, a pipeline with type parameters", n.Name, g.typeName(t)),
			"a pipeline is wired for the types it names: write one for each")
		return
	case g.local(t.Obj()) && !g.isMarked(t):
		g.diags.Add(n.Pos, fmt.Sprintf("field %s is %s, which looks like a pipeline but is not marked", n.Name, g.typeName(t)),
			"write //streamgen:pipeline as the last line of its doc comment")
		return
	}
	inner := g.graphOf(t)
	if inner.pipeline == nil {
		g.diags.Add(n.Pos, fmt.Sprintf("pipeline %s contains itself", g.typeName(t)), "feed records back with the tag loop instead")
		return
	}
	if inner.broken {
		if inner.undefined != nil {
			g.unusable(n, g.typeName(t), inner.undefined)
			return
		}
		if !g.local(t.Obj()) {
			for _, d := range *inner.diags {
				g.diags.AddChain(n.Pos, fmt.Sprintf("field %s is the pipeline %s, in which %s", n.Name, g.typeName(t), d.Message), d.Chain, d.Hint)
			}
		}
		return
	}
	n.nested, n.broken = inner, false
}

func (g *graph) isMarked(t *types.Named) bool {
	_, ok := g.marks[t.Obj()]
	return ok
}

// ports are the fields of a kind: the inlets or the outlets of the pipeline.
func (g *graph) ports(kind model.FieldKind) []*node {
	var found []*node
	for _, n := range g.order {
		if n.Kind == kind && !n.isNested {
			found = append(found, n)
		}
	}
	return found
}

func names(nodes []*node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.Name)
	}
	return all
}

// inletOf finds the source of a nested pipeline that an entry of a tag feeds, nil after a mistake.
func (g *graph) inletOf(n *node, it item) *node {
	inlets := n.nested.ports(model.Source)
	for _, in := range inlets {
		if in.Name == it.input {
			return in
		}
	}
	known := names(inlets)
	written := it.field
	if it.output != "" {
		written += "." + it.output
	}
	switch {
	case len(known) == 0:
		g.diags.Add(g.at(it.pos), "pipeline "+n.Name+" has no source to feed", "remove "+written+" from its tag")
	case it.input == "":
		g.diags.Add(g.at(it.pos), fmt.Sprintf("%s is a pipeline, and %s names none of its sources", n.Name, written),
			"write "+known[0]+"="+written+"; its sources are: "+strings.Join(known, ", "))
	default:
		g.diags.Add(g.at(it.pos), fmt.Sprintf("pipeline %s has no source %s", n.Name, it.input), diag.DidYouMean(it.input, known))
	}
	return nil
}

// outletOf finds the sink of a nested pipeline that an entry of a tag reads, nil after a mistake.
func (g *graph) outletOf(n *node, from *node, it item) *node {
	outlets := from.nested.ports(model.Sink)
	var known []string
	for _, o := range outlets {
		if o.Name == it.output {
			return o
		}
		known = append(known, from.Name+"."+o.Name)
	}
	at := g.at(it.fieldPos)
	switch {
	case len(known) == 0:
		g.diags.Add(at, fmt.Sprintf("%s reads %s, a pipeline without sinks", n.Name, from.Name), "only the sinks of a pipeline can be read from outside")
	case it.output == "":
		g.diags.Add(at, fmt.Sprintf("%s reads %s, which is a pipeline", n.Name, from.Name), "name one of its sinks: "+strings.Join(known, ", "))
	default:
		g.diags.Add(at, fmt.Sprintf("%s reads %s.%s, which is no sink of the pipeline %s", n.Name, from.Name, it.output, from.Name),
			diag.DidYouMean(from.Name+"."+it.output, known))
	}
	return nil
}
