package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// unread reports outputs that nobody reads: data must not vanish unnoticed.
func (g *graph) unread() {
	if g.dangling {
		return
	}
	for _, n := range g.order {
		switch {
		case n.broken || n.isNested || n.Kind == model.Sink:
		case n.Kind == model.Source:
			if !n.readers[""] {
				g.diags.Add(g.at(n.pos), "nobody reads source "+n.Name, "name it in the tag from of a field, or remove it")
			}
		default:
			for _, o := range n.Operator.Outputs {
				if !n.readers[o.Name] {
					name := n.Name
					if o.Name != model.DefaultOutput {
						name += "." + o.Name
					}
					g.diags.Add(g.at(n.pos), fmt.Sprintf("nobody reads output %s of %s", o.Name, n.Name),
						"its records would be lost: give "+name+" to a sink or an operator, or say `discard:\""+o.Name+"\"`")
				}
			}
		}
	}
}

// loops makes feedback edges of those that a tag loop names. An edge belongs to a cycle if its end leads to its beginning without
// another feedback.
func (g *graph) loops() {
	closes, all := map[*link]bool{}, []*link{}
	for _, f := range g.pipeline.Fields {
		for _, e := range f.In {
			l := g.feedback[e]
			if l == nil {
				continue
			}
			e.Loop = g.leads(f, e.From)
			closes[l] = closes[l] || e.Loop
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	if g.dangling {
		return
	}
	for _, l := range all {
		if !closes[l] {
			g.diags.Add(l.pos, fmt.Sprintf("%s feeds nothing back: %s does not lead to it", l.written(), reader(l)), "read it with the tag from")
		}
	}
}

// leads reports whether records come from one field to another without a feedback.
func (g *graph) leads(from, to *model.Field) bool {
	seen := map[*model.Field]bool{}
	var visit func(f *model.Field) bool
	visit = func(f *model.Field) bool {
		if f == to {
			return true
		}
		if seen[f] {
			return false
		}
		seen[f] = true
		return slices.ContainsFunc(f.Out, func(e *model.Edge) bool { return g.feedback[e] == nil && visit(e.To) })
	}
	return visit(from)
}

// cycles reports each cycle once, at the edge that closes it.
func (g *graph) cycles() {
	const (
		unseen = iota
		open
		done
	)
	state := map[*model.Field]int{}
	var path []*model.Edge
	var visit func(f *model.Field)
	visit = func(f *model.Field) {
		state[f] = open
		for _, e := range f.In {
			if e.Loop {
				continue
			}
			path = append(path, e)
			switch state[e.From] {
			case unseen:
				visit(e.From)
			case open:
				first := slices.IndexFunc(path, func(p *model.Edge) bool { return p.To == e.From })
				g.cycle(slices.Clone(path[first:]))
			}
			path = path[:len(path)-1]
		}
		state[f] = done
	}
	for _, f := range g.pipeline.Fields {
		if state[f] == unseen {
			visit(f)
		}
	}
}

// cycle reports a cycle, of which each edge begins where the next one ends. It is said at the last one that stands in this package and in
// a tag from.
func (g *graph) cycle(edges []*model.Edge) {
	last := edges[len(edges)-1]
	for _, e := range edges {
		if g.inPackage(e.Pos) && !e.Fails() {
			last = e
		}
	}
	// The edges are met against the records: turn them round, from the reader to itself.
	slices.Reverse(edges)
	at := slices.Index(edges, last)
	names := []string{last.To.Selector()}
	for i := range edges {
		names = append(names, edges[(at+1+i)%len(edges)].To.Selector())
	}
	hint := "to feed records back on purpose, name it in the tag loop instead of from: `loop:\"" + g.outer[last].entry() + "\"`"
	g.diags.Add(last.Pos, last.To.Selector()+" reads what it emits itself: "+strings.Join(names, " → "), hint)
}

// partitions checks the tags edge against keys and parallelism.
func (g *graph) partitions() {
	for _, n := range g.order {
		if n.edge == nil || n.Kind == model.Source {
			continue
		}
		if g.broadcastEdges(n) {
			continue
		}
		if n.Operator != nil && n.Operator.Key != nil {
			g.diags.Add(g.at(n.edge.pos), fmt.Sprintf("edge %s of %s contradicts its Key", n.edge.value, n.Name), "records go to the subtask that holds their key: remove the tag")
			g.offerWithout(*n.edge)
		}
	}
	for _, f := range g.pipeline.Fields {
		if f.Partition != model.Forward || f.Operator != nil && f.Operator.Key != nil {
			continue
		}
		at := f.Pos
		if n := g.fields[f.Selector()]; n != nil {
			at = g.at(n.edge.pos)
		}
		for _, e := range f.In {
			if e.From.Parallelism != f.Parallelism {
				g.diags.Add(at, fmt.Sprintf("edge forward from %s to %s joins different parallelisms, %s and %s",
					e.From.Selector(), f.Selector(), parallelism(e.From.Parallelism), parallelism(f.Parallelism)),
					"give both one parallelism, or use rebalance or rescale")
			}
		}
	}
}

func parallelism(p int) string {
	if p == 0 {
		return "the default"
	}
	return fmt.Sprint(p)
}
