package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// timers writes how the timers of an operator fire.
type timers struct {
	*task
	field   *model.Field
	adapter *adapter
	// queues are those of the task, each with what fires from it in the order of their numbers.
	queues []*queue
	// follow and settle are the names of the methods that look after the timers of an entry.
	follow, settle string
}

// queue is a timer queue of the task.
type queue struct {
	name, method string // method is that of Restore which takes it into the task
	fires        []fires
}

// fires is what is called when something is due.
type fires struct {
	timer  *model.Timer // nil for the time to live
	method string
}

// nameTimers gives names to what the timers of an operator need, which is the head of the task: only heads have keys.
func (t *task) nameTimers(n *model.Field) *timers {
	w := &timers{task: t, field: n, adapter: t.pipeline.e.adapterOf(n.Operator)}
	queueOf := func(name, method string) *queue {
		for _, q := range w.queues {
			if q.method == method {
				return q
			}
		}
		w.queues = append(w.queues, &queue{name: t.names.name(t.fields[n] + name), method: method})
		return w.queues[len(w.queues)-1]
	}
	for _, timer := range n.Operator.Timers {
		suffix, method := "Events", "EventTimers"
		if timer.Kind == model.ProcessingTimer {
			suffix, method = "Times", "ProcessingTimers"
		}
		q := queueOf(suffix, method)
		q.fires = append(q.fires, fires{timer, t.names.name("on" + model.Upper(timer.Field.Name()) + n.Name)})
	}
	if len(n.Operator.TTLs) > 0 {
		q := queueOf("Times", "ProcessingTimers")
		q.fires = append(q.fires, fires{nil, t.names.name("expire" + n.Name)})
	}
	w.follow, w.settle = t.names.name("follow"+n.Name), t.names.name("settle"+n.Name)
	return w
}

// queueFields are the queues in the struct of the task.
func (w *timers) queueFields(f *file, add func(name string, typ ...jen.Code)) {
	for _, q := range w.queues {
		add(q.name, f.ref(timerPath, "Queue").Types(f.typ(w.field.Operator.Key)))
	}
}

// enter writes how a method comes to the state of a key: statements, and the argument.
func (w *timers) enter(names *scope, key string) (body []jen.Code, state *jen.Statement, leave jen.Code) {
	e := w.pipeline.e
	hash, entry := names.name("hash"), names.name("e", "entry")
	look := jen.Id("t."+w.states[w.field]+".At").Call(jen.Id(key), jen.Id(hash))
	if holdsText(w.field.Operator.Key) {
		// The queue holds the key too: it must be the copy that the table has made, not a part of a much larger text.
		look = jen.Id("t."+w.states[w.field]+".AtOwn").Call(jen.Op("&").Id(key), jen.Id(hash))
	}
	body = []jen.Code{
		jen.Id(hash).Op(":=").Add(e.hash(w.field.Operator, jen.Id(key))),
		jen.Id(entry).Op(":=").Add(look),
	}
	if w.adapter.entry.ttl != "" {
		body = append(body, jen.Id(entry+".touch").Call(jen.Id("t.Now").Call()))
	}
	return body, jen.Op("&").Id(entry + ".state"), jen.Id("t."+w.follow).Call(jen.Id(key), jen.Id(hash), jen.Id(entry))
}

// restore is what follows the table in Restore.
func (w *timers) restore() []jen.Code {
	var body []jen.Code
	for _, q := range w.queues {
		body = append(body, jen.Id("r."+q.method).Call(jen.Op("&").Id("t."+q.name)))
	}
	hash := w.pipeline.e.hash(w.field.Operator, jen.Id("key"))
	return append(body, jen.For(jen.List(jen.Id("key"), jen.Id("e")).Op(":=").Range().Id("t."+w.states[w.field]+".All").Call()).
		Block(jen.Id("t."+w.follow).Call(jen.Id("key"), hash, jen.Id("e"))))
}

func (w *timers) emit(f *file) {
	w.emitFire(f)
	for _, q := range w.queues {
		for _, fires := range q.fires {
			if fires.timer != nil {
				w.emitCallback(f, q, fires)
			} else {
				w.emitExpire(f, q, fires)
			}
		}
	}
	w.emitFollow(f)
}

// emitFire writes the method that hands out what is due.
func (w *timers) emitFire(f *file) {
	var body []jen.Code
	for _, q := range w.queues {
		call := func(fires fires) jen.Code { return jen.Id("t." + fires.method).Call(jen.Id("due")) }
		inner := call(q.fires[0])
		if len(q.fires) > 1 {
			var cases []jen.Code
			for i, fires := range q.fires {
				cases = append(cases, jen.Case(jen.Lit(i)).Block(call(fires)))
			}
			inner = jen.Switch(jen.Id("due.Timer")).Block(cases...)
		}
		body = append(body, jen.For(jen.Id("due").Op(":=").Range().Add(f.core("Due")).Call(jen.Op("&").Id("t.Task"), jen.Op("&").Id("t."+q.name))).Block(inner))
	}
	f.Line()
	f.comment("Fire calls back for the timers that are due.")
	w.method(f, "Fire").Params().Block(append(body, w.writes()...)...)
}

// due is the parameter of the methods that fire.
func (w *timers) due(f *file) *jen.Statement {
	return jen.Id("due").Add(f.ref(timerPath, "Due")).Types(f.typ(w.field.Operator.Key))
}

// find looks the entry up that is due, and returns unless it is.
func (w *timers) find(is *jen.Statement) []jen.Code {
	return []jen.Code{
		jen.Id("e").Op(":=").Id("t."+w.states[w.field]+".Find").Call(jen.Id("due.Key"), jen.Id("due.Hash")),
		jen.If(jen.Id("e").Op("==").Nil().Op("||").Op("!").Add(is)).Block(jen.Return()),
	}
}

func (w *timers) settled() jen.Code {
	return jen.Id("t."+w.settle).Call(jen.Id("due.Key"), jen.Id("due.Hash"), jen.Id("e"))
}

// emitCallback writes the method that calls On<Timer>.
func (w *timers) emitCallback(f *file, q *queue, fires fires) {
	n, m := w.field, fires.timer.Callback
	is := jen.Id("t."+q.name+".Fires").Call(jen.Id("due"), jen.Op("&").Id("e.state."+fires.timer.Field.Name()), jen.Op("&").Id("e."+w.adapter.entry.queued[fires.timer]))
	body := w.find(is)
	if w.adapter.entry.ttl != "" && m.State {
		body = append(body, jen.Id("e.touch").Call(jen.Id("t.Now").Call()))
	}
	var arguments []jen.Code
	if m.Context {
		arguments = append(arguments, jen.Id("t."+w.contexts[n]+".WithTimer").Call(jen.Id("due.Time").Call()))
	}
	if m.Key {
		arguments = append(arguments, jen.Id("due.Key"))
	}
	if m.State {
		arguments = append(arguments, jen.Op("&").Id("e.state"))
	}
	arguments = append(arguments, w.unkeyedArgument(n, m)...)
	for _, o := range m.Outputs {
		arguments = append(arguments, jen.Op("&").Id("t."+w.outs[output{n, o}]))
	}
	call := jen.Id("t." + w.fields[n] + "." + m.Func.Name()).Call(arguments...)
	if m.Fails {
		call = jen.Id("t.CheckTimer").Call(jen.Lit(n.UID), jen.Lit(m.Func.Name()), call)
	}
	body = append(body, call, w.settled())
	f.Line()
	w.method(f, fires.method).Params(w.due(f)).Block(append(body, w.drain(f, newScope(w.locals(f), "due", "e"), n, m.Outputs)...)...)
}

// emitExpire writes the method that drops what was not touched for its time to live.
func (w *timers) emitExpire(f *file, q *queue, fires fires) {
	body := w.find(jen.Id("t."+q.name+".Holds").Call(jen.Id("due"), jen.Op("&").Id("e."+w.adapter.entry.ttl)))
	body = append(body, jen.Id("e.expire").Call(jen.Id("t.Now").Call()), w.settled())
	f.Line()
	w.method(f, fires.method).Params(w.due(f)).Block(body...)
}

// emitFollow writes the methods that look after the timers of an entry when its state may have changed.
func (w *timers) emitFollow(f *file) {
	key := f.typ(w.field.Operator.Key)
	parameters := []jen.Code{jen.Id("key").Add(key), jen.Id("hash").Uint64(), jen.Id("e").Op("*").Id(w.adapter.entry.name)}
	var body []jen.Code
	for _, q := range w.queues {
		for i, fires := range q.fires {
			at, queued := jen.Id("e.expire").Call(jen.Id("t.Now").Call()), w.adapter.entry.ttl
			if fires.timer != nil {
				at, queued = jen.Id("e.state."+fires.timer.Field.Name()+".Stamp").Call(), w.adapter.entry.queued[fires.timer]
			}
			body = append(body, jen.Id("t."+q.name+".Follow").Call(jen.Id("key"), jen.Id("hash"), jen.Lit(i), at, jen.Op("&").Id("e."+queued)))
		}
	}
	f.Line()
	f.comment("%s queues the timers of a key as its state has them now.", w.follow)
	w.method(f, w.follow).Params(parameters...).Block(body...)

	f.Line()
	f.comment("%s drops a state that is all zero, with its timers, and follows those of another.", w.settle)
	zero := jen.Parens(jen.Id(w.adapter.name).Values()).Dot("IsZero").Call(jen.Id("e"))
	w.method(f, w.settle).Params(parameters...).Block(
		jen.If(zero).Block(jen.Id("t."+w.states[w.field]+".Drop").Call(jen.Id("key"), jen.Id("hash")), jen.Return()),
		jen.Id("t."+w.follow).Call(jen.Id("key"), jen.Id("hash"), jen.Id("e")),
	)
}
