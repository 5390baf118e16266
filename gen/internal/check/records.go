package check

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// records checks that what crosses tasks can be written: a checkpoint holds the records that it catches on the way.
func (g *graph) records() {
	reported := map[token.Pos]bool{}
	for _, f := range g.pipeline.Fields {
		for _, e := range f.In {
			if e.Record == nil || !valid(e.Record) {
				continue
			}
			for _, m := range g.timesIn(e.Record, g.recordName(e.Record)) {
				at := e.Pos
				if m.pos.IsValid() {
					at = g.at(m.pos)
				}
				if !reported[m.pos] {
					g.diags.Add(at, m.message, m.hint)
				}
				reported[m.pos] = true
			}
			if e.Chained() {
				continue
			}
			for _, p := range g.forms.Problems(e.Record, g.recordName(e.Record)) {
				if p.Unknown {
					continue // the compiler's business
				}
				message := fmt.Sprintf("%s from %s to %s crosses tasks, but %s of type %s cannot be serialised: %s",
					g.typeName(e.Record), e.Name(), f.Selector(), p.Path, g.typeName(p.Type), p.Why)
				g.diags.AddChain(e.Pos, message, causes(p.Chain, e.Pos), recordHint(e, p.Hint))
			}
		}
	}
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
