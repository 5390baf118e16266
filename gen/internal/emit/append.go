package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"
)

// appender writes the statements that append a value to b.
type appender struct {
	*emitter
	*file
	names *scope
	body  []jen.Code
}

// expression appends v to b in one call, nil if that takes statements.
func (w *appender) expression(b *jen.Statement, t types.Type, v *jen.Statement) *jen.Statement {
	t = types.Unalias(t)
	if isTime(t) {
		return w.serde("AppendTime").Call(b, v)
	}
	if named, ok := t.(*types.Named); ok {
		if c := w.codecOf(named); c != nil {
			if c.byPointer() {
				v = address(v)
			}
			return jen.Id("append"+c.stem).Call(b, v)
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		name, kind := "AppendInt", types.Int64
		switch info := u.Info(); {
		case info&types.IsBoolean != 0:
			name, kind = "AppendBool", types.Bool
		case info&types.IsString != 0:
			name, kind = "AppendString", types.String
		case u.Kind() == types.Float32:
			name, kind = "AppendFloat32", types.Float32
		case u.Kind() == types.Float64:
			name, kind = "AppendFloat64", types.Float64
		case info&types.IsUnsigned != 0:
			name, kind = "AppendUint", types.Uint64
		}
		return w.serde(name).Call(b, convert(t, kind, v))
	case *types.Slice:
		if isByte(u.Elem()) {
			return w.serde("AppendBytes").Call(b, v)
		}
	case *types.Array:
		if isByte(u.Elem()) {
			return w.serde("AppendBytes").Call(b, v.Clone().Index(jen.Op(":")))
		}
	}
	return nil
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
		w.add(b.Clone().Op("=").Add(w.serde("AppendArray")).Call(b, jen.Lit(len(fields))))
		for _, f := range fields {
			w.append(f.Type(), v.Clone().Dot(f.Name()))
		}
	case *types.Array:
		w.add(b.Clone().Op("=").Add(w.serde("AppendArray")).Call(b, jen.Lit(int(u.Len()))))
		w.elements(u.Elem(), v)
	case *types.Slice:
		orNil(func() {
			w.add(b.Clone().Op("=").Add(w.serde("AppendArray")).Call(b, jen.Len(v)))
			w.elements(u.Elem(), v)
		})
	case *types.Map:
		orNil(func() {
			w.add(b.Clone().Op("=").Add(w.serde("AppendMap")).Call(b, jen.Len(v)))
			w.pairs(u, v)
		})
	case *types.Pointer:
		orNil(func() { w.pointee(u.Elem(), v) })
	}
}

func (w *appender) pointee(t types.Type, v *jen.Statement) {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		if c := w.codecOf(named); c != nil && c.byPointer() {
			w.add(jen.Id("b").Op("=").Id("append"+c.stem).Call(jen.Id("b"), v))
			return
		}
	}
	if _, ok := t.Underlying().(*types.Struct); ok && !isTime(t) {
		w.append(t, v)
		return
	}
	value := jen.Op("*").Add(v)
	if _, ok := t.Underlying().(*types.Array); ok {
		value = jen.Parens(value)
	}
	w.append(t, value)
}

func (w *appender) elements(elem types.Type, v *jen.Statement) {
	var i string
	body := w.nested(func() {
		i = w.names.name("i", "j", "k", "l", "i")
		w.append(elem, v.Clone().Index(jen.Id(i)))
	})
	w.add(jen.For(jen.Id(i).Op(":=").Range().Add(v)).Block(body...))
}

func (w *appender) pairs(u *types.Map, v *jen.Statement) {
	var k string
	sorted := "SortedKeys"
	if basic := u.Key().Underlying().(*types.Basic); basic.Info()&types.IsBoolean != 0 {
		sorted = "SortedBoolKeys"
	}
	body := w.nested(func() {
		k = w.names.name("k")
		w.append(u.Key(), jen.Id(k))
		value := v.Clone().Index(jen.Id(k))
		if _, basic := u.Elem().Underlying().(*types.Basic); !basic {
			e := w.names.name("v")
			w.add(jen.Id(e).Op(":=").Add(value))
			value = jen.Id(e)
		}
		w.append(u.Elem(), value)
	})
	w.add(jen.For(jen.List(jen.Id("_"), jen.Id(k)).Op(":=").Range().Add(w.serde(sorted)).Call(v)).Block(body...))
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
