package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// noTime is the value of the tag time that says on purpose that the records of a source have none.
const noTime = "-"

// untimed reports the operators with timers in event time to which no source leads that tells times: without a watermark the timers would
// only fire at the end of input, which may never come. Where another pipeline of the package holds this one, times may come with what that
// one feeds: there it is looked at.
func (g *graph) untimed() {
	if g.broken || g.dangling || g.held() {
		return
	}
	for _, f := range g.pipeline.Fields {
		if f.Operator == nil {
			continue
		}
		var chain []diag.Cause
		for _, t := range f.Operator.Timers {
			if t.Kind != model.ProcessingTimer {
				chain = append(chain, diag.Cause{
					Pos: g.at(t.Field.Pos()), Text: fmt.Sprintf("%s.%s is a timer.%s", g.typeName(f.Operator.State), t.Field.Name(), t.Kind),
				})
			}
		}
		sources := sourcesOf(f)
		if chain == nil || slices.ContainsFunc(sources, func(s *model.Field) bool { return s.EventTime != nil || s.Untimed }) {
			continue
		}
		var names []string
		for _, s := range sources {
			names = append(names, s.Selector())
		}
		at, example := strings.Join(names, " or "), "At"
		if known := g.timesOf(sources[0].Record); len(known) > 0 {
			example = known[0]
		}
		g.diags.AddChain(f.Pos, fmt.Sprintf("the timers of %s would fire at the end of input alone: no source that leads to it tells when its records happened", f.Selector()), chain,
			fmt.Sprintf("tag %s with the field that does: `time:%q`; or use a timer.Processing\nif they are for the end of input, say so: tag %s with `time:%q`", at, example, at, noTime))
	}
}

// held reports whether a pipeline of the package holds this one.
func (g *graph) held() bool {
	for _, other := range g.graphs {
		if slices.ContainsFunc(other.order, func(n *node) bool { return n.nested == g }) {
			return true
		}
	}
	return false
}

// sourcesOf are the sources that lead to a field, in the order in which they are met.
func sourcesOf(f *model.Field) []*model.Field {
	var found []*model.Field
	seen := map[*model.Field]bool{}
	var visit func(f *model.Field)
	visit = func(f *model.Field) {
		if seen[f] {
			return
		}
		seen[f] = true
		if f.Kind == model.Source {
			found = append(found, f)
		}
		for _, e := range f.In {
			visit(e.From)
		}
	}
	visit(f)
	return found
}
