package emit

import "go/types"

// emitGuard writes a conversion that does not compile once the fields of a struct are others than those that its codec writes: a
// stale codec would lose the new ones silently. Struct tags do not matter to it.
func (e *emitter) emitGuard(f *file, c *codec) {
	u := c.t.Underlying().(*types.Struct)
	if c.t.Obj().Pkg() != e.pkg.Types {
		return
	}
	f.Line()
	f.comment("%s has the fields that this file was generated for: if this does not compile, run go generate again.", e.displayName(c.t))
	f.Var().Id("_").Op("=").Add(f.typ(untagged(u))).Parens(f.typ(c.t).Values())
}

// displayName is a type as comments name it.
func (e *emitter) displayName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == e.pkg.Types {
			return ""
		}
		return p.Name()
	})
}

// untagged is a type without the tags in the structs that it spells out.
func untagged(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Struct:
		var fields []*types.Var
		for v := range t.Fields() {
			fields = append(fields, types.NewField(v.Pos(), v.Pkg(), v.Name(), untagged(v.Type()), v.Embedded()))
		}
		return types.NewStruct(fields, nil)
	case *types.Pointer:
		return types.NewPointer(untagged(t.Elem()))
	case *types.Slice:
		return types.NewSlice(untagged(t.Elem()))
	case *types.Array:
		return types.NewArray(untagged(t.Elem()), t.Len())
	case *types.Map:
		return types.NewMap(untagged(t.Key()), untagged(t.Elem()))
	}
	return t
}
