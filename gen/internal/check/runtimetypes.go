package check

import "go/types"

const runtimePath = "github.com/streamgen/streamgen/runtime"

// isRuntime reports whether t is a type of package runtime, of that name, and returns its type argument if it has one.
func isRuntime(t types.Type, name string) (types.Type, bool) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != runtimePath || named.Obj().Name() != name {
		return nil, false
	}
	if named.TypeArgs().Len() == 1 {
		return named.TypeArgs().At(0), true
	}
	return nil, true
}

// pointee returns what t points to, or t itself.
func pointee(t types.Type) (types.Type, bool) {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem(), true
	}
	return t, false
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

func isBool(t types.Type) bool { return types.Identical(t, types.Typ[types.Bool]) }

// isNamedFrom reports whether t is the named type of a package of the standard library.
func isNamedFrom(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}
