package draw

import (
	"fmt"
	"html"
	"strings"

	"github.com/streamgen/streamgen/gen"
)

const style = `
  text { font: 12px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
  .pipeline { font-size: 16px; font-weight: 700; }
  .uid { font-size: 14px; font-weight: 600; }
  .task { fill: #f6f8fa; stroke: #afb8c1; }
  .name, .kind, .record { fill: #57606a; }
  .badge { fill: #ddf4ff; stroke: #54aeff; }
  .badge-text { fill: #0550ae; font-weight: 600; }
  .state { fill: #fff8c5; stroke: #d4a72c; }
  .source { fill: #1a7f37; }
  .sink { fill: #8250df; }
  .operator { fill: #57606a; }
  .edge { fill: none; stroke: #6e7781; stroke-width: 1.5; }
  .arrow { fill: #6e7781; }
  .hash { stroke: #0969da; stroke-width: 2.5; } .arrow.hash { fill: #0969da; stroke: none; }
  .broadcast { stroke: #bc4c00; stroke-width: 2.5; } .arrow.broadcast { fill: #bc4c00; stroke: none; }
  .errors { stroke: #cf222e; } .arrow.errors { fill: #cf222e; stroke: none; }
  .loop { stroke-dasharray: 6 5; } .arrow.loop { stroke-dasharray: none; }
  .label { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
  .page { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .task { fill: #161b22; stroke: #484f58; }
    .name, .kind, .record { fill: #9198a1; }
    .badge { fill: #0c2d6b; stroke: #388bfd; } .badge-text { fill: #a5d6ff; }
    .state { fill: #3b2e00; stroke: #9e6a03; }
    .source { fill: #3fb950; } .sink { fill: #a371f7; } .operator { fill: #9198a1; }
    .edge { stroke: #8b949e; } .arrow { fill: #8b949e; }
    .hash { stroke: #58a6ff; } .arrow.hash { fill: #58a6ff; }
    .broadcast { stroke: #f0883e; } .arrow.broadcast { fill: #f0883e; }
    .errors { stroke: #f85149; } .arrow.errors { fill: #f85149; }
    .label { stroke: #0d1117; }
    .page { fill: #0d1117; }
  }
`

// header is the room above the tasks.
const header = 30

// SVG draws a pipeline as a picture for light and for dark pages: tasks as boxes with their operators, edges between them by their kind.
func SVG(g gen.Graph) string {
	l := place(g)
	s := &svg{layout: l, lane: l.height}
	var edges, labels strings.Builder
	for _, e := range l.edges {
		s.edge(&edges, &labels, e)
	}
	var boxes strings.Builder
	for _, b := range l.boxes {
		if b.task != nil {
			s.box(&boxes, b)
		}
	}
	width, height := max(l.width, textWidth(g.Pipeline, bold)+2*margin), s.lane+header
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString("Pipeline "+g.Pipeline))
	fmt.Fprintf(&b, "<style>%s</style>\n", style)
	fmt.Fprintf(&b, `<rect class="page" width="%d" height="%d"/>`+"\n", width, height)
	text(&b, "pipeline", margin, 28, g.Pipeline)
	fmt.Fprintf(&b, `<g transform="translate(0 %d)">`+"\n%s%s%s</g>\n</svg>\n", header, edges.String(), boxes.String(), labels.String())
	return b.String()
}

// svg is a drawing on its way.
type svg struct {
	*layout
	// lane is where the next edge of a loop goes back, below everything.
	lane int
	// taken are the places of labels.
	taken []area
}

// area is a rectangle.
type area struct{ x, y, w, h int }

func text(b *strings.Builder, class string, x, y int, s string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(s))
}

func (s *svg) box(b *strings.Builder, x *box) {
	fmt.Fprintf(b, `<rect class="task" x="%d" y="%d" width="%d" height="%d" rx="8"/>`+"\n", x.x, x.y, x.w, x.h)
	text(b, "name", x.x+12, x.y+20, "task "+x.task.Name())
	if x.task.Parallelism > 0 {
		times := fmt.Sprintf("×%d", x.task.Parallelism)
		w := textWidth(times, small) + 12
		fmt.Fprintf(b, `<rect class="badge" x="%d" y="%d" width="%d" height="18" rx="9"/>`+"\n", x.x+x.w-w-8, x.y+7, w)
		text(b, "badge-text", x.x+x.w-w-2, x.y+20, times)
	}
	for i, r := range x.rows {
		y := x.y + r.y
		if i > 0 {
			fmt.Fprintf(b, `<path class="edge" d="M%d %dv18"/><path class="arrow" d="M%d %dl-4 -6h8z"/>`+"\n", x.x+18, y-22, x.x+18, y+2)
			text(b, "record", x.x+30, y-8, r.from)
		}
		fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="%d" r="5"/>`+"\n", r.op.Kind, x.x+18, x.y+r.middle())
		text(b, "uid", x.x+30, y+18, r.op.UID)
		text(b, "kind", x.x+30, y+34, caption(*r.op))
		for k, state := range r.op.States {
			y := y + rowHeight(*r.op) - 4 - 16*(len(r.op.States)-k)
			fmt.Fprintf(b, `<rect class="state" x="%d" y="%d" width="8" height="10" rx="2"/>`+"\n", x.x+31, y-1)
			text(b, "kind", x.x+44, y+8, state)
		}
	}
}

// caption is what stands under the name of an operator.
func caption(op gen.GraphOperator) string {
	switch {
	case op.Kind != gen.GraphTransform:
		return string(op.Kind) + " of " + op.Type
	case op.Type != op.UID:
		return op.Type
	}
	return ""
}

// edge draws an edge from the row that sends to the first row of the task that reads.
func (s *svg) edge(b, labels *strings.Builder, e *line) {
	x, y := e.from.x+e.from.w, e.from.y+e.from.rows[e.fromRow].middle()
	toX, toY := e.to.x, e.to.y+e.to.rows[0].middle()
	var path strings.Builder
	fmt.Fprintf(&path, "M%d %d", x, y)
	var middle, height int
	if e.edge.Loop {
		below := s.lane
		s.lane += lineSpace
		fmt.Fprintf(&path, "C%d %d %d %d %d %dH%dC%d %d %d %d %d %d", x+40, y, x+40, below, x, below, toX, toX-40, below, toX-40, toY, toX-6, toY)
		middle, height = (x+toX)/2, below
	} else {
		for _, v := range e.via {
			curve(&path, x, y, v.x, v.y+v.h/2)
			fmt.Fprintf(&path, "H%d", v.x+v.w)
			x, y = v.x+v.w, v.y+v.h/2
		}
		curve(&path, x, y, toX-6, toY)
		middle, height = (x+toX)/2, (y+toY)/2
	}
	class := string(e.edge.Kind)
	if e.edge.Errors {
		class += " errors"
	}
	if e.edge.Loop {
		class += " loop"
	}
	fmt.Fprintf(b, `<path class="edge %s" d="%s"/><path class="arrow %s" d="M%d %dl-9 -5v10z"/>`+"\n", class, path.String(), class, toX-1, toY)
	s.label(labels, middle, height, label(e.edge))
}

func curve(b *strings.Builder, x, y, toX, toY int) {
	middle := (x + toX) / 2
	fmt.Fprintf(b, "C%d %d %d %d %d %d", middle, y, middle, toY, toX, toY)
}

// label writes around a place, below it where something is written there already.
func (s *svg) label(b *strings.Builder, x, y int, what string) {
	w := textWidth(what, small)
	at := area{x - w/2, y - 14, w, 14}
	for i := 0; i < len(s.taken); i++ {
		if t := s.taken[i]; at.x < t.x+t.w && t.x < at.x+at.w && at.y < t.y+t.h && t.y < at.y+at.h {
			at.y = t.y + t.h
			i = -1
		}
	}
	s.taken = append(s.taken, at)
	fmt.Fprintf(b, `<text class="label" text-anchor="middle" x="%d" y="%d">%s</text>`+"\n", x, at.y+10, html.EscapeString(what))
}
