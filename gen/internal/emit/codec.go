package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"
)

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
	slice := jen.Index().Byte()

	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "s")}
	w.contents(c.t, jen.Id("s"))
	f.Line()
	f.comment("append%s adds s as an array of its fields.", c.stem)
	f.Func().Id("append"+c.stem).Params(jen.Id("b").Add(slice), jen.Id("s").Add(pointer)).Add(slice).Block(w.returned(c.t)...)

	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "s")}
	p.contents(c.t, jen.Id("s"))
	f.Line()
	f.comment("parse%s reads what append%s wrote.", c.stem, c.stem)
	f.Func().Id("parse"+c.stem).Params(jen.Id("p").Op("*").Add(f.serde("Parser")), jen.Id("s").Add(pointer)).Block(p.body...)

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

// returned is the body of a function that returns b. Where the last field takes one call, that is returned.
func (w *appender) returned(t types.Type) []jen.Code {
	fields := fieldsOf(t.Underlying().(*types.Struct))
	if len(fields) == 0 {
		return []jen.Code{jen.Return(w.serde("AppendArray").Call(jen.Id("b"), jen.Lit(0)))}
	}
	last := fields[len(fields)-1]
	if expression := w.expression(jen.Id("b"), last.Type(), jen.Id("s").Dot(last.Name())); expression != nil {
		return append(w.body[:len(w.body)-1], jen.Return(expression))
	}
	return append(w.body, jen.Return(jen.Id("b")))
}

// emitValueCodec writes the functions of a named slice, map, array or pointer.
func (e *emitter) emitValueCodec(f *file, c *codec) {
	slice := jen.Index().Byte()
	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "v")}
	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "v"), fresh: true}
	bytes := isBytes(c.t)
	if bytes {
		w.body = []jen.Code{jen.Return(f.serde("AppendBytes").Call(jen.Id("b"), bytesOf(c.t, jen.Id("v"))))}
	} else {
		w.contents(c.t, jen.Id("v"))
		w.add(jen.Return(jen.Id("b")))
	}
	f.Line()
	f.comment("append%s adds v.", c.stem)
	f.Func().Id("append"+c.stem).Params(jen.Id("b").Add(slice), jen.Id("v").Add(f.typ(c.t))).Add(slice).Block(w.body...)

	results := jen.Params(jen.Id("v").Add(f.typ(c.t)))
	if _, isSlice := c.t.Underlying().(*types.Slice); isSlice && bytes {
		results = f.typ(c.t)
		p.body = []jen.Code{jen.Return(jen.Id("p.Bytes").Call())}
	} else {
		p.contents(c.t, jen.Id("v"))
		p.add(jen.Return(jen.Id("v")))
	}
	f.Line()
	f.comment("parse%s reads what append%s wrote.", c.stem, c.stem)
	f.Func().Id("parse" + c.stem).Params(jen.Id("p").Op("*").Add(f.serde("Parser"))).Add(results).Block(p.body...)
}

// isBytes reports whether t is a slice or an array of bytes.
func isBytes(t types.Type) bool {
	u, ok := t.Underlying().(interface{ Elem() types.Type })
	if _, isMap := t.Underlying().(*types.Map); isMap || !ok {
		return false
	}
	if _, isPointer := t.Underlying().(*types.Pointer); isPointer {
		return false
	}
	return isByte(u.Elem())
}

// bytesOf is v as a slice of bytes.
func bytesOf(t types.Type, v *jen.Statement) *jen.Statement {
	if _, ok := t.Underlying().(*types.Array); ok {
		return v.Clone().Index(jen.Op(":"))
	}
	return v
}
