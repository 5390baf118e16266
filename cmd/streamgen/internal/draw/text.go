// Package draw draws pipelines: as text, as a Mermaid flowchart and as SVG. The same graph gives the same bytes.
package draw

import (
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/gen"
)

// Text draws a pipeline for a terminal: its tasks in order and under each its operators, where they read from and what they keep.
func Text(g gen.Graph) string {
	width, operators := 0, 0
	for _, t := range g.Tasks {
		for _, op := range t.Operators {
			width = max(width, len([]rune(op.UID)))
			operators++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s\n", g.Pipeline, plural(len(g.Tasks), "task"), plural(operators, "operator"))
	for _, t := range g.Tasks {
		fmt.Fprintf(&b, "\ntask %s", t.Name())
		if t.Parallelism > 0 {
			fmt.Fprintf(&b, ", parallelism %d", t.Parallelism)
		}
		b.WriteByte('\n')
		for _, op := range t.Operators {
			name := op.UID
			for _, fact := range about(g, op) {
				fmt.Fprintf(&b, "  %-*s  %s\n", width, name, fact)
				name = ""
			}
		}
	}
	return b.String()
}

// about is what there is to say of an operator, a line each: what it is, what it reads, what it keeps.
func about(g gen.Graph, op gen.GraphOperator) []string {
	var parts []string
	switch op.Kind {
	case gen.GraphSource:
		parts = append(parts, "source of "+op.Type)
	case gen.GraphSink:
		parts = append(parts, "sink of "+op.Type)
	case gen.GraphTransform:
		if op.Type != op.UID {
			parts = append(parts, op.Type)
		}
	}
	for _, e := range g.Edges {
		if e.To == op.UID {
			parts = append(parts, fmt.Sprintf("<- %s (%s)", named(e), strings.Join(properties(e), ", ")))
		}
	}
	for _, s := range op.States {
		parts = append(parts, "keeps "+s)
	}
	return parts
}

// named is the origin of an edge as the tag from writes it.
func named(e gen.GraphEdge) string {
	if e.Input == "" {
		return e.Origin()
	}
	return e.Input + "=" + e.Origin()
}

// properties are the kind of an edge, what is special of it, and the type of its records.
func properties(e gen.GraphEdge) []string {
	parts := []string{string(e.Kind)}
	if e.Loop {
		parts = append(parts, "loop")
	}
	if e.Errors {
		parts = append(parts, "errors")
	}
	return append(parts, e.Record)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
