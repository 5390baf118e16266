package draw

import (
	"cmp"
	"slices"

	"github.com/streamgen/streamgen/gen"
)

// layout is a pipeline with a place for everything. Tasks stand in layers from left to right, so that every edge but those of loops goes
// to the right: a layered drawing in the manner of Sugiyama, small enough for pipelines to need no library.
type layout struct {
	boxes         []*box
	edges         []*line
	width, height int
}

// box is a task, or with none the place where an edge crosses a layer.
type box struct {
	task       *gen.GraphTask
	rows       []row
	layer      int
	x, y, w, h int
	// in and out are what it is joined to on the left and on the right.
	in, out []joint
}

// joint is an edge as one of its boxes sees it.
type joint struct {
	other *box
	// here and there are how far below the tops of this box and of the other one it ends.
	here, there int
}

// row is an operator in its box.
type row struct {
	op *gen.GraphOperator
	// from is the edge that it reads within the box, with the name of the row if that is not the one above.
	from string
	// y is where its name stands, below the top of the box.
	y int
}

// line is an edge between tasks.
type line struct {
	edge     gen.GraphEdge
	from, to *box
	fromRow  int
	// via are the places where it crosses the layers between.
	via []*box
}

const (
	margin     = 24
	boxGap     = 28
	titleSpace = 34
	lineSpace  = 26
)

// place finds a place for everything.
func place(g gen.Graph) *layout {
	l := &layout{}
	l.makeBoxes(g)
	l.makeLines(g)
	l.layers()
	l.crossings()
	layers := l.byLayer()
	order(layers)
	l.columns(layers)
	rows(layers)
	for _, b := range l.boxes {
		l.width = max(l.width, b.x+b.w+margin)
		l.height = max(l.height, b.y+b.h+margin)
	}
	return l
}

func (l *layout) makeBoxes(g gen.Graph) {
	for i := range g.Tasks {
		t := &g.Tasks[i]
		b := &box{task: t, w: textWidth(t.Name(), bold) + 90}
		y := titleSpace
		for k := range t.Operators {
			r := row{op: &t.Operators[k], y: y}
			if k > 0 {
				r.from = within(g, t, k)
				r.y += 14
				b.w = max(b.w, textWidth(r.from, small)+44)
			}
			b.w = max(b.w, textWidth(r.op.UID, bold)+36, textWidth(caption(*r.op), small)+36)
			y = r.y + rowHeight(*r.op)
			for _, s := range r.op.States {
				b.w = max(b.w, textWidth(s, small)+56)
			}
			b.rows = append(b.rows, r)
		}
		b.h = y + 6
		l.boxes = append(l.boxes, b)
	}
}

// rowHeight is the height of an operator's name and of what stands under it.
func rowHeight(op gen.GraphOperator) int {
	h := 30 + 16*len(op.States)
	if caption(op) != "" {
		h += 16
	}
	return h
}

// within says what an operator reads from another one of its task.
func within(g gen.Graph, t *gen.GraphTask, k int) string {
	for _, e := range g.Edges {
		if e.To != t.Operators[k].UID || e.Kind != gen.GraphChained {
			continue
		}
		if e.From == t.Operators[k-1].UID {
			return label(e)
		}
		return "from " + e.From + " · " + label(e)
	}
	return ""
}

func (l *layout) makeLines(g gen.Graph) {
	find := func(uid string) (*box, int) {
		for _, b := range l.boxes {
			for i, r := range b.rows {
				if r.op.UID == uid {
					return b, i
				}
			}
		}
		return nil, 0
	}
	for _, e := range g.Edges {
		if e.Kind == gen.GraphChained {
			continue
		}
		from, i := find(e.From)
		to, _ := find(e.To)
		l.edges = append(l.edges, &line{edge: e, from: from, to: to, fromRow: i})
	}
}

// layers puts each task behind all that it reads from.
func (l *layout) layers() {
	for range l.boxes {
		for _, e := range l.edges {
			if !e.edge.Loop {
				e.to.layer = max(e.to.layer, e.from.layer+1)
			}
		}
	}
}

// crossings gives an edge a place in each layer that it crosses.
func (l *layout) crossings() {
	for _, e := range l.edges {
		if e.edge.Loop {
			continue
		}
		last, y := e.from, e.from.rows[e.fromRow].middle()
		for layer := e.from.layer + 1; layer < e.to.layer; layer++ {
			b := &box{layer: layer, h: lineSpace}
			l.boxes = append(l.boxes, b)
			e.via = append(e.via, b)
			join(last, y, b, b.h/2)
			last, y = b, b.h/2
		}
		join(last, y, e.to, e.to.rows[0].middle())
	}
}

func join(a *box, fromY int, b *box, toY int) {
	a.out = append(a.out, joint{other: b, here: fromY, there: toY})
	b.in = append(b.in, joint{other: a, here: toY, there: fromY})
}

// middle is how far below the top of the box edges begin and end at the row.
func (r row) middle() int { return r.y + 13 }

func (l *layout) byLayer() [][]*box {
	var layers [][]*box
	for _, b := range l.boxes {
		for len(layers) <= b.layer {
			layers = append(layers, nil)
		}
		layers[b.layer] = append(layers[b.layer], b)
	}
	return layers
}

// order sorts the layers so that few edges cross: each box goes where its neighbours are on average, forth and back.
func order(layers [][]*box) {
	index := map[*box]int{}
	number := func(layer []*box) {
		for i, b := range layer {
			index[b] = i
		}
	}
	for _, layer := range layers {
		number(layer)
	}
	average := func(b *box, joints []joint) float64 {
		if len(joints) == 0 {
			return float64(index[b])
		}
		sum := 0.0
		for _, j := range joints {
			sum += float64(index[j.other]) + float64(j.there)/float64(j.other.h)
		}
		return sum / float64(len(joints))
	}
	for sweep := range 8 {
		for i := range layers {
			layer, joints := layers[i], func(b *box) []joint { return b.in }
			if sweep%2 == 1 {
				layer, joints = layers[len(layers)-1-i], func(b *box) []joint { return b.out }
			}
			slices.SortStableFunc(layer, func(a, b *box) int { return cmp.Compare(average(a, joints(a)), average(b, joints(b))) })
			number(layer)
		}
	}
}

// columns gives each layer its x, with room for what is written at the edges between.
func (l *layout) columns(layers [][]*box) {
	x := margin
	for i, layer := range layers {
		width := 0
		for _, b := range layer {
			width = max(width, b.w)
		}
		for _, b := range layer {
			b.x, b.w = x, width
		}
		gap := 60
		for _, e := range l.edges {
			if !e.edge.Loop && e.to.layer == i+1 {
				gap = max(gap, textWidth(label(e.edge), small)+56)
			}
		}
		x += width + gap
	}
}

// rows gives each box its y: beside its neighbours where it can be, below the one above it in any case.
func rows(layers [][]*box) {
	for _, layer := range layers {
		stack(layer, func(*box) int { return margin })
	}
	for sweep := range 6 {
		for i := range layers {
			layer, joints := layers[i], func(b *box) []joint { return b.in }
			if sweep%2 == 1 {
				layer, joints = layers[len(layers)-1-i], func(b *box) []joint { return b.out }
			}
			stack(layer, func(b *box) int {
				if len(joints(b)) == 0 {
					return b.y
				}
				sum := 0
				for _, j := range joints(b) {
					sum += j.other.y + j.there - j.here
				}
				return sum / len(joints(b))
			})
		}
	}
	top := layers[0][0].y
	for _, layer := range layers {
		top = min(top, layer[0].y)
	}
	for _, layer := range layers {
		for _, b := range layer {
			b.y += margin - top
		}
	}
}

// stack puts the boxes of a layer where they wish to be, and moves them apart where they would touch.
func stack(layer []*box, wish func(*box) int) {
	wishes := make([]int, len(layer))
	for i, b := range layer {
		wishes[i] = wish(b)
	}
	shift := 0
	for i, b := range layer {
		b.y = wishes[i]
		if i > 0 {
			b.y = max(b.y, layer[i-1].y+layer[i-1].h+boxGap)
		}
		shift += b.y - wishes[i]
	}
	for _, b := range layer { // what was pushed down moves up again, all together
		b.y -= shift / len(layer)
	}
}
