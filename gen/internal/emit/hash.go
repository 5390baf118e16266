package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// unrolled is up to how many elements of an array are hashed in one expression.
const unrolled = 8

// hashIsExpression reports whether one call of package serde hashes a key.
func hashIsExpression(t types.Type) bool {
	_, basic := t.Underlying().(*types.Basic)
	return basic
}

// hash is an expression for the hash of an operator's key.
func (e *emitter) hash(op *model.Operator, key *jen.Statement) *jen.Statement {
	if name := e.adapterOf(op).hash; name != "" {
		return jen.Id(name).Call(key)
	}
	return basicHash(op.Key, key)
}

func basicHash(t types.Type, v *jen.Statement) *jen.Statement {
	basic := t.Underlying().(*types.Basic)
	switch {
	case basic.Info()&types.IsString != 0:
		return jen.Qual(serdePath, "HashString").Call(convert(t, types.String, v))
	case basic.Info()&types.IsBoolean != 0:
		return jen.Qual(serdePath, "HashBool").Call(convert(t, types.Bool, v))
	}
	return jen.Qual(serdePath, "HashUint64").Call(convert(t, types.Uint64, v))
}

// convert converts v, of type t, unless it is of that type already.
func convert(t types.Type, to types.BasicKind, v *jen.Statement) *jen.Statement {
	if types.Identical(t, types.Typ[to]) {
		return v
	}
	return jen.Id(types.Typ[to].Name()).Call(v)
}

// emitHash writes the function that hashes the keys of an operator.
func (e *emitter) emitHash(f *file, a *adapter) {
	h := &hasher{names: newScope(f.locals, "key", "h")}
	body := h.statements(a.op.Key)
	f.Line()
	f.comment("%s places a key of %s in its key group.", a.hash, a.op.Name())
	f.Func().Id(a.hash).Params(jen.Id("key").Add(f.typ(a.op.Key))).Uint64().Block(body...)
}

// hasher collects the statements before the expression that is the hash.
type hasher struct {
	names *scope
	body  []jen.Code
}

// statements returns the hash of key, field by field where there are more than two.
func (h *hasher) statements(t types.Type) []jen.Code {
	u, ok := t.Underlying().(*types.Struct)
	if !ok || len(fieldsOf(u)) < 3 {
		result := h.hash(t, jen.Id("key"))
		return append(h.body, jen.Return(result))
	}
	var body []jen.Code
	for i, f := range fieldsOf(u) {
		h.body = nil
		part := h.hash(f.Type(), jen.Id("key").Dot(f.Name()))
		body = append(body, h.body...)
		if i == 0 {
			body = append(body, jen.Id("h").Op(":=").Add(part))
			continue
		}
		body = append(body, jen.Id("h").Op("=").Qual(serdePath, "Mix").Call(jen.Id("h"), part))
	}
	return append(body, jen.Return(jen.Id("h")))
}

// hash returns an expression for the hash of v: that of its first part with the others mixed in, in their order.
func (h *hasher) hash(t types.Type, v *jen.Statement) *jen.Statement {
	var result *jen.Statement
	mix := func(part *jen.Statement) {
		if result == nil {
			result = part
			return
		}
		result = jen.Qual(serdePath, "Mix").Call(result, part)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basicHash(t, v)
	case *types.Struct:
		for _, f := range fieldsOf(u) {
			mix(h.hash(f.Type(), v.Clone().Dot(f.Name())))
		}
	case *types.Array:
		if isByte(u.Elem()) {
			return jen.Qual(serdePath, "HashBytes").Call(v.Clone().Index(jen.Op(":")))
		}
		if u.Len() > unrolled {
			return h.loop(u, v)
		}
		for i := range int(u.Len()) {
			mix(h.hash(u.Elem(), v.Clone().Index(jen.Lit(i))))
		}
	}
	if result == nil {
		return jen.Qual(serdePath, "HashUint64").Call(jen.Lit(0))
	}
	return result
}

// loop hashes a long array.
func (h *hasher) loop(u *types.Array, v *jen.Statement) *jen.Statement {
	sum, i := h.names.name("h"), h.names.name("i")
	h.body = append(h.body, jen.Id(sum).Op(":=").Add(h.hash(u.Elem(), v.Clone().Index(jen.Lit(0)))))
	outer := h.body
	h.body = nil
	part := h.hash(u.Elem(), v.Clone().Index(jen.Id(i)))
	loop := append(h.body, jen.Id(sum).Op("=").Qual(serdePath, "Mix").Call(jen.Id(sum), part))
	h.body = append(outer, jen.For(jen.Id(i).Op(":=").Lit(1), jen.Id(i).Op("<").Len(v.Clone()), jen.Id(i).Op("++")).Block(loop...))
	return jen.Id(sum)
}

// isByte reports whether a slice or array of t is one of bytes. One of a named byte type is not: Go does not convert it.
func isByte(t types.Type) bool { return types.Identical(types.Unalias(t), types.Typ[types.Uint8]) }
