package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// emitLifecycle writes Open, Finish, Close and what hears of checkpoints, as far as an operator needs them.
func (t *task) emitLifecycle(f *file) {
	t.emitOpen(f)
	t.emitFinish(f)
	t.emitClose(f)
	t.emitNotification(f, "CheckpointComplete", "completed", "CheckpointComplete tells the operators that a checkpoint is complete, in the order of the chain.",
		func(o *model.Operator) *model.Method { return o.Completed })
	t.emitNotification(f, "CheckpointAborted", "aborted", "CheckpointAborted tells the operators that a checkpoint was given up, in the order of the chain.",
		func(o *model.Operator) *model.Method { return o.Aborted })
}

// with returns the operators of the chain that have a method.
func (t *task) with(method func(*model.Operator) *model.Method) []*model.Field {
	var found []*model.Field
	for _, n := range t.Fields {
		if n.Operator != nil && method(n.Operator) != nil {
			found = append(found, n)
		}
	}
	return found
}

// context is the argument of a method that takes one.
func (t *task) context(n *model.Field, m *model.Method) []jen.Code {
	if !m.Context {
		return nil
	}
	return []jen.Code{jen.Id("t." + t.contexts[n])}
}

func (t *task) emitOpen(f *file) {
	var body []jen.Code
	for _, n := range t.Fields {
		if name := t.contexts[n]; name != "" {
			body = append(body, jen.Id("t."+name).Op("=").Id("t.Context").Call(jen.Lit(n.UID)))
		}
	}
	opened := t.with(func(o *model.Operator) *model.Method { return o.Open })
	methods := make([]string, len(opened))
	for i, n := range opened {
		methods[i] = t.names.name("open" + n.Name)
		body = append(body, jen.Id("t."+methods[i]).Call())
	}
	if len(body) == 0 {
		return
	}
	f.Line()
	f.comment("Open readies the operators, in the order of the chain.")
	t.method(f, "Open").Params().Block(body...)
	for i, n := range opened {
		m := n.Operator.Open
		call := jen.Id("t." + t.fields[n] + ".Open").Call(append(t.context(n, m), t.unkeyedArgument(n, m)...)...)
		if m.Fails {
			call = t.check(n, call)
		}
		f.Line()
		t.method(f, methods[i]).Params().Block(call)
	}
}

func (t *task) emitFinish(f *file) {
	finished := t.with(func(o *model.Operator) *model.Method { return o.Finish })
	if len(finished) == 0 {
		return
	}
	var body []jen.Code
	methods := make([]string, len(finished))
	for i, n := range finished {
		methods[i] = t.names.name("finish" + n.Name)
		body = append(body, jen.Id("t."+methods[i]).Call())
	}
	f.Line()
	f.comment("Finish flushes the operators at the end of input, in the order of the chain.")
	t.method(f, "Finish").Params().Block(append(body, t.writes()...)...)
	for i, n := range finished {
		m := n.Operator.Finish
		arguments := append(t.context(n, m), t.unkeyedArgument(n, m)...)
		for _, o := range m.Outputs {
			arguments = append(arguments, jen.Op("&").Id("t."+t.outs[output{n, o}]))
		}
		call := jen.Id("t." + t.fields[n] + ".Finish").Call(arguments...)
		if m.Fails {
			call = t.check(n, call)
		}
		f.Line()
		t.method(f, methods[i]).Params().Block(append([]jen.Code{call}, t.drain(f, t.locals(f), n, m.Outputs)...)...)
	}
}

func (t *task) emitClose(f *file) {
	closed := t.with(func(o *model.Operator) *model.Method { return o.Close })
	if len(closed) == 0 {
		return
	}
	var body, fails []jen.Code
	methods := make([]string, len(closed))
	for i, n := range closed {
		methods[i] = t.names.name("close" + n.Name)
		call := jen.Id("t." + methods[i]).Call()
		if n.Operator.Close.Fails {
			fails = append(fails, call)
			continue
		}
		body = append(body, call)
	}
	result := jen.Nil()
	switch len(fails) {
	case 0:
	case 1:
		result = jen.Add(fails[0])
	default:
		result = f.ref("errors", "Join").Call(fails...)
	}
	f.Line()
	f.comment("Close releases what the operators hold.")
	t.method(f, "Close").Params().Error().Block(append(body, jen.Return(result))...)
	for i, n := range closed {
		m := n.Operator.Close
		call := jen.Id("t." + t.fields[n] + ".Close").Call(t.context(n, m)...)
		f.Line()
		if !m.Fails {
			t.method(f, methods[i]).Params().Block(call)
			continue
		}
		t.method(f, methods[i]).Params().Error().Block(
			jen.If(jen.Err().Op(":=").Add(call), jen.Err().Op("!=").Nil()).Block(
				jen.Return(f.ref("fmt", "Errorf").Call(jen.Lit("close "+strings.ReplaceAll(n.UID, "%", "%%")+": %w"), jen.Err())),
			),
			jen.Return(jen.Nil()),
		)
	}
}

// emitNotification writes what passes the number of a checkpoint on to the operators that have a method for it.
func (t *task) emitNotification(f *file, name, verb, comment string, method func(*model.Operator) *model.Method) {
	hearing := t.with(method)
	if len(hearing) == 0 {
		return
	}
	var body []jen.Code
	methods := make([]string, len(hearing))
	for i, n := range hearing {
		methods[i] = t.names.name(verb + n.Name)
		body = append(body, jen.Id("t."+methods[i]).Call(jen.Id("id")))
	}
	f.Line()
	f.comment("%s", comment)
	t.method(f, name).Params(jen.Id("id").Int64()).Block(body...)
	for i, n := range hearing {
		m := method(n.Operator)
		call := jen.Id("t." + t.fields[n] + "." + name).Call(append(t.context(n, m), jen.Id("id"))...)
		if m.Fails {
			call = t.check(n, call)
		}
		f.Line()
		t.method(f, methods[i]).Params(jen.Id("id").Int64()).Block(call)
	}
}

// emitSnapshot writes what happens at a barrier and at a restore, if the task holds anything.
func (t *task) emitSnapshot(f *file) {
	var barrier, restore []jen.Code
	add := func(n *model.Field, method, name string, more ...jen.Code) {
		arguments := append([]jen.Code{jen.Lit(n.UID)}, more...)
		arguments = append(arguments, jen.Op("&").Id("t."+name))
		barrier = append(barrier, jen.Id("s."+method).Call(arguments...))
		restore = append(restore, jen.Id("r."+method).Call(arguments...))
	}
	lists := func(n *model.Field) {
		if n.Operator == nil {
			return
		}
		for _, c := range t.pipeline.e.listsOf(n.Operator) {
			barrier = append(barrier, jen.Id("s.List").Call(jen.Lit(n.UID), jen.Lit(c.path()), c.saved(f, t.unkeyed[n])))
			arguments := []jen.Code{jen.Lit(n.UID), jen.Lit(c.path()), c.saved(f, t.unkeyed[n])}
			for _, was := range c.was() {
				arguments = append(arguments, jen.Lit(was))
			}
			restore = append(restore, jen.Id("r.List").Call(arguments...))
		}
	}
	for _, n := range t.Fields {
		switch {
		case n.Kind == model.Source:
			add(n, "Source", t.fields[n])
		case n.Kind == model.Sink:
			add(n, "Sink", t.fields[n])
		case t.states[n] != "":
			add(n, "Keyed", t.states[n], jen.Lit(n.Operator.State.Obj().Name()))
			if t.timers != nil {
				restore = append(restore, t.timers.restore()...)
			}
		case t.calls[n] != "":
			by := jen.Id("t." + t.calls[n] + ".By").Call(jen.Id("t." + t.process[input{n, n.Operator.Inputs[0]}]))
			if t.failing != "" {
				by = by.Dot("Failing").Call(jen.Id("t." + t.failing))
			}
			barrier = append(barrier, jen.Id("s.Async").Call(jen.Lit(n.UID), jen.Op("&").Id("t."+t.calls[n])))
			restore = append(restore, jen.Id("r.Async").Call(jen.Lit(n.UID), by))
		}
		lists(n)
	}
	if len(barrier) == 0 {
		return
	}
	f.Line()
	f.comment("Barrier snapshots what the task holds, in the order of the chain.")
	t.method(f, "Barrier").Params(jen.Id("s").Op("*").Add(f.core("Snapshot"))).Block(barrier...)
	f.Line()
	if t.timers != nil {
		f.comment("Restore takes back what Barrier wrote, and queues the timers again.")
	} else {
		f.comment("Restore takes back what Barrier wrote.")
	}
	t.method(f, "Restore").Params(jen.Id("r").Op("*").Add(f.core("Restore"))).Block(restore...)
}
