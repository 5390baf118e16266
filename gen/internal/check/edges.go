package check

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// link is what an entry of a tag says: records go from one field of the pipeline to another. Where these are pipelines themselves, it
// begins at a sink of the one and ends at a source of the other.
type link struct {
	from *node
	// output is nil for a source and a pipeline, outlet for all but pipelines.
	output *model.Output
	outlet *node
	to     *node
	// input is nil for a sink and a pipeline, inlet for all but pipelines.
	input  *model.Input
	inlet  *node
	record types.Type
	loop   bool
	pos    token.Position
}

// written is how a tag writes where the link begins.
func (l *link) written() string {
	switch {
	case l.outlet != nil:
		return l.from.Name + "." + l.outlet.Name
	case l.output == nil || l.output.Name == model.DefaultOutput:
		return l.from.Name
	}
	return l.from.Name + "." + l.output.Name
}

// entry is how a tag of the reader names the link.
func (l *link) entry() string {
	switch {
	case l.inlet != nil:
		return l.inlet.Name + "=" + l.written()
	case l.input != nil && l.input.Name != "":
		return l.input.Name + "=" + l.written()
	}
	return l.written()
}

func (l *link) same(other *link) bool {
	return l.from == other.from && l.output == other.output && l.outlet == other.outlet && l.input == other.input && l.inlet == other.inlet
}

// connectAll makes the links that the tags name.
func (g *graph) connectAll() {
	for _, n := range g.order {
		if n.from != nil {
			for _, it := range parseFrom(*n.from) {
				g.link(n, it, false)
			}
		}
		if n.loop != nil {
			for _, it := range parseFrom(*n.loop) {
				g.link(n, it, true)
			}
		}
	}
	g.allFailures()
	for _, n := range g.order {
		g.complete(n)
		if n.discard != nil {
			g.discarded(n, *n.discard)
		}
	}
}

// complete reports what reads nothing.
func (g *graph) complete(n *node) {
	if n.Kind == model.Source || n.isNested {
		g.dangling = g.dangling || n.broken
		return
	}
	if n.from == nil && !slices.ContainsFunc(n.in, func(l *link) bool { return !l.loop }) {
		if n.broken && n.Operator == nil || n.mistagged { // it may have been meant to read something
			g.dangling = true
			return
		}
		if g.takesErrors(n) {
			return // why they do not come was said
		}
		what, only := "operator", ""
		if n.Kind == model.Sink {
			what = "sink"
		}
		if n.loop != nil {
			only = " but its own loop"
		}
		g.diags.Add(g.at(n.pos), what+" "+n.Name+" reads nothing"+only, "name the field that it reads: `from:\"…\"`")
		return
	}
	if n.broken || n.Kind != model.Transform {
		return
	}
	for _, in := range n.Operator.Inputs {
		if g.dangling || g.takesErrors(n) || slices.ContainsFunc(n.in, func(l *link) bool { return l.input == in }) {
			continue
		}
		at := n.pos
		if n.from != nil {
			at = n.from.pos
		}
		g.diags.Add(g.at(at), fmt.Sprintf("input %s of %s reads nothing", in.Name, n.Name), "name the field that it reads: "+in.Name+"=…")
	}
}

// link makes the link of an entry.
func (g *graph) link(n *node, it item, loop bool) {
	l := &link{to: n, loop: loop, pos: g.at(it.fieldPos)}
	ok := g.origin(l, it)
	if !ok {
		g.dangling = true
	}
	if n.broken {
		return
	}
	switch {
	case n.isNested:
		if l.inlet = g.inletOf(n, it); l.inlet == nil {
			g.dangling = true
			return
		}
	case n.Kind == model.Transform:
		if l.input = g.inputOf(n, it); l.input == nil {
			g.dangling = true
			return
		}
	case it.input != "":
		g.diags.Add(g.at(it.pos), "sink "+n.Name+" has no inputs to name", "write `from:\""+it.field+"\"`")
	}
	if !ok {
		return
	}
	if slices.ContainsFunc(n.in, l.same) {
		g.diags.Addf(l.pos, "%s reads %s twice", n.Name, l.written())
		return
	}
	n.in = append(n.in, l)
}

// origin finds the output that an entry of a tag names.
func (g *graph) origin(l *link, it item) bool {
	n, at := l.to, l.pos
	from := g.fields[it.field]
	if from == nil || from.Kind == model.Sink {
		known := g.readable(n)
		switch {
		case from != nil:
			g.diags.Add(at, n.Name+" reads "+it.field+", which is a sink", diag.DidYouMean(it.field, known))
			g.offerNearest(it.fieldPos, it.field, known)
		case it.field == "":
			key := "from"
			if l.loop {
				key = "loop"
			}
			g.diags.Add(at, "the tag "+key+" of "+n.Name+" has an empty name", "there are: "+strings.Join(known, ", "))
		case strings.ContainsAny(it.field, " ;|\t"):
			names := strings.FieldsFunc(it.field, func(r rune) bool { return strings.ContainsRune(" ;|\t", r) })
			g.diags.Add(at, n.Name+" reads "+it.field+", which is no field of "+g.name(), "write a comma between names: "+strings.Join(names, ","))
		default:
			g.diags.Add(at, n.Name+" reads "+it.field+", which is no field of "+g.name(), diag.DidYouMean(it.field, known))
			g.offerNearest(it.fieldPos, it.field, known)
		}
		return false
	}
	if from.broken {
		return false
	}
	l.from = from
	if from.isNested {
		if l.outlet = g.outletOf(n, from, it); l.outlet != nil {
			from.readers[l.outlet.Name] = true
		}
		return l.outlet != nil
	}
	if from.Kind == model.Source {
		if it.output != "" {
			g.diags.Add(at, fmt.Sprintf("%s reads output %s of source %s", n.Name, it.output, it.field), "a source has one output: write `from:\""+it.field+"\"`")
			return false
		}
		from.readers[""] = true
		return true
	}
	name := it.output
	if name == "" {
		name = model.DefaultOutput
	}
	output := from.Operator.Output(name)
	if output == nil {
		known := outputsOf(from)
		hint := diag.DidYouMean(it.field+"."+name, known)
		switch {
		case len(known) == 0:
			hint = from.Operator.Name() + " has no outputs"
		case it.output == "":
			hint = "its outputs are named: " + strings.Join(known, ", ")
		}
		g.diags.Add(at, fmt.Sprintf("%s reads output %s of %s, which there is not", n.Name, name, it.field), hint)
		if it.output != "" {
			g.offerNearest(it.fieldPos, it.field+"."+name, known)
		}
		return false
	}
	from.readers[name] = true
	l.output = output
	return true
}

// readable are the fields that n may read.
func (g *graph) readable(n *node) []string {
	var known []string
	for _, o := range g.order {
		if o != n && o.Kind != model.Sink {
			known = append(known, o.Name)
		}
	}
	return known
}

// outputsOf are the outputs of a field as tags write them.
func outputsOf(n *node) []string {
	var known []string
	for _, o := range n.Operator.Outputs {
		known = append(known, n.Name+"."+o.Name)
	}
	return known
}

// inputOf finds the input that an entry of a tag names, nil after a mistake.
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
		g.offerNearest(it.pos, it.input, known)
	}
	return nil
}

// discarded checks which outputs nobody is to read.
func (g *graph) discarded(n *node, t tag) {
	if n.broken {
		return
	}
	seen := map[string]bool{}
	for _, it := range t.list() {
		at := g.at(it.pos)
		switch {
		case n.Operator.Output(it.field) == nil && len(n.Operator.Outputs) == 0:
			g.diags.Add(at, fmt.Sprintf("%s discards output %s, which there is not", n.Name, it.field), n.Operator.Name()+" has no outputs")
		case n.Operator.Output(it.field) == nil:
			var known []string
			for _, o := range n.Operator.Outputs {
				known = append(known, o.Name)
			}
			g.diags.Add(at, fmt.Sprintf("%s discards output %s, which there is not", n.Name, it.field), diag.DidYouMean(it.field, known))
			g.offerNearest(it.fieldPos, it.field, known)
		case seen[it.field]:
			g.diags.Addf(at, "%s discards %s twice", n.Name, it.field)
		case n.readers[it.field]:
			g.diags.Add(at, fmt.Sprintf("%s discards output %s, which %s reads", n.Name, it.field, g.readerOf(n, it.field)),
				"remove one of the two: what is discarded reaches nobody")
		}
		seen[it.field] = true
		n.readers[it.field] = true // so that it is not missed
	}
}

// readerOf names a field that reads an output of n.
func (g *graph) readerOf(n *node, output string) string {
	for _, other := range g.order {
		for _, l := range other.in {
			if l.from == n && l.output != nil && l.output.Name == output {
				return other.Name
			}
		}
	}
	return "another field"
}
