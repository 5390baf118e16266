package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"
)

// codec is a type with functions to append and to parse it.
type codec struct {
	t      *types.Named
	source string
	stem   string
	// methods says that the type has thin methods over the functions.
	methods bool
	// recursive says that the type contains itself: how deep its values are nested is counted.
	recursive bool
}

// byPointer reports whether the functions of the codec take a pointer: those of structs do.
func (c *codec) byPointer() bool {
	_, ok := c.t.Underlying().(*types.Struct)
	return ok
}

// emitCodec writes the functions of a type and, over them, its methods.
func (e *emitter) emitCodec(f *file, c *codec) {
	if !c.byPointer() {
		e.emitValueCodec(f, c)
		return
	}
	pointer := jen.Op("*").Add(f.typ(c.t))

	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "s", "depth"), deep: c.recursive}
	w.emitAppend(c, "s", pointer, "adds s as an array of its fields", w.returnFields(c.t, jen.Id("s")))

	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "s")}
	p.contents(c.t, jen.Id("s"))
	f.Line()
	f.comment("parse%s reads what append%s wrote.", c.stem, c.stem)
	f.Func().Id("parse"+c.stem).Params(jen.Id("p").Op("*").Add(f.serde("Parser")), jen.Id("s").Add(pointer)).Block(c.counted(p.body)...)

	e.emitGuard(f, c)
	if !c.methods {
		return
	}
	f.Line()
	f.comment("EncodeMsgpack writes s as a snapshot holds it.")
	f.Func().Params(jen.Id("s").Add(f.typ(c.t))).Id("EncodeMsgpack").Params(jen.Id("e").Op("*").Add(f.ref(msgpackPath, "Encoder"))).Error().
		Block(jen.Return(f.serde("Encode").Call(jen.Id("e"), jen.Op("&").Id("s"), jen.Id("append"+c.stem))))
	f.Line()
	f.comment("DecodeMsgpack reads what EncodeMsgpack wrote.")
	f.Func().Params(jen.Id("s").Add(pointer)).Id("DecodeMsgpack").Params(jen.Id("d").Op("*").Add(f.ref(msgpackPath, "Decoder"))).Error().
		Block(jen.Return(f.serde("Decode").Call(jen.Id("d"), jen.Id("s"), jen.Id("parse"+c.stem))))
}

// emitAppend writes the function that appends a value, which it calls name. That of a type that contains itself counts how deep it is, in
// a function behind the one that others call.
func (w *appender) emitAppend(c *codec, name string, typ *jen.Statement, does string, body []jen.Code) {
	slice := jen.Index().Byte()
	w.Line()
	w.comment("append%s %s.", c.stem, does)
	function := w.Func().Id("append"+c.stem).Params(jen.Id("b").Add(slice), jen.Id(name).Add(typ)).Add(slice)
	if !c.recursive {
		function.Block(body...)
		return
	}
	deep := "appendDeep" + c.stem
	function.Add(short(jen.Return(jen.Id(deep).Call(jen.Id("b"), jen.Id(name), jen.Lit(0)))))
	w.Line()
	w.comment("%s is append%s within depth others.", deep, c.stem)
	w.Func().Id(deep).Params(jen.Id("b").Add(slice), jen.Id(name).Add(typ), jen.Id("depth").Int()).Add(slice).
		Block(append([]jen.Code{jen.Id("depth").Op("=").Add(w.serde("Deeper")).Types(w.typ(c.t)).Call(jen.Id("depth"))}, body...)...)
}

// counted is a body that parses a value; where the type contains itself, it counts how deep the parser is.
func (c *codec) counted(body []jen.Code) []jen.Code {
	if !c.recursive {
		return body
	}
	return append(append([]jen.Code{jen.Id("p.Enter").Call()}, body...), jen.Id("p.Leave").Call())
}

// emitValueCodec writes the functions of a named slice, map, array or pointer.
func (e *emitter) emitValueCodec(f *file, c *codec) {
	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "v", "depth"), deep: c.recursive}
	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "v"), fresh: true}
	elem, isSlice := e.bytesOf(c.t)
	switch {
	case isSlice:
		w.body = []jen.Code{jen.Return(w.bytes(jen.Id("b"), elem, jen.Id("v")))}
	case elem != nil:
		w.body = []jen.Code{jen.Return(w.bytes(jen.Id("b"), elem, jen.Id("v").Index(jen.Op(":"))))}
	default:
		w.contents(c.t, jen.Id("v"))
		w.add(jen.Return(jen.Id("b")))
	}
	w.emitAppend(c, "v", f.typ(c.t), "adds v", w.body)

	results := jen.Params(jen.Id("v").Add(f.typ(c.t)))
	if isSlice {
		results = f.typ(c.t)
		p.body = []jen.Code{jen.Return(p.bytes(elem))}
	} else {
		p.contents(c.t, jen.Id("v"))
		p.body = append(c.counted(p.body), jen.Return(jen.Id("v")))
	}
	f.Line()
	f.comment("parse%s reads what append%s wrote.", c.stem, c.stem)
	f.Func().Id("parse" + c.stem).Params(jen.Id("p").Op("*").Add(f.serde("Parser"))).Add(results).Block(p.body...)
}

// bytesOf is what a slice or an array holds that is written as bytes, nil if t is none.
func (e *emitter) bytesOf(t types.Type) (elem types.Type, isSlice bool) {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		elem, isSlice = u.Elem(), true
	case *types.Array:
		elem = u.Elem()
	}
	if elem == nil || !e.Forms.IsByte(elem) {
		return nil, false
	}
	return elem, isSlice
}
