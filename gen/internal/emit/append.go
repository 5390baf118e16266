package emit

import (
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// appender writes the statements that append a value to b.
type appender struct {
	*emitter
	*file
	names *scope
	body  []jen.Code
	// deep says that the function counts how deep it is within values of its own type.
	deep bool
}

// expression appends v to b in one call, nil if that takes statements.
func (w *appender) expression(b *jen.Statement, t types.Type, v *jen.Statement) *jen.Statement {
	t = types.Unalias(t)
	if form.IsTime(t) {
		return w.serde("AppendTime").Call(b, v)
	}
	if model.TimerType(t) != "" {
		return v.Clone().Dot("Append").Call(b)
	}
	if w.Forms.Own(t) != form.None {
		return w.own(b, t, address(v))
	}
	if named, ok := t.(*types.Named); ok {
		if c := w.codecOf(named); c != nil {
			if c.byPointer() {
				v = address(v)
			}
			return w.call(b, c, v)
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		name, kind := appendFunction(u)
		return w.serde(name).Call(b, convert(t, kind, v))
	case *types.Slice:
		if w.Forms.IsByte(u.Elem()) {
			return w.bytes(b, u.Elem(), v)
		}
	case *types.Array:
		if w.Forms.IsByte(u.Elem()) {
			return w.bytes(b, u.Elem(), v.Clone().Index(jen.Op(":")))
		}
	}
	return nil
}

// bytes appends a slice of bytes, or of a named byte type, which Go does not convert.
func (w *appender) bytes(b *jen.Statement, elem types.Type, v *jen.Statement) *jen.Statement {
	if isByte(elem) {
		return w.serde("AppendBytes").Call(b, v)
	}
	return w.serde("AppendBytesOf").Call(b, v)
}

// appendFunction is the function of package serde that appends a basic kind, and what it takes.
func appendFunction(u *types.Basic) (string, types.BasicKind) {
	switch info := u.Info(); {
	case info&types.IsBoolean != 0:
		return "AppendBool", types.Bool
	case info&types.IsString != 0:
		return "AppendString", types.String
	case u.Kind() == types.Float32:
		return "AppendFloat32", types.Float32
	case u.Kind() == types.Float64:
		return "AppendFloat64", types.Float64
	case u.Kind() == types.Complex64:
		return "AppendComplex64", types.Complex64
	case u.Kind() == types.Complex128:
		return "AppendComplex128", types.Complex128
	case info&types.IsUnsigned != 0:
		return "AppendUint", types.Uint64
	}
	return "AppendInt", types.Int64
}

// own appends what v points to by the codec that its type brings along.
func (w *appender) own(b *jen.Statement, t types.Type, v *jen.Statement) *jen.Statement {
	return w.serde("Append"+ownFunction(w.Forms.Own(t))).Call(b, v)
}

// ownFunction is what the functions of package serde for a codec end in.
func ownFunction(own form.Own) string {
	return map[form.Own]string{form.Msgpack: "Msgpack", form.Binary: "Binary", form.Text: "Text"}[own]
}

// call calls the function of a codec.
func (w *appender) call(b *jen.Statement, c *codec, v *jen.Statement) *jen.Statement {
	if c.recursive && w.deep {
		return jen.Id("appendDeep"+c.stem).Call(b, v, jen.Id("depth"))
	}
	return jen.Id("append"+c.stem).Call(b, v)
}

func address(v *jen.Statement) *jen.Statement { return jen.Op("&").Add(v) }

func (w *appender) add(statements ...jen.Code) { w.body = append(w.body, statements...) }

// nested collects what write appends in a block of its own.
func (w *appender) nested(write func()) []jen.Code {
	outer, names := w.body, w.names
	w.body, w.names = nil, newScope(names)
	write()
	inner := w.body
	w.body, w.names = outer, names
	return inner
}

// append appends v.
func (w *appender) append(t types.Type, v *jen.Statement) {
	if expression := w.expression(jen.Id("b"), t, v); expression != nil {
		w.add(jen.Id("b").Op("=").Add(expression))
		return
	}
	w.contents(t, v)
}

// contents appends what v is made of.
func (w *appender) contents(t types.Type, v *jen.Statement) {
	b := jen.Id("b")
	orNil := func(write func()) {
		w.add(jen.If(v.Clone().Op("==").Nil()).Block(b.Clone().Op("=").Add(w.serde("AppendNil")).Call(b)).Else().Block(w.nested(write)...))
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		fields := fieldsOf(u)
		w.array(jen.Lit(len(fields)))
		for _, f := range fields {
			w.append(f.Type(), v.Clone().Dot(f.Name()))
		}
	case *types.Array:
		w.array(jen.Lit(int(u.Len())))
		w.elements(u.Elem(), v)
	case *types.Slice:
		orNil(func() {
			w.array(jen.Len(v))
			w.elements(u.Elem(), v)
		})
	case *types.Map:
		orNil(func() {
			w.add(b.Clone().Op("=").Add(w.serde("AppendMap")).Call(b, jen.Len(v)))
			w.pairs(u, v)
		})
	case *types.Pointer:
		orNil(func() {
			if w.Forms.Boxed(u.Elem()) {
				w.array(jen.Lit(1))
			}
			w.pointee(u.Elem(), v)
		})
	}
}

// array appends the header of an array.
func (w *appender) array(n *jen.Statement) {
	w.add(jen.Id("b").Op("=").Add(w.serde("AppendArray")).Call(jen.Id("b"), n))
}

// pointee appends what v points to.
func (w *appender) pointee(t types.Type, v *jen.Statement) {
	if expression := w.pointed(jen.Id("b"), t, v); expression != nil {
		w.add(jen.Id("b").Op("=").Add(expression))
		return
	}
	if _, ok := t.Underlying().(*types.Struct); ok && !form.IsTime(t) {
		w.append(t, v)
		return
	}
	value := jen.Op("*").Add(v)
	switch t.Underlying().(type) {
	case *types.Basic, *types.Struct:
	default:
		value = jen.Parens(value)
	}
	w.append(t, value)
}

// pointed appends what v points to in one call that takes the pointer, nil if there is none.
func (w *appender) pointed(b *jen.Statement, t types.Type, v *jen.Statement) *jen.Statement {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return nil
	}
	if w.Forms.Own(t) != form.None {
		return w.own(b, t, v)
	}
	if c := w.codecOf(named); c != nil && c.byPointer() {
		return w.call(b, c, v)
	}
	return nil
}

func (w *appender) elements(elem types.Type, v *jen.Statement) {
	var i string
	body := w.nested(func() {
		i = w.names.name("i", "j", "k", "l", "i")
		w.append(elem, v.Clone().Index(jen.Id(i)))
	})
	w.add(overElements(w.emitter, elem, i, v).Block(body...))
}

// overElements is the head of a loop over v, which does without an index where nothing of an element is written.
func overElements(e *emitter, elem types.Type, i string, v *jen.Statement) *jen.Statement {
	if e.isEmpty(elem) {
		return jen.For(jen.Range().Add(v))
	}
	return jen.For(jen.Id(i).Op(":=").Range().Add(v))
}

// isEmpty reports whether t is a struct, spelled out, of which nothing is written.
func (e *emitter) isEmpty(t types.Type) bool {
	u, ok := types.Unalias(t).(*types.Struct)
	return ok && !slices.ContainsFunc(fieldsOf(u), func(f *types.Var) bool { return !e.isEmpty(f.Type()) })
}

func (w *appender) pairs(u *types.Map, v *jen.Statement) {
	var k string
	keys := w.keys(u, v)
	body := w.nested(func() {
		k = w.names.name("k")
		w.append(u.Key(), jen.Id(k))
		value := v.Clone().Index(jen.Id(k))
		if _, basic := u.Elem().Underlying().(*types.Basic); !w.isEmpty(u.Elem()) && (!basic || w.Forms.Own(u.Elem()) != form.None) {
			e := w.names.name("v")
			w.add(jen.Id(e).Op(":=").Add(value))
			value = jen.Id(e)
		}
		w.append(u.Elem(), value)
	})
	if w.isEmpty(u.Key()) && w.isEmpty(u.Elem()) {
		w.add(jen.For(jen.Range().Add(keys)).Block(body...))
		return
	}
	w.add(jen.For(jen.List(jen.Id("_"), jen.Id(k)).Op(":=").Range().Add(keys)).Block(body...))
}

// keys are the keys of a map in the order in which they are written: that of the numbers and strings that they are, or of their bytes.
func (w *appender) keys(u *types.Map, v *jen.Statement) *jen.Statement {
	if form.IsTime(u.Key()) {
		return w.serde("SortedTimeKeys").Call(v)
	}
	if basic, ok := u.Key().Underlying().(*types.Basic); ok && w.Forms.Own(u.Key()) == form.None {
		if basic.Info()&types.IsBoolean != 0 {
			return w.serde("SortedBoolKeys").Call(v)
		}
		return w.serde("SortedKeys").Call(v)
	}
	inner := &appender{emitter: w.emitter, file: w.file, names: newScope(w.names, "b")}
	k := inner.names.name("k")
	if expression := inner.expression(jen.Id("b"), u.Key(), jen.Id(k)); expression != nil {
		inner.add(jen.Return(expression))
	} else {
		inner.append(u.Key(), jen.Id(k))
		inner.add(jen.Return(jen.Id("b")))
	}
	slice := jen.Index().Byte()
	return w.serde("KeysByBytes").Call(v, jen.Func().Params(jen.Id("b").Add(slice), jen.Id(k).Add(w.typ(u.Key()))).Add(slice).Add(block(inner.body)))
}

// fieldsOf are the fields that a codec writes.
func fieldsOf(u *types.Struct) []*types.Var {
	var fields []*types.Var
	for f := range u.Fields() {
		if f.Name() != "_" {
			fields = append(fields, f)
		}
	}
	return fields
}
