package draw

import (
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/gen"
)

// Mermaid draws a pipeline as a flowchart of Mermaid: tasks are subgraphs, sources and sinks have round ends.
func Mermaid(g gen.Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\n---\nflowchart LR\n", quote(g.Pipeline))
	ids := map[string]string{}
	for i, t := range g.Tasks {
		title := t.Name()
		if t.Parallelism > 0 {
			title += fmt.Sprintf(" ×%d", t.Parallelism)
		}
		fmt.Fprintf(&b, "  subgraph t%d[%s]\n", i, quote(title))
		for _, op := range t.Operators {
			id := fmt.Sprintf("n%d", len(ids))
			ids[op.UID] = id
			fmt.Fprintf(&b, "    %s%s\n", id, shape(op))
		}
		b.WriteString("  end\n")
	}
	var errors []string
	for i, e := range g.Edges {
		arrow := "-->"
		switch {
		case e.Loop:
			arrow = "-.->"
		case e.Kind == gen.GraphHash:
			arrow = "==>"
		case e.Kind == gen.GraphBroadcast:
			arrow = "--o"
		}
		if e.Errors {
			errors = append(errors, fmt.Sprint(i))
		}
		fmt.Fprintf(&b, "  %s %s|%s| %s\n", ids[e.From], arrow, quote(label(e)), ids[e.To])
	}
	if errors != nil {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#d1495b,color:#d1495b\n", strings.Join(errors, ","))
	}
	return b.String()
}

func shape(op gen.GraphOperator) string {
	lines := []string{op.UID}
	if op.Kind != gen.GraphTransform {
		lines = append(lines, string(op.Kind)+" of "+op.Type)
	} else if op.Type != op.UID {
		lines = append(lines, op.Type)
	}
	for _, s := range op.States {
		lines = append(lines, "keeps "+s)
	}
	text := quote(strings.Join(lines, "\n"))
	if op.Kind == gen.GraphTransform {
		return "[" + text + "]"
	}
	return "([" + text + "])"
}

// label is what is written at an edge: the names of its ends, the kind and the type of its records. A call within a task is no kind.
func label(e gen.GraphEdge) string {
	var parts []string
	if e.Output != "" {
		parts = append(parts, e.Output)
	}
	for _, p := range properties(e) {
		if p != string(gen.GraphChained) {
			parts = append(parts, p)
		}
	}
	text := strings.Join(parts, " · ")
	if e.Input != "" {
		text += " → " + e.Input
	}
	return text
}

// quote writes a text for Mermaid, which knows the entities of HTML and no backslash.
func quote(s string) string {
	return `"` + strings.NewReplacer("&", "#amp;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br>").Replace(s) + `"`
}
