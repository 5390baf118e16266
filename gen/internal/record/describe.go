package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Describe tells the record to people, indented under the name of its package.
func (r *Record) Describe(name string) string {
	var b strings.Builder
	line := func(depth int, format string, args ...any) {
		fmt.Fprintf(&b, strings.Repeat("  ", depth)+format+"\n", args...)
	}
	line(0, "%s", name)
	for _, name := range slices.Sorted(maps.Keys(r.Pipelines)) {
		p := r.Pipelines[name]
		line(1, "pipeline %s", name)
		for _, uid := range slices.Sorted(maps.Keys(p.Operators)) {
			op := p.Operators[uid]
			line(2, "operator %s", uid)
			for _, state := range slices.Sorted(maps.Keys(op.States)) {
				form := op.States[state]
				line(3, "%s %s: %s", form.Kind, state, form.Schema)
			}
		}
		for _, edge := range slices.Sorted(maps.Keys(p.Edges)) {
			line(2, "%s: %s", edge, p.Edges[edge].Schema)
		}
	}
	return b.String()
}
