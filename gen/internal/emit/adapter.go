package emit

import (
	"github.com/dave/jennifer/jen"
)

// emitAdapter writes what the table of a keyed operator needs.
func (e *emitter) emitAdapter(f *file, a *adapter) {
	if a.hash != "" {
		e.emitHash(f, a)
	}
	if !a.state {
		return
	}
	e.emitEntry(f, a)
	key, held := f.typ(a.op.Key), a.held(f)
	// S is the parameter, pointer points to the state, which is value without one.
	s, pointer, value := "s", jen.Id("s"), jen.Id("s")
	if a.entry != nil {
		s, pointer, value = "e", jen.Op("&").Id("e.state"), jen.Id("e.state")
	}
	method := func(comment, name string) *jen.Statement {
		f.Line()
		f.comment("%s", comment)
		return f.Func().Params(jen.Id(a.name)).Id(name)
	}
	f.Line()
	f.comment("%s writes and reads what %s remembers of each key.", a.name, a.op.Name())
	f.Type().Id(a.name).Struct()

	method("Schema names the form of the entries: another one is refused at restore.", "Schema").Params().String().
		Add(short(jen.Return(jen.Lit(e.entrySchema(a.op)))))

	method("Hash places a key in its key group.", "Hash").Params(jen.Id("key").Add(key)).Uint64().
		Add(short(jen.Return(e.hash(a.op, jen.Id("key")))))

	zero := &zeroTest{emitter: e, file: f, names: newScope(f.locals, s)}
	method("IsZero reports whether "+s+" is absent.", "IsZero").Params(jen.Id(s).Op("*").Add(held)).Bool().
		Add(zero.body(a.op.State, value, a.entry == nil))

	slice := jen.Index().Byte()
	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "key")}
	var body []jen.Code
	if expression := w.expression(jen.Id("b"), a.op.Key, jen.Id("key")); expression != nil {
		body = []jen.Code{jen.Return(expression)}
	} else {
		w.append(a.op.Key, jen.Id("key"))
		body = append(w.body, jen.Return(jen.Id("b")))
	}
	method("AppendKey adds a key.", "AppendKey").Params(jen.Id("b").Add(slice), jen.Id("key").Add(key)).Add(slice).Add(block(body))

	appended := w.pointed(jen.Id("b"), a.op.State, pointer)
	if a.expires() {
		state := w.pointed(f.serde("AppendArray").Call(jen.Id("b"), jen.Lit(2)), a.op.State, pointer)
		appended = f.serde("AppendInt").Call(state, jen.Int64().Call(jen.Id("e.touched")))
	}
	method("AppendState adds the state behind a key.", "AppendState").
		Params(jen.Id("b").Add(slice), jen.Id(s).Op("*").Add(held)).Add(slice).Add(short(jen.Return(appended)))

	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "key")}
	if expression := p.expression(a.op.Key); expression != nil {
		body = []jen.Code{jen.Return(expression)}
	} else {
		p.parse(a.op.Key, jen.Id("key"))
		body = append([]jen.Code{jen.Var().Id("key").Add(key)}, p.body...)
		body = append(body, jen.Return(jen.Id("key")))
	}
	parserType := jen.Op("*").Add(f.serde("Parser"))
	method("ParseKey reads a key.", "ParseKey").Params(jen.Id("p").Add(parserType)).Add(key).Add(block(body))

	body = []jen.Code{p.into(a.op.State, pointer)}
	if a.expires() {
		body = append([]jen.Code{jen.Id("p.ArrayOf").Call(jen.Lit(2))}, body...)
		body = append(body, jen.Id("e.touched").Op("=").Add(f.ref(runtimePath, "Time")).Call(jen.Id("p.Int").Call()))
	}
	method("ParseState reads the state behind a key.", "ParseState").Params(jen.Id("p").Add(parserType), jen.Id(s).Op("*").Add(held)).
		Add(block(body))
}

// block is the body of a function, on one line if it is one statement.
func block(statements []jen.Code) *jen.Statement {
	if len(statements) == 1 {
		return short(statements[0])
	}
	return jen.Block(statements...)
}
