package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// zeroTest writes the test whether a state is its zero value.
type zeroTest struct {
	*emitter
	*file
	names *scope
	loops []jen.Code
}

// body tests v: s, a pointer to it, or a field.
func (z *zeroTest) body(t types.Type, v *jen.Statement, isPointer bool) *jen.Statement {
	own := z.Forms.Own(t)
	switch {
	case types.Comparable(t) && isPointer:
		return short(jen.Return(jen.Op("*").Add(v).Op("==").Add(z.typ(t)).Values()))
	case types.Comparable(t):
		return short(jen.Return(v.Op("==").Parens(z.typ(t).Values())))
	case own != form.None && isPointer:
		return short(jen.Return(z.serde("IsZero" + ownFunction(own)).Call(v)))
	case own != form.None:
		return short(jen.Return(z.serde("IsZero" + ownFunction(own)).Call(address(v))))
	}
	result := z.all(t.Underlying().(*types.Struct), v)
	return jen.Block(append(z.loops, jen.Return(result))...)
}

// all is true if every field of v is zero.
func (z *zeroTest) all(u *types.Struct, v *jen.Statement) *jen.Statement {
	var tests []*jen.Statement
	for _, f := range fieldsOf(u) {
		if test := z.zero(f.Type(), v.Clone().Dot(f.Name())); test != nil {
			tests = append(tests, test)
		}
	}
	if len(tests) == 0 {
		return jen.True()
	}
	result := tests[0]
	for _, test := range tests[1:] {
		result = result.Op("&&")
		if len(tests) > 4 {
			result = result.Line()
		}
		result = result.Add(test)
	}
	return result
}

// zero is an expression that is true if v is zero, nil if a loop has tested it.
func (z *zeroTest) zero(t types.Type, v *jen.Statement) *jen.Statement {
	switch model.TimerType(t) {
	case model.EventTimer, model.ProcessingTimer:
		return jen.Op("!").Add(v.Clone().Dot("IsSet").Call())
	case model.EventTimers:
		return v.Clone().Dot("Len").Call().Op("==").Lit(0)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return jen.Op("!").Add(v)
		case u.Info()&types.IsString != 0:
			return v.Clone().Op("==").Lit("")
		}
		return v.Clone().Op("==").Lit(0)
	case *types.Slice, *types.Map, *types.Pointer, *types.Signature, *types.Chan, *types.Interface:
		return v.Clone().Op("==").Nil()
	case *types.Array:
		if !types.Comparable(t) && z.Forms.Own(t) == form.None {
			z.loop(u, v)
			return nil
		}
	case *types.Struct:
		if !types.Comparable(t) && z.Forms.Own(t) == form.None {
			return z.all(u, v)
		}
	}
	if own := z.Forms.Own(t); own != form.None && !types.Comparable(t) {
		return z.serde("IsZero" + ownFunction(own)).Call(address(v))
	}
	return v.Clone().Op("==").Parens(z.typ(t).Values())
}

func (z *zeroTest) loop(u *types.Array, v *jen.Statement) {
	i := z.names.name("i", "j", "k")
	outer := z.loops
	z.loops = nil
	element := v.Clone().Index(jen.Id(i))
	test := z.zero(u.Elem(), element)
	body := z.loops
	if test != nil {
		switch u.Elem().Underlying().(type) {
		case *types.Slice, *types.Map, *types.Signature:
			test = element.Clone().Op("!=").Nil()
		default:
			test = jen.Op("!").Parens(test)
		}
		body = append(body, jen.If(test).Block(jen.Return(jen.False())))
	}
	z.loops = append(outer, jen.For(jen.Id(i).Op(":=").Range().Add(v.Clone())).Block(body...))
}
