package check

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// allFailures makes the links that the tags errors name. Those into a field come before its own: what it is given may fail there again.
func (g *graph) allFailures() {
	var pending []*node
	for _, n := range g.order {
		if n.errors != nil {
			pending = append(pending, n)
		}
	}
	for len(pending) > 0 {
		next := slices.IndexFunc(pending, func(n *node) bool {
			return !slices.ContainsFunc(pending, func(from *node) bool { return from.errors.value == n.Name })
		})
		if next < 0 { // a circle: begin where records come in
			next = max(0, slices.IndexFunc(pending, func(n *node) bool { return len(n.in) > 0 }))
		}
		n := pending[next]
		pending = slices.Delete(pending, next, next+1)
		g.failures(n, *n.errors)
	}
}

// takesErrors reports whether the tag errors of a field names n, or may be meant to: one that names nothing which could take them, or a tag
// that means nothing, where n takes what fails.
func (g *graph) takesErrors(n *node) bool {
	return slices.ContainsFunc(g.order, func(from *node) bool {
		if from.mistagged && takesFailed(n) {
			return true
		}
		return from.errors != nil && (from.errors.value == n.Name || g.isNoTaker(from.errors.value) && takesFailed(n))
	})
}

// isNoTaker reports whether errors cannot go to a name: it is that of a source, or of no field.
func (g *graph) isNoTaker(name string) bool {
	to := g.fields[name]
	return to == nil || to.Kind == model.Source && !to.isNested
}

// takesFailed reports whether an input of n takes a runtime.Failed.
func takesFailed(n *node) bool {
	fails := func(t types.Type) bool {
		if t == nil {
			return false
		}
		_, ok := isRuntime(t, "Failed")
		return ok
	}
	if n.Operator == nil {
		return fails(n.Record)
	}
	return slices.ContainsFunc(n.Operator.Inputs, func(in *model.Input) bool { return fails(in.Record) })
}

// failures makes the link that the tag errors of n names: what its methods return errors for goes to that field.
func (g *graph) failures(n *node, t tag) {
	at := g.at(t.pos)
	to := g.fields[t.value]
	if g.isNoTaker(t.value) {
		var known []string
		for _, o := range g.order {
			if o != n && (o.Kind != model.Source || o.isNested) {
				known = append(known, o.Name)
			}
		}
		what := "no field of " + g.name()
		if to != nil {
			what = "a source"
		}
		g.diags.Add(at, fmt.Sprintf("the errors of %s go to %s, which is %s", n.Name, t.value, what), diag.DidYouMean(t.value, known))
		g.dangling = true
		return
	}
	if n.broken || to.broken {
		g.dangling = true
		return
	}
	record := g.failing(n, t)
	if record == nil {
		return
	}
	n.Failed = &model.Output{Name: "errors", In: n.Operator}
	l := &link{from: n, output: n.Failed, to: to, pos: at}
	if g.takesFailures(l, record) {
		to.in = append(to.in, l)
	}
}

// failing is the type of the records for which methods of n return errors, nil if there is not one.
func (g *graph) failing(n *node, t tag) types.Type {
	var first *link
	fails, mistaken := false, false
	for _, in := range n.Operator.Inputs {
		if !in.Method.Fails && n.Operator.Form != model.Async { // calls may take too long
			continue
		}
		fails = true
		for _, l := range n.in {
			if l.input != in {
				continue
			}
			l.record = g.recordOf(l, 0)
			if !l.fits() { // as is said there
				mistaken = true
				continue
			}
			if first == nil {
				first = l
				continue
			}
			if types.Identical(first.record, l.record) || mistaken {
				continue
			}
			mistaken = true
			g.diags.Add(g.at(t.pos), fmt.Sprintf("the errors of %s are of records of different types: %s takes %s, %s takes %s",
				n.Name, first.input.Method.Func.Name(), g.typeName(first.record), in.Method.Func.Name(), g.typeName(l.record)),
				"one field takes runtime.Failed of one type: let only one of the methods return an error")
		}
	}
	if !fails {
		g.diags.Add(g.at(t.keyPos), fmt.Sprintf("no method of %s that takes records returns an error", n.Operator.Name()),
			"let it return an error behind its other results, or remove the tag errors")
	}
	if first == nil || mistaken {
		return nil
	}
	return first.record
}

// takesFailures chooses where a link of failed records ends: the input, or the source of a pipeline, that takes them.
func (g *graph) takesFailures(l *link, record types.Type) bool {
	want := "runtime.Failed[" + g.typeName(record) + "]"
	fits := func(t types.Type) bool {
		failed, ok := isRuntime(t, "Failed")
		if ok && failed != nil && types.Identical(failed, record) {
			l.output.Type = t
			return true
		}
		return false
	}
	found := 0
	var takes []string
	note := func(name string, t types.Type, found *int) bool {
		if name != "" {
			name += " takes "
		}
		takes = append(takes, name+g.typeName(t))
		if fits(t) {
			*found++
			return *found == 1
		}
		return false
	}
	switch {
	case l.to.isNested:
		for _, in := range l.to.nested.ports(model.Source) {
			if note(in.Name, in.Record, &found) {
				l.inlet = in
			}
		}
	case l.to.Kind == model.Transform:
		for _, in := range l.to.Operator.Inputs {
			if note(in.Name, in.Record, &found) {
				l.input = in
			}
		}
	default:
		note("", l.to.Record, &found)
	}
	switch {
	case found == 1:
		return true
	case found > 1:
		g.diags.Add(l.pos, fmt.Sprintf("%s has several inputs that take %s", l.to.Name, want), "errors go to a field with one input for them")
	case len(takes) == 1 && !l.to.isNested:
		g.diags.Add(l.pos, fmt.Sprintf("%s takes %s, but the errors of %s give %s", l.to.Name, strings.TrimPrefix(takes[0], " takes "), l.from.Name, want),
			"let "+l.to.Name+" take "+want+", or name a field that does")
	default:
		g.diags.Add(l.pos, fmt.Sprintf("no input of %s takes %s, which the errors of %s give: %s", l.to.Name, want, l.from.Name, strings.Join(takes, ", ")),
			"let one of them take it, or name a field that does")
	}
	return false
}
