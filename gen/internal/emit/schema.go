package emit

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// schema names the form in which a type is written: its fields with their names and kinds. What a type is called does not
// matter, but where it contains itself.
func schema(t types.Type, around ...types.Type) string {
	t = types.Unalias(t)
	if isTime(t) {
		return "time"
	}
	if slices.ContainsFunc(around, func(o types.Type) bool { return types.Identical(o, t) }) {
		return "^" + t.(*types.Named).Obj().Name()
	}
	if _, ok := t.(*types.Named); ok {
		around = append(slices.Clip(around), t)
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		var fields []string
		for f := range u.Fields() {
			if f.Name() != "_" {
				fields = append(fields, f.Name()+" "+schema(f.Type(), around...))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case *types.Slice:
		if isByte(u.Elem()) {
			return "bytes"
		}
		return "[]" + schema(u.Elem(), around...)
	case *types.Array:
		if isByte(u.Elem()) {
			return fmt.Sprintf("bytes[%d]", u.Len())
		}
		return fmt.Sprintf("[%d]%s", u.Len(), schema(u.Elem(), around...))
	case *types.Map:
		return "map[" + schema(u.Key(), around...) + "]" + schema(u.Elem(), around...)
	case *types.Pointer:
		return "*" + schema(u.Elem(), around...)
	case *types.Basic:
		return types.Typ[u.Kind()].Name()
	}
	return t.String()
}
