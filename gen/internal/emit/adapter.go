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
	key, state := f.typ(a.op.Key), f.typ(a.op.State)
	method := func(comment, name string) *jen.Statement {
		f.Line()
		f.comment("%s", comment)
		return f.Func().Params(jen.Id(a.name)).Id(name)
	}
	f.Line()
	f.comment("%s writes and reads what %s remembers of each key.", a.name, a.op.Name())
	f.Type().Id(a.name).Struct()

	method("Schema names the form of the entries: another one is refused at restore.", "Schema").Params().String().
		Add(short(jen.Return(jen.Lit(e.schema(a.op.Key) + ": " + e.schema(a.op.State)))))

	method("Hash places a key in its key group.", "Hash").Params(jen.Id("key").Add(key)).Uint64().
		Add(short(jen.Return(e.hash(a.op, jen.Id("key")))))

	zero := &zeroTest{emitter: e, file: f, names: newScope(f.locals, "s")}
	method("IsZero reports whether s is absent.", "IsZero").Params(jen.Id("s").Op("*").Add(state)).Bool().
		Add(zero.body(a.op.State))

	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "key", "s")}
	var body []jen.Code
	if expression := w.expression(jen.Id("b"), a.op.Key, jen.Id("key")); expression != nil {
		body = append(body, jen.Return(w.pointed(expression, a.op.State, jen.Id("s"))))
	} else {
		w.append(a.op.Key, jen.Id("key"))
		body = append(w.body, jen.Return(w.pointed(jen.Id("b"), a.op.State, jen.Id("s"))))
	}
	method("Append adds a key and its state.", "Append").
		Params(jen.Id("b").Index().Byte(), jen.Id("key").Add(key), jen.Id("s").Op("*").Add(state)).Index().Byte().Block(body...)

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

	method("ParseState reads the state behind a key.", "ParseState").Params(jen.Id("p").Add(parserType), jen.Id("s").Op("*").Add(state)).
		Add(short(p.into(a.op.State, jen.Id("s"))))
}

// block is the body of a function, on one line if it is one statement.
func block(statements []jen.Code) *jen.Statement {
	if len(statements) == 1 {
		return short(statements[0])
	}
	return jen.Block(statements...)
}
