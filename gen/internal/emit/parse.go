package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// parser writes the statements that read a value from p.
type parser struct {
	*emitter
	*file
	names *scope
	body  []jen.Code
	// fresh says that what is read next goes into a variable that has just been declared.
	fresh bool
}

// expression reads a value of type t in one call, nil if that takes statements.
func (p *parser) expression(t types.Type) *jen.Statement {
	t = types.Unalias(t)
	if form.IsTime(t) {
		return jen.Id("p.Time").Call()
	}
	if model.TimerType(t) != "" {
		return nil
	}
	if p.Forms.Own(t) != form.None {
		return nil
	}
	if named, ok := t.(*types.Named); ok {
		if c := p.codecOf(named); c != nil {
			if c.byPointer() {
				return nil
			}
			return jen.Id("parse" + c.stem).Call(jen.Id("p"))
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		call := jen.Id("p." + parseMethod(u.Kind())).Call()
		if types.Identical(t, u) {
			return call
		}
		return p.typ(t).Call(call)
	case *types.Slice:
		if p.Forms.IsByte(u.Elem()) {
			return p.bytes(u.Elem())
		}
	}
	return nil
}

func parseMethod(kind types.BasicKind) string {
	switch kind {
	case types.Bool:
		return "Bool"
	case types.Int:
		return "NativeInt"
	case types.Int8:
		return "Int8"
	case types.Int16:
		return "Int16"
	case types.Int32:
		return "Int32"
	case types.Int64:
		return "Int"
	case types.Uint:
		return "NativeUint"
	case types.Uint8:
		return "Uint8"
	case types.Uint16:
		return "Uint16"
	case types.Uint32:
		return "Uint32"
	case types.Uint64:
		return "Uint"
	case types.Float32:
		return "Float32"
	case types.Float64:
		return "Float64"
	case types.Complex64:
		return "Complex64"
	case types.Complex128:
		return "Complex128"
	}
	return "String"
}

func (p *parser) add(statements ...jen.Code) { p.body = append(p.body, statements...) }

func (p *parser) nested(write func()) []jen.Code {
	outer, names := p.body, p.names
	p.body, p.names = nil, newScope(names)
	write()
	inner := p.body
	p.body, p.names = outer, names
	return inner
}

// parse reads a value into v.
func (p *parser) parse(t types.Type, v *jen.Statement) {
	if expression := p.expression(t); expression != nil {
		p.add(v.Clone().Op("=").Add(expression))
		return
	}
	if model.TimerType(t) != "" {
		p.fresh = false
		p.add(v.Clone().Dot("Parse").Call(jen.Id("p")))
		return
	}
	if call := p.into(t, address(v)); call != nil {
		p.fresh = false
		p.add(call)
		return
	}
	p.contents(t, v)
}

// into reads what v points to in one call, nil if there is none.
func (p *parser) into(t types.Type, v *jen.Statement) *jen.Statement {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return nil
	}
	if own := p.Forms.Own(t); own != form.None {
		return p.serde("Parse"+ownFunction(own)).Call(jen.Id("p"), v)
	}
	if c := p.codecOf(named); c != nil && c.byPointer() {
		return jen.Id("parse"+c.stem).Call(jen.Id("p"), v)
	}
	return nil
}

// contents reads what v is made of.
func (p *parser) contents(t types.Type, v *jen.Statement) {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		p.fresh = false
		fields := fieldsOf(u)
		p.add(jen.Id("p.ArrayOf").Call(jen.Lit(len(fields))))
		for _, f := range fields {
			p.parse(f.Type(), v.Clone().Dot(f.Name()))
		}
	case *types.Array:
		p.fresh = false
		if all := v.Clone().Index(jen.Op(":")); isByte(u.Elem()) {
			p.add(jen.Id("p.BytesInto").Call(all))
			return
		} else if p.Forms.IsByte(u.Elem()) {
			p.add(p.serde("BytesIntoOf").Call(jen.Id("p"), all))
			return
		}
		p.add(jen.Id("p.ArrayOf").Call(jen.Lit(int(u.Len()))))
		var i string
		body := p.nested(func() {
			i = p.names.name("i", "j", "k", "l", "i")
			p.parse(u.Elem(), v.Clone().Index(jen.Id(i)))
		})
		p.add(overElements(p.emitter, u.Elem(), i, v).Block(body...))
	case *types.Slice:
		p.orNil(v, func() { p.slice(t, u, v) })
	case *types.Map:
		p.orNil(v, func() { p.pairs(t, u, v) })
	case *types.Pointer:
		p.clear(v)
		p.add(jen.If(jen.Op("!").Id("p.Nil").Call().Op("&&").Id("p.Err").Call().Op("==").Nil()).
			Block(p.nested(func() {
				if p.Forms.Boxed(u.Elem()) {
					p.add(jen.Id("p.ArrayOf").Call(jen.Lit(1)))
				}
				p.pointee(u.Elem(), v)
			})...))
	}
}

// bytes reads a slice of bytes, or of a named byte type.
func (p *parser) bytes(elem types.Type) *jen.Statement {
	if isByte(elem) {
		return jen.Id("p.Bytes").Call()
	}
	return p.serde("BytesOf").Types(p.typ(elem)).Call(jen.Id("p"))
}

// orNil sets v to nil, or to what read gives if there is something.
func (p *parser) orNil(v *jen.Statement, read func()) {
	p.clear(v)
	p.add(jen.If(jen.Op("!").Id("p.Nil").Call()).Block(p.nested(read)...))
}

// pointee reads what v is to point to.
func (p *parser) pointee(t types.Type, v *jen.Statement) {
	if call := p.into(t, v); call != nil {
		p.add(v.Clone().Op("=").New(p.typ(t)), call)
		return
	}
	name := p.names.name("v")
	p.variable(name, t)
	p.add(v.Clone().Op("=").Op("&").Id(name))
}

// variable reads a value into a new variable.
func (p *parser) variable(name string, t types.Type) {
	if expression := p.expression(t); expression != nil {
		p.add(jen.Id(name).Op(":=").Add(expression))
		return
	}
	p.add(jen.Var().Id(name).Add(p.typ(t)))
	p.fresh = true
	p.parse(t, jen.Id(name))
}

// clear sets v to nil, unless it is a variable that has just been declared.
func (p *parser) clear(v *jen.Statement) {
	if !p.fresh {
		p.add(v.Clone().Op("=").Nil())
	}
	p.fresh = false
}

func (p *parser) slice(t types.Type, u *types.Slice, v *jen.Statement) {
	n := p.names.name("n")
	p.add(
		jen.Id(n).Op(":=").Id("p.Array").Call(),
		v.Clone().Op("=").Make(p.typ(t), jen.Lit(0), jen.Id("p.Cap").Call(jen.Id(n), jen.Lit(size(u.Elem())))),
		p.counted(n, func() {
			if expression := p.expression(u.Elem()); expression != nil {
				p.add(v.Clone().Op("=").Append(v.Clone(), expression))
				return
			}
			e := p.names.name("v")
			p.variable(e, u.Elem())
			p.add(v.Clone().Op("=").Append(v.Clone(), jen.Id(e)))
		}),
	)
}

func (p *parser) pairs(t types.Type, u *types.Map, v *jen.Statement) {
	n := p.names.name("n")
	p.add(
		jen.Id(n).Op(":=").Id("p.Map").Call(),
		v.Clone().Op("=").Make(p.typ(t), jen.Id("p.Cap").Call(jen.Id(n), jen.Lit(size(u.Key())+size(u.Elem())))),
		p.counted(n, func() {
			k, e := p.names.name("k"), p.names.name("v")
			p.variable(k, u.Key())
			p.variable(e, u.Elem())
			p.add(p.serde("Put").Call(jen.Id("p"), v.Clone(), jen.Id(k), jen.Id(e)))
		}),
	)
}

// counted is a loop over n elements that ends early where the input is damaged: n is what the input claims.
func (p *parser) counted(n string, read func()) jen.Code {
	var i string
	body := p.nested(func() {
		i = p.names.name("i", "j", "k", "l", "i")
		read()
	})
	return jen.For(
		jen.Id(i).Op(":=").Lit(0),
		jen.Id(i).Op("<").Id(n).Op("&&").Id("p.Err").Call().Op("==").Nil(),
		jen.Id(i).Op("++"),
	).Block(body...)
}

// size is how many bytes a value takes in memory, on a machine of 64 bits.
func size(t types.Type) int { return int(types.SizesFor("gc", "amd64").Sizeof(t)) }
