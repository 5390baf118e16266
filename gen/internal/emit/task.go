package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// task writes one task: a struct with a method for each operator of the chain.
type task struct {
	*model.Task
	pipeline *pipeline
	typeName string

	// names is the scope of the struct's fields and methods.
	names *scope
	// fields are the names of the operators and ports; contexts, counts and states those of what belongs to an operator.
	fields, contexts, counts, states map[*model.Field]string
	// unkeyed are the names of the states without a key.
	unkeyed map[*model.Field]string
	outs    map[output]string
	// timers are those of the head, nil if it has none.
	timers *timers
	// keys are the names of the operators of other tasks that are there for their keys.
	keys map[*model.Field]string
	// outputs are the names of the exchanges.
	outputs map[*model.Send]string
	// calls are the names of those of operators with Async; failing is that of the method for records whose calls have failed.
	calls   map[*model.Field]string
	failing string
	// process and sendTo are the names of the methods that take records.
	process map[input]string
	sendTo  map[*model.Send]string
}

type output struct {
	field *model.Field
	*model.Output
}

type input struct {
	field *model.Field
	*model.Input
}

// name gives everything in the task its name, in the order in which the struct holds it.
func (t *task) name() {
	t.names = newScope(nil, "Task")
	t.fields, t.contexts = map[*model.Field]string{}, map[*model.Field]string{}
	t.counts, t.states, t.unkeyed = map[*model.Field]string{}, map[*model.Field]string{}, map[*model.Field]string{}
	t.outs, t.keys, t.outputs = map[output]string{}, map[*model.Field]string{}, map[*model.Send]string{}
	t.process, t.sendTo, t.calls = map[input]string{}, map[*model.Send]string{}, map[*model.Field]string{}
	for _, n := range t.Fields {
		t.pipeline.e.pkg.Working = t.pipeline.Name() + "." + n.Selector()
		name := t.names.name(model.Lower(n.Name))
		t.fields[n] = name
		if n.Kind != model.Transform {
			continue
		}
		if n.Operator.UsesContext() {
			t.contexts[n] = t.names.name(name + "Context")
		}
		if n != t.Head { // the head counts whole batches
			t.counts[n] = t.names.name(name + "Count")
		}
		if n.Operator.State != nil {
			t.states[n] = t.names.name(name + "States")
		}
		if n.Operator.Unkeyed != nil {
			t.unkeyed[n] = t.names.name(name + "Unkeyed")
		}
		if n.CallsOut() {
			t.calls[n] = t.names.name(name + "Calls")
			if n.Failed != nil {
				t.failing = t.names.name("fail" + n.Name)
			}
		}
		if n.Operator.Form == model.Process {
			for _, o := range n.Operator.Outputs {
				t.outs[output{n, o}] = t.names.name(name + model.Upper(o.Name))
			}
		}
		for _, in := range n.Operator.Inputs {
			verb := "process"
			switch {
			case in.Broadcast:
				verb = "broadcast"
			case n.CallsOut():
				verb = "call"
			}
			t.process[input{n, in}] = t.names.name(verb + n.Name + in.Suffix())
		}
	}
	if t.Head.Operator != nil && t.Head.Operator.HasEntry() {
		t.timers = t.nameTimers(t.Head)
	}
	for _, s := range t.Sends {
		head := s.To.Head
		in := s.Edges[0].Input
		suffix := head.Name
		if in != nil {
			suffix += in.Suffix()
		}
		if s.Partition == model.Hash {
			if t.keys[head] == "" {
				t.keys[head] = t.names.name(model.Lower(head.Name))
			}
			t.sendTo[s] = t.names.name("sendTo" + suffix)
		}
		t.outputs[s] = t.names.name("to" + suffix)
	}
}

// members tells what the task runs.
func (t *task) members() string {
	var names []string
	for _, n := range t.Fields {
		names = append(names, n.Selector())
	}
	return enumerate(names)
}

// info is the literal that describes the task to the runtime.
func (t *task) info(f *file) *jen.Statement {
	operators := jen.Index().Add(f.core("Operator")).CustomFunc(multiLine(), func(g *jen.Group) {
		for _, n := range t.Fields {
			g.Add(t.operator(f, n))
		}
	})
	parallelism := t.Head.Parallelism
	return f.core("TaskInfo").CustomFunc(multiLine(), func(g *jen.Group) {
		g.Id("Operators").Op(":").Add(operators)
		if parallelism > 0 {
			g.Id("Parallelism").Op(":").Lit(parallelism)
		}
	})
}

func multiLine() jen.Options {
	return jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}
}

func (t *task) operator(f *file, n *model.Field) *jen.Statement {
	arguments := []jen.Code{jen.Lit(n.UID)}
	name := "Transform"
	switch n.Kind {
	case model.Source:
		name = "Source"
		if n.EventTime != nil {
			name = "TimedSource"
		}
	case model.Sink:
		name = "Sink"
	case model.Transform:
		if n.CallsOut() {
			name = "Async"
		}
	}
	if n.Kind != model.Transform {
		arguments = append(arguments, jen.Id("p."+n.Selector()))
	}
	if n.EventTime != nil {
		arguments = append(arguments, t.eventTime(f, n.EventTime))
	}
	var loops []jen.Code
	for _, e := range n.In {
		if e.Loop {
			loops = append(loops, jen.Lit(e.Name()))
			continue
		}
		arguments = append(arguments, jen.Lit(e.Name()))
	}
	operator := f.core(name).Call(arguments...)
	if n.CallsOut() {
		operator = t.callOptions(operator, n)
	}
	if len(loops) > 0 {
		operator = operator.Dot("Loop").Call(loops...)
	}
	return operator
}

// literal is a new task.
func (t *task) literal(f *file) *jen.Statement {
	var values []jen.Code
	tables := false
	add := func(name string, value jen.Code) { values = append(values, jen.Id(name).Op(":").Add(value)) }
	for _, n := range t.Fields {
		switch n.Kind {
		case model.Source:
			add(t.fields[n], f.core("NewSourcePort").Call(jen.Id("p."+n.Selector())))
		case model.Sink:
			add(t.fields[n], f.core("NewSinkPort").Call(jen.Id("p."+n.Selector())))
		case model.Transform:
			add(t.fields[n], jen.Id("p."+n.Selector()))
			if t.calls[n] != "" {
				add(t.calls[n], t.newCalls(f, n))
			}
			if t.states[n] != "" {
				tables = true
				a := t.pipeline.e.adapterOf(n.Operator)
				add(t.states[n], f.ref(tablePath, "New").Types(f.typ(n.Operator.Key), a.held(f)).Call(jen.Id(a.name).Values()))
			}
		}
	}
	for _, s := range t.Sends {
		if head := s.To.Head; t.keys[head] != "" && t.firstWithKey(s) {
			add(t.keys[head], jen.Id("p."+head.Selector()))
		}
	}
	if tables || len(values) > 3 {
		return jen.Op("&").Id(t.typeName).CustomFunc(multiLine(), func(g *jen.Group) {
			for _, v := range values {
				g.Add(v)
			}
		})
	}
	return jen.Op("&").Id(t.typeName).Values(values...)
}

// firstWithKey reports whether no exchange before s has the same reader: several share one copy of it.
func (t *task) firstWithKey(s *model.Send) bool {
	for _, other := range t.Sends {
		if other.To == s.To {
			return other == s
		}
	}
	return true
}

// connect adds the exchange to the job.
func (t *task) connect(f *file, s *model.Send, vertices map[*model.Task]string, records *recordCodecs) jen.Code {
	partition := map[model.Partition]string{
		model.Default: "Auto", model.Forward: "Forward", model.Rebalance: "Rebalance", model.Rescale: "Rescale",
		model.Broadcast: "Broadcast", model.Hash: "Hash",
	}[s.Partition]
	take := jen.Func().Params(jen.Id("t").Op("*").Id(t.typeName)).Op("*").Add(f.core("Output")).Types(f.typ(s.Edges[0].Record)).
		Add(short(jen.Return(jen.Op("&").Id("t." + t.outputs[s]))))
	connection := f.core("Connect").Call(jen.Id("j"), f.core(partition), jen.Id(vertices[s.From]), take, jen.Id(vertices[s.To]), jen.Lit(s.Number),
		t.recordsOf(f, s, records))
	if s.Loop {
		connection = connection.Dot("Loop").Call()
	}
	return connection
}

// recordsOf is the codec of what is sent, with what a restore needs to know of the input: its name, and to which subtask a record goes.
func (t *task) recordsOf(f *file, s *model.Send, records *recordCodecs) *jen.Statement {
	edge := s.Edges[0]
	codec := jen.Id(records.of(edge.Record))
	if edge.Input != nil && edge.Input.Name != "" {
		codec = codec.Dot("Into").Call(jen.Lit(edge.Input.Name))
	}
	if s.Partition != model.Hash {
		return codec
	}
	names := newScope(f.locals, "p", "j", "t")
	record := names.name(wishes([]*model.Edge{edge}, "record")...)
	hash := t.pipeline.e.hash(s.To.Head.Operator, jen.Id("p."+s.To.Head.Selector()+"."+edge.Input.Key.Func.Name()).
		Call(argument(edge.Input.Key, edge, record)))
	return jen.Line().Add(codec).Dot("By").Call(jen.Func().Params(jen.Id(record).Add(f.typ(edge.Record))).Uint64().Add(short(jen.Return(hash))))
}

func (t *task) emit(f *file) {
	t.emitStruct(f)
	t.emitProcess(f)
	t.emitResults(f)
	for _, n := range t.Fields {
		if n.Kind == model.Transform {
			for _, in := range n.Operator.Inputs {
				t.emitOperator(f, n, in)
			}
		}
	}
	for _, s := range t.Sends {
		if t.sendTo[s] != "" {
			t.emitSend(f, s)
		}
	}
	if t.timers != nil {
		t.timers.emit(f)
	}
	t.emitCounts(f)
	t.emitLifecycle(f)
	t.emitSnapshot(f)
}

func (t *task) emitStruct(f *file) {
	var fields []jen.Code
	fields = append(fields, f.core("Task"))
	add := func(name string, typ ...jen.Code) { fields = append(fields, jen.Id(name).Add(typ...)) }
	for _, n := range t.Fields {
		switch n.Kind {
		case model.Source:
			add(t.fields[n], f.core("SourcePort").Types(f.typ(n.Record)))
		case model.Sink:
			add(t.fields[n], f.core("SinkPort").Types(f.typ(n.Record)))
		case model.Transform:
			add(t.fields[n], f.typ(n.Operator.Type))
			if t.contexts[n] != "" {
				add(t.contexts[n], f.ref(runtimePath, "Context"))
			}
			if t.counts[n] != "" {
				add(t.counts[n], jen.Int64())
			}
			if t.states[n] != "" {
				add(t.states[n], f.ref(tablePath, "Table").Types(f.typ(n.Operator.Key), t.pipeline.e.adapterOf(n.Operator).held(f)))
			}
			if t.timers != nil && n == t.Head {
				t.timers.queueFields(f, add)
			}
			if t.unkeyed[n] != "" {
				add(t.unkeyed[n], f.typ(n.Operator.Unkeyed))
			}
			if t.calls[n] != "" {
				add(t.calls[n], t.callsType(f, n))
			}
			for _, o := range n.Operator.Outputs {
				if name := t.outs[output{n, o}]; name != "" {
					add(name, f.ref(runtimePath, "Out").Types(f.typ(o.Type)))
				}
			}
		}
	}
	for _, s := range t.Sends {
		if name := t.keys[s.To.Head]; name != "" && t.firstWithKey(s) {
			add(name, f.typ(s.To.Head.Operator.Type), jen.Comment("for its keys"))
		}
		add(t.outputs[s], f.core("Output").Types(f.typ(s.Edges[0].Record)))
	}
	f.Line()
	f.comment("%s runs %s.", t.typeName, t.members())
	f.Type().Id(t.typeName).Struct(fields...)
}

// method begins a method of the task.
func (t *task) method(f *file, name string) *jen.Statement {
	return f.Func().Params(jen.Id("t").Op("*").Id(t.typeName)).Id(name)
}
