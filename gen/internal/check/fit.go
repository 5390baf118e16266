package check

import (
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// types gives every link its type and compares it with what the reader takes.
func (g *graph) types() {
	for _, n := range g.order {
		for _, l := range n.in {
			l.record = g.recordOf(l, 0)
			if l.fits() {
				continue
			}
			want, pointer := l.wants()
			takes := want
			if pointer {
				takes = types.NewPointer(want)
			}
			g.diags.Add(l.pos, fmt.Sprintf("%s takes %s, but %s gives %s", reader(l), g.typeName(takes), l.written(), g.typeName(l.record)), g.typeHint(l, want))
		}
		g.mixed(n)
	}
}

// wants is the type of the records that the reader takes, by value or by pointer.
func (l *link) wants() (record types.Type, pointer bool) {
	switch {
	case l.input != nil:
		return l.input.Record, l.input.Method.Pointer
	case l.inlet != nil:
		return l.inlet.Record, false
	}
	return l.to.Record, false
}

// fits reports whether the reader takes the records of the link.
func (l *link) fits() bool {
	want, pointer := l.wants()
	return types.Identical(want, l.record) || pointer && types.Identical(types.NewPointer(want), l.record)
}

// reader is how messages name where a link ends.
func reader(l *link) string {
	switch {
	case l.inlet != nil:
		return "source " + l.inlet.Name + " of " + l.to.Name
	case l.input != nil && l.input.Name != "":
		return "input " + l.input.Name + " of " + l.to.Name
	}
	return l.to.Name
}

// mixed refuses an input that gets both values and pointers.
func (g *graph) mixed(n *node) {
	first := map[*model.Input]*link{}
	for _, l := range n.in {
		f := first[l.input]
		if f == nil {
			first[l.input] = l
			continue
		}
		_, p := pointee(l.record)
		_, q := pointee(f.record)
		if l.input != nil && p != q && l.input.Method.Pointer {
			g.diags.Add(l.pos, fmt.Sprintf("%s reads %s from %s and %s from %s", n.Name, g.typeName(f.record), f.written(), g.typeName(l.record), l.written()),
				"records of one input are all values or all pointers")
		}
	}
}

// typeHint names another output that would fit.
func (g *graph) typeHint(l *link, want types.Type) string {
	switch {
	case l.outlet != nil:
		for _, o := range l.from.nested.ports(model.Sink) {
			if o != l.outlet && types.Identical(o.Record, want) {
				return "did you mean " + (&link{from: l.from, outlet: o}).written() + "?"
			}
		}
	case l.output != nil:
		for _, o := range l.from.Operator.Outputs {
			if o != l.output && types.Identical(o.Type, want) {
				return "did you mean " + (&link{from: l.from, output: o}).written() + "?"
			}
		}
	}
	return "put an operator with Map between them, or change one of the types"
}

// recordOf is the type of the records on l: that of the output or, since a filter passes on what it gets, what goes into the filter.
func (g *graph) recordOf(l *link, depth int) types.Type {
	switch {
	case l.outlet != nil:
		return l.outlet.Record
	case l.output == nil:
		return l.from.Record
	case l.output == l.from.Failed:
		return l.output.Type
	case l.from.Operator.Form == model.Filter && depth < len(g.order) && len(l.from.in) > 0:
		return g.recordOf(l.from.in[0], depth+1)
	case l.from.Operator.Form == model.Filter:
		return l.from.Operator.Inputs[0].Record
	}
	return l.output.Type
}
