package check

import (
	"go/token"
	"go/types"
)

// notIndirect refuses methods that streamgen would call and that come from an embedded pointer or interface.
func (s *shaper) notIndirect() bool {
	ok := true
	through := map[*types.Func]*types.Var{}
	for selection := range types.NewMethodSet(types.NewPointer(s.op.Type)).Methods() {
		if fn, ok := selection.Obj().(*types.Func); ok {
			through[fn] = indirect(s.op.Type, selection.Index())
		}
	}
	for _, fn := range s.methodsOf(s.op.Type) {
		field := through[fn]
		if _, _, reserved := split(fn.Name()); field == nil || !reserved {
			continue
		}
		ok = false
		if types.IsInterface(field.Type()) {
			s.fail(field.Pos(), fn.Name()+" of "+s.op.Name()+" comes from "+s.typeName(field.Type())+", an interface that it embeds: what it calls is not known before the job runs",
				"embed the struct that has the method")
			continue
		}
		s.fail(field.Pos(), fn.Name()+" of "+s.op.Name()+" comes from "+s.typeName(field.Type())+", which it embeds by pointer: all subtasks would share it, and it is nil until it is set",
			"embed "+s.typeName(field.Type().(*types.Pointer).Elem())+" itself: every subtask has its own copy")
	}
	return ok
}

// indirect is the first embedded field on the way to a promoted method that is a pointer or an interface, nil if there is none.
func indirect(t types.Type, index []int) *types.Var {
	for _, i := range index[:len(index)-1] {
		structure, ok := t.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		field := structure.Field(i)
		t = types.Unalias(field.Type())
		_, isPointer := t.(*types.Pointer)
		if isPointer || types.IsInterface(t) {
			return field
		}
	}
	return nil
}

// embedded are the struct types of the package that t embeds by value.
func (c *checker) embedded(t *types.TypeName) []*types.TypeName {
	var found []*types.TypeName
	structure, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for f := range structure.Fields() {
		named, ok := types.Unalias(f.Type()).(*types.Named)
		if ok && f.Embedded() && c.local(named.Obj()) {
			found = append(found, named.Origin().Obj())
		}
	}
	return found
}

// inPackage reports whether a place lies in a file of the package.
func (c *checker) inPackage(pos token.Position) bool {
	for _, f := range c.pkg.Files {
		if f.Name == pos.Filename {
			return true
		}
	}
	return false
}
