package emit

import (
	"fmt"
	"go/types"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// typ writes a type.
func (f *file) typ(t types.Type) *jen.Statement {
	switch t := t.(type) {
	case *types.Basic:
		return jen.Id(t.Name())
	case *types.Alias:
		return f.instance(t.Obj(), t.TypeArgs())
	case *types.Named:
		return f.instance(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return jen.Op("*").Add(f.typ(t.Elem()))
	case *types.Slice:
		return jen.Index().Add(f.typ(t.Elem()))
	case *types.Array:
		return jen.Index(jen.Id(strconv.FormatInt(t.Len(), 10))).Add(f.typ(t.Elem()))
	case *types.Map:
		return jen.Map(f.typ(t.Key())).Add(f.typ(t.Elem()))
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return jen.Chan().Op("<-").Add(f.typ(t.Elem()))
		case types.RecvOnly:
			return jen.Op("<-").Chan().Add(f.typ(t.Elem()))
		}
		return jen.Chan().Parens(f.typ(t.Elem()))
	case *types.Struct:
		var fields []jen.Code
		for i := range t.NumFields() {
			v := t.Field(i)
			field := jen.Id(v.Name())
			if v.Embedded() {
				field = jen.Null()
			}
			field = field.Add(f.typ(v.Type()))
			if tag := t.Tag(i); tag != "" {
				field = field.Op(strconv.Quote(tag))
			}
			fields = append(fields, field)
		}
		if len(fields) == 1 {
			return jen.Id("struct").Add(short(fields[0]))
		}
		return jen.Struct(fields...)
	case *types.Signature:
		return jen.Func().Add(f.signature(t))
	case *types.Interface:
		return f.interfaceType(t)
	}
	panic(fmt.Sprintf("type %s has no form in generated code", t))
}

func (f *file) instance(name *types.TypeName, args *types.TypeList) *jen.Statement {
	s := f.object(name)
	if args.Len() == 0 {
		return s
	}
	var list []jen.Code
	for arg := range args.Types() {
		list = append(list, f.typ(arg))
	}
	return s.Types(list...)
}

func (f *file) signature(t *types.Signature) *jen.Statement {
	var in, out []jen.Code
	for i := range t.Params().Len() {
		p := t.Params().At(i).Type()
		if t.Variadic() && i == t.Params().Len()-1 {
			in = append(in, jen.Op("...").Add(f.typ(p.(*types.Slice).Elem())))
			continue
		}
		in = append(in, f.typ(p))
	}
	for v := range t.Results().Variables() {
		out = append(out, f.typ(v.Type()))
	}
	return jen.Params(in...).Params(out...)
}

func (f *file) interfaceType(t *types.Interface) *jen.Statement {
	if t.Empty() {
		return jen.Any()
	}
	return jen.InterfaceFunc(func(g *jen.Group) {
		for m := range t.ExplicitMethods() {
			g.Id(m.Name()).Add(f.signature(m.Signature()))
		}
		for e := range t.EmbeddedTypes() {
			g.Add(f.typ(e))
		}
	})
}

// stemOf is what a type is called in the names of functions.
func (e *emitter) stemOf(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return model.Upper(t.Name())
	case *types.Pointer:
		return e.stemOf(t.Elem()) + "Pointer"
	case *types.Slice:
		return e.stemOf(t.Elem()) + "Slice"
	case *types.Array:
		return e.stemOf(t.Elem()) + "Array" + strconv.FormatInt(t.Len(), 10)
	case *types.Map:
		return e.stemOf(t.Key()) + e.stemOf(t.Elem()) + "Map"
	case *types.Named:
		stem := model.Upper(t.Obj().Name())
		if p := t.Obj().Pkg(); p != nil && p != e.pkg.Types {
			stem = model.Upper(p.Name()) + stem
		}
		for arg := range t.TypeArgs().Types() {
			stem += e.stemOf(arg)
		}
		return stem
	}
	return "Value"
}
