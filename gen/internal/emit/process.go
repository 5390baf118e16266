package emit

import (
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// locals is the scope of a method's parameters and variables.
func (t *task) locals(f *file) *scope { return newScope(f.locals, "t") }

// emitProcess writes the method that takes the batches.
func (t *task) emitProcess(f *file) {
	t.pipeline.e.pkg.Working = t.pipeline.Name() + "." + t.Head.Selector()
	type reads struct {
		edges []*model.Edge
		body  func(name string) []jen.Code
		typ   types.Type
	}
	var inputs []reads
	switch {
	case t.Head.Kind == model.Source:
		inputs = append(inputs, reads{t.Head.Out, func(name string) []jen.Code {
			return append(t.sawTime(f, name), t.pass(f, t.Head.Out, jen.Id(name))...)
		}, t.Head.Record})
	default:
		for _, in := range t.Inputs {
			edges := t.Reads(in)
			inputs = append(inputs, reads{edges, func(name string) []jen.Code { return t.pass(f, edges[:1], jen.Id(name)) }, edges[0].Record})
		}
	}
	names := t.locals(f)
	number, batch := "_", ""
	if len(inputs) > 1 {
		number, batch = names.name("input"), names.name("records")
	}
	var told []string
	var body []jen.Code
	var cases []jen.Code
	for i, in := range inputs {
		name := newScope(names).name(wishes(in.edges[:1], "record")...)
		plural := model.Plural(name)
		if len(name) < 3 {
			plural = model.Plural(model.TypeRecordName(in.typ))
		}
		if batch == "" {
			names.used[name] = true
			batch = names.name(plural, "records")
		}
		from := []string{t.Head.Selector()}
		if t.Head.Kind != model.Source {
			from = nil
			for _, e := range in.edges {
				from = append(from, written(e))
			}
		}
		told = append(told, plural+" from "+enumerate(from))
		loop := jen.For(jen.Id(name).Op(":=").Range().Add(f.core("Rest")).Types(f.typ(in.typ)).
			Call(jen.Op("&").Id("t.Task"), jen.Id(batch))).Block(in.body(name)...)
		body = append(body, loop)
		cases = append(cases, jen.Case(jen.Lit(i)).Block(loop))
	}
	if len(inputs) > 1 {
		body = []jen.Code{jen.Switch(jen.Id(number)).Block(cases...)}
	}
	if !t.Head.CallsOut() {
		body = append(body, t.writes()...)
	}
	f.Line()
	f.comment("Process takes %s.", enumerate(told))
	t.method(f, "Process").Params(jen.Id(number).Int(), jen.Id(batch).Add(f.core("Records"))).Block(body...)
}

// written is how the user's tag writes the origin of e.
func written(e *model.Edge) string {
	if e.Output == nil || e.Output.Name == model.DefaultOutput {
		return e.From.Selector()
	}
	return e.From.Selector() + "." + e.Output.Name
}

// pass hands one record to every reader of an output.
func (t *task) pass(f *file, edges []*model.Edge, record *jen.Statement) []jen.Code {
	var calls []jen.Code
	for _, e := range edges {
		call := jen.Id("t." + t.fields[e.To] + ".Add")
		if s := t.Send(e); s != nil {
			name := t.sendTo[s]
			if name == "" {
				calls = append(calls, t.send(f, s, record))
				continue
			}
			call = jen.Id("t." + name)
		} else if e.To.CallsOut() {
			call = jen.Id("t." + t.calls[e.To] + ".Submit")
		} else if e.To.Kind == model.Transform {
			call = jen.Id("t." + t.process[input{e.To, e.Input}])
		}
		calls = append(calls, call.Call(record))
	}
	return calls
}

// edges are those that begin at an output of a field.
func (t *task) edges(n *model.Field, o *model.Output) []*model.Edge {
	var found []*model.Edge
	for _, e := range n.Out {
		if e.Output == o {
			found = append(found, e)
		}
	}
	return found
}

// atEnd reports whether only sinks read an output of n: they get it once per batch. Where a call that fails drops what it has emitted, that
// is apart from what others have.
func (t *task) atEnd(n *model.Field, edges []*model.Edge) bool {
	if n.Failed != nil && len(edges) > 0 {
		return false
	}
	return !slices.ContainsFunc(edges, func(e *model.Edge) bool { return e.To.Kind != model.Sink || t.Send(e) != nil })
}

// writes hands what only sinks read to them.
func (t *task) writes() []jen.Code { return t.writesOf(t.Fields) }

// writesOf hands what only sinks read of some operators to them.
func (t *task) writesOf(fields []*model.Field) []jen.Code {
	var calls []jen.Code
	for _, n := range fields {
		if n.Kind != model.Transform || n.Operator.Form != model.Process {
			continue
		}
		for _, o := range n.Operator.Outputs {
			edges := t.edges(n, o)
			if !t.atEnd(n, edges) {
				continue
			}
			taken := jen.Id("t." + t.outs[output{n, o}] + ".Take").Call()
			switch {
			case len(edges) == 0:
				calls = append(calls, taken.Comment("discarded"))
			case len(edges) > 1:
				name := t.outs[output{n, o}]
				calls = append(calls, jen.Id(name).Op(":=").Add(taken))
				taken = jen.Id(name)
			}
			for _, e := range edges {
				calls = append(calls, jen.Id("t."+t.fields[e.To]+".Write").Call(taken))
			}
		}
	}
	return calls
}

// drain passes on what a call has emitted to outputs that others than sinks read.
func (t *task) drain(f *file, names *scope, n *model.Field, outputs []*model.Output) []jen.Code {
	var loops []jen.Code
	for _, o := range outputs {
		edges := t.edges(n, o)
		if t.atEnd(n, edges) {
			continue
		}
		name := newScope(names).name(wishes(edges, "record")...)
		loops = append(loops, jen.For(jen.List(jen.Id("_"), jen.Id(name)).Op(":=").Range().Id("t."+t.outs[output{n, o}]+".Take").Call()).
			Block(t.pass(f, edges, jen.Id(name))...))
	}
	return loops
}

// wishes are names for a record: what the first operator among its readers calls it, what its type suggests, or the last resort.
func wishes(edges []*model.Edge, resort string) []string {
	for _, e := range edges {
		if e.Input != nil {
			return []string{e.RecordName(), model.TypeRecordName(e.Record), resort}
		}
	}
	return []string{edges[0].RecordName(), resort}
}

// emitOperator writes the method that gives a record to an operator.
func (t *task) emitOperator(f *file, n *model.Field, in *model.Input) {
	t.pipeline.e.pkg.Working = t.pipeline.Name() + "." + n.Selector()
	var edge *model.Edge
	for _, e := range n.In {
		if e.Input == in {
			edge = e
			break
		}
	}
	if n.CallsOut() {
		t.emitCall(f, n, in, edge)
		return
	}
	names := t.locals(f)
	record := names.name(wishes([]*model.Edge{edge}, "record")...)
	var body []jen.Code
	switch n.Operator.Form {
	case model.Map:
		body = t.mapBody(f, names, n, in, edge, record)
	case model.Filter:
		body = t.filterBody(f, names, n, in, edge, record)
	case model.Process:
		body = t.processBody(f, names, n, in, edge, record)
	}
	if count := t.counts[n]; count != "" {
		body = append([]jen.Code{jen.Id("t." + count).Op("++")}, body...)
	}
	f.Line()
	t.method(f, t.process[input{n, in}]).Params(jen.Id(record).Add(f.typ(edge.Record))).Block(body...)
}

// argument passes a record as a method takes it.
func argument(m *model.Method, edge *model.Edge, record string) *jen.Statement {
	_, isPointer := types.Unalias(edge.Record).(*types.Pointer)
	_, wantsPointer := types.Unalias(m.Record.Type()).(*types.Pointer)
	switch {
	case wantsPointer && !isPointer:
		return jen.Op("&").Id(record)
	case isPointer && !wantsPointer:
		return jen.Op("*").Id(record)
	}
	return jen.Id(record)
}

// call calls Map or Filter.
func (t *task) call(n *model.Field, in *model.Input, edge *model.Edge, record string) *jen.Statement {
	m := in.Method
	var arguments []jen.Code
	if m.Context {
		arguments = append(arguments, jen.Id("t."+t.contexts[n]))
	}
	if m.Key {
		arguments = append(arguments, t.keyOf(t.fields[n], in, edge, record))
	}
	return jen.Id("t." + t.fields[n] + "." + m.Func.Name()).Call(append(arguments, argument(m, edge, record))...)
}

func (t *task) mapBody(f *file, names *scope, n *model.Field, in *model.Input, edge *model.Edge, record string) []jen.Code {
	call := t.call(n, in, edge, record)
	edges := t.edges(n, n.Operator.Outputs[0])
	if !in.Method.Fails && len(edges) == 1 {
		return t.pass(f, edges, call)
	}
	if len(edges) == 0 {
		return t.discard(f, names, n, in, edge, record, call)
	}
	result := names.name(wishes(edges, "result")...)
	if !in.Method.Fails {
		return append([]jen.Code{jen.Id(result).Op(":=").Add(call)}, t.pass(f, edges, jen.Id(result))...)
	}
	err := names.name("err")
	return append([]jen.Code{
		jen.List(jen.Id(result), jen.Id(err)).Op(":=").Add(call),
		t.checked(f, names, n, edge, record, err),
	}, t.pass(f, edges, jen.Id(result))...)
}

func (t *task) filterBody(f *file, names *scope, n *model.Field, in *model.Input, edge *model.Edge, record string) []jen.Code {
	call := t.call(n, in, edge, record)
	pass := t.pass(f, t.edges(n, n.Operator.Outputs[0]), jen.Id(record))
	if len(pass) == 0 {
		return t.discard(f, names, n, in, edge, record, call)
	}
	if !in.Method.Fails {
		return []jen.Code{jen.If(call).Block(pass...)}
	}
	ok, err := names.name("ok"), names.name("err")
	return []jen.Code{
		jen.List(jen.Id(ok), jen.Id(err)).Op(":=").Add(call),
		t.checked(f, names, n, edge, record, err),
		jen.If(jen.Id(ok)).Block(pass...),
	}
}

// discard calls Map or Filter, whose result nobody reads.
func (t *task) discard(f *file, names *scope, n *model.Field, in *model.Input, edge *model.Edge, record string, call *jen.Statement) []jen.Code {
	if !in.Method.Fails {
		return []jen.Code{jen.Id("_").Op("=").Add(call).Comment("discarded")}
	}
	err := names.name("err")
	return []jen.Code{jen.List(jen.Id("_"), jen.Id(err)).Op(":=").Add(call).Comment("discarded"), t.checked(f, names, n, edge, record, err)}
}

func (t *task) check(n *model.Field, err *jen.Statement) *jen.Statement {
	return jen.Id("t.Check").Call(jen.Lit(n.UID), err)
}

func (t *task) processBody(f *file, names *scope, n *model.Field, in *model.Input, edge *model.Edge, record string) []jen.Code {
	m := in.Method
	var body, arguments []jen.Code
	switch {
	case m.Context && in.Broadcast:
		context := jen.Id("Context").Op(":").Id("t." + t.contexts[n])
		arguments = append(arguments, f.ref(runtimePath, "BroadcastContext").Values(context))
	case m.Context:
		arguments = append(arguments, jen.Id("t."+t.contexts[n]))
	}
	key := ""
	if m.Key || m.State {
		key = names.name("key")
		body = append(body, jen.Id(key).Op(":=").Add(t.keyOf(t.fields[n], in, edge, record)))
	}
	if m.Key {
		arguments = append(arguments, jen.Id(key))
	}
	arguments = append(arguments, argument(m, edge, record))
	var leave []jen.Code
	switch {
	case m.State && n.Operator.HasEntry():
		enter, state, follow := t.timers.enter(names, key)
		body, arguments, leave = append(body, enter...), append(arguments, state), []jen.Code{follow}
	case m.State:
		hash := t.pipeline.e.hash(n.Operator, jen.Id(key))
		arguments = append(arguments, jen.Id("t."+t.states[n]+".At").Call(jen.Id(key), hash))
	}
	arguments = append(arguments, t.unkeyedArgument(n, m)...)
	for _, o := range m.Outputs {
		arguments = append(arguments, jen.Op("&").Id("t."+t.outs[output{n, o}]))
	}
	call := jen.Id("t." + t.fields[n] + "." + m.Func.Name()).Call(arguments...)
	switch {
	case m.Fails && n.Failed != nil:
		err := newScope(names).name("err")
		call = jen.If(jen.Id(err).Op(":=").Add(call), jen.Id(err).Op("!=").Nil()).Block(append(slices.Clone(leave), t.failed(f, names, n, edge, record, err)...)...)
	case m.Fails:
		call = t.check(n, call)
	}
	return slices.Concat(body, []jen.Code{call}, leave, t.drain(f, names, n, m.Outputs))
}

// keyOf takes the key of a record.
func (t *task) keyOf(operator string, in *model.Input, edge *model.Edge, record string) *jen.Statement {
	return jen.Id("t." + operator + "." + in.Key.Func.Name()).Call(argument(in.Key, edge, record))
}

// emitSend writes the method that sends a record to the subtask that holds its key.
func (t *task) emitSend(f *file, s *model.Send) {
	edge := s.Edges[0]
	names := t.locals(f)
	record := names.name(wishes([]*model.Edge{edge}, "record")...)
	hash := t.pipeline.e.hash(s.To.Head.Operator, t.keyOf(t.keys[s.To.Head], edge.Input, edge, record))
	f.Line()
	t.method(f, t.sendTo[s]).Params(jen.Id(record).Add(f.typ(edge.Record))).Block(
		jen.Id("t."+t.outputs[s]+".SendByKey").Call(hash, t.sent(f, s, jen.Id(record))),
	)
}
