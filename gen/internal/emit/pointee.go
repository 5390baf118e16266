package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/form"
)

// returnPointee is the body of a function that returns b with what v points to.
func (w *appender) returnPointee(t types.Type, v *jen.Statement) []jen.Code {
	if expression := w.pointed(jen.Id("b"), t, v); expression != nil {
		return []jen.Code{jen.Return(expression)}
	}
	if _, ok := t.Underlying().(*types.Struct); ok && !form.IsTime(t) {
		return w.returnFields(t, v)
	}
	value := jen.Op("*").Add(v)
	if _, isArray := t.Underlying().(*types.Array); !isArray {
		if expression := w.expression(jen.Id("b"), t, value); expression != nil {
			return []jen.Code{jen.Return(expression)}
		}
	}
	name := w.names.name("v")
	w.add(jen.Id(name).Op(":=").Add(value))
	w.append(t, jen.Id(name))
	return append(w.body, jen.Return(jen.Id("b")))
}

// returnFields is the body of a function that returns b with the fields of v. Where the last field takes one call, that is returned.
func (w *appender) returnFields(t types.Type, v *jen.Statement) []jen.Code {
	fields := fieldsOf(t.Underlying().(*types.Struct))
	if len(fields) == 0 {
		return []jen.Code{jen.Return(w.serde("AppendArray").Call(jen.Id("b"), jen.Lit(0)))}
	}
	w.contents(t, v)
	last := fields[len(fields)-1]
	if expression := w.expression(jen.Id("b"), last.Type(), v.Clone().Dot(last.Name())); expression != nil {
		return append(w.body[:len(w.body)-1], jen.Return(expression))
	}
	return append(w.body, jen.Return(jen.Id("b")))
}

// intoPointee is the body of a function that reads what v points to.
func (p *parser) intoPointee(t types.Type, v *jen.Statement) []jen.Code {
	if call := p.into(t, v); call != nil {
		return []jen.Code{call}
	}
	if expression := p.expression(t); expression != nil {
		return []jen.Code{jen.Op("*").Add(v).Op("=").Add(expression)}
	}
	if _, ok := t.Underlying().(*types.Struct); ok {
		p.contents(t, v)
		return p.body
	}
	name := p.names.name("v")
	p.variable(name, t)
	return append(p.body, jen.Op("*").Add(v).Op("=").Id(name))
}
