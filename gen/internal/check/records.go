package check

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// records checks that what crosses tasks can be written: a checkpoint holds the records that it catches on the way.
func (g *graph) records() {
	reported := map[token.Pos]bool{}
	var crossings []*crossing
	for _, f := range g.pipeline.Fields {
		for _, e := range f.In {
			if e.Record == nil || !valid(e.Record) {
				continue
			}
			for _, m := range g.timesIn(e.Record, g.recordName(e.Record), nil) {
				at := e.Pos
				if m.pos.IsValid() {
					at = g.at(m.pos)
				}
				if !reported[m.pos] {
					g.diags.Add(at, m.message, m.hint)
				}
				reported[m.pos] = true
			}
			if !e.Chained() {
				crossings = g.crosses(crossings, e)
			}
		}
	}
	for _, c := range crossings {
		e, p := c.edge, c.problem
		message := fmt.Sprintf("%s from %s to %s crosses tasks, but %s of type %s cannot be serialised: %s",
			g.typeName(e.Record), e.Name(), e.To.Selector(), p.Path, g.typeName(p.Type), p.Why)
		g.diags.AddChain(e.Pos, message, append(causes(p.Chain, e.Pos), c.others...), recordHint(e, p.Hint))
	}
}

// crossing is a part of records that cannot be written: the first edge that needs it, and the others.
type crossing struct {
	edge    *model.Edge
	problem form.Problem
	others  []diag.Cause
}

// crosses adds what is in the way of writing the records of an edge. One part is one mistake, however many edges it is on.
func (g *graph) crosses(known []*crossing, e *model.Edge) []*crossing {
	for _, p := range g.forms.Problems(e.Record, g.recordName(e.Record)) {
		if p.Unknown {
			g.unknownRecord(e)
			continue
		}
		i := slices.IndexFunc(known, func(c *crossing) bool { return c.problem.Why == p.Why && samePart(c.problem, p) })
		if i < 0 {
			known = append(known, &crossing{edge: e, problem: p})
			continue
		}
		other := diag.Cause{Pos: e.Pos, Text: fmt.Sprintf("%s from %s to %s crosses tasks, too", g.typeName(e.Record), e.Name(), e.To.Selector())}
		if c := known[i]; e.Pos != c.edge.Pos && !slices.Contains(c.others, other) {
			c.others = append(c.others, other)
		}
	}
	return known
}

// samePart reports whether two problems are of one field, or of one part of one type.
func samePart(a, b form.Problem) bool {
	if a.Pos.IsValid() || b.Pos.IsValid() {
		return a.Pos == b.Pos && types.Identical(a.Type, b.Type)
	}
	return a.Path == b.Path && types.Identical(a.Type, b.Type)
}

// unknownRecord reports a record of which the type checker does not know a part.
func (g *graph) unknownRecord(e *model.Edge) {
	obj := undefined(e.Record, g.named.Obj(), true)
	if obj == nil {
		return
	}
	if g.undefined == nil {
		g.undefined = obj
	}
	g.checker.unusable(e.Pos, g.typeName(e.Record), obj)
}

// recordName is what the path to a field of a record begins with.
func (g *graph) recordName(t types.Type) string {
	elem, _ := pointee(t)
	return g.typeName(elem)
}

// recordHint says how to write the record, or how not to have to.
func recordHint(e *model.Edge, hint string) string {
	if hint == form.KeepWhatItStandsFor {
		hint = "send what it stands for"
	}
	keyed := e.Input != nil && e.Input.Key != nil
	if keyed || e.Loop || e.To.CallsOut() || len(e.To.In) > 1 || e.From.Parallelism != e.To.Parallelism {
		return hint
	}
	if hint != "" {
		hint += "\n"
	}
	return hint + "or run both in one task: edge:\"forward\""
}
