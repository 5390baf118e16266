package emit

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// schema names the form in which a type is written: its fields with their names and kinds. What a type is called does not
// matter, but where it contains itself or is written by a codec of its own.
func (e *emitter) schema(t types.Type, around ...types.Type) string {
	t = types.Unalias(t)
	if form.IsTime(t) {
		return "time"
	}
	switch model.TimerType(t) {
	case model.EventTimer, model.ProcessingTimer:
		return "timer"
	case model.EventTimers:
		return "timers"
	}
	if own := e.Forms.Own(t); own != form.None {
		return own.String() + "(" + types.TypeString(t, func(p *types.Package) string { return p.Path() }) + ")"
	}
	if slices.ContainsFunc(around, func(o types.Type) bool { return types.Identical(o, t) }) {
		return "^" + t.(*types.Named).Obj().Name()
	}
	label := ""
	if named, ok := t.(*types.Named); ok {
		around = append(slices.Clip(around), t)
		if e.Forms.Recursive(named) {
			label = named.Obj().Name() + "="
		}
	}
	return label + e.contents(t, around)
}

// contents is what schema says of the parts of t.
func (e *emitter) contents(t types.Type, around []types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		var fields []string
		for _, f := range fieldsOf(u) {
			fields = append(fields, f.Name()+" "+e.schema(f.Type(), around...))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case *types.Slice:
		if e.Forms.IsByte(u.Elem()) {
			return "bytes"
		}
		return "[]" + e.schema(u.Elem(), around...)
	case *types.Array:
		if e.Forms.IsByte(u.Elem()) {
			return fmt.Sprintf("bytes[%d]", u.Len())
		}
		return fmt.Sprintf("[%d]%s", u.Len(), e.schema(u.Elem(), around...))
	case *types.Map:
		return "map[" + e.schema(u.Key(), around...) + "]" + e.schema(u.Elem(), around...)
	case *types.Pointer:
		if e.Forms.Boxed(u.Elem()) {
			return "*[1]" + e.schema(u.Elem(), around...)
		}
		return "*" + e.schema(u.Elem(), around...)
	case *types.Basic:
		return basicSchema(u)
	}
	return t.String()
}

func basicSchema(u *types.Basic) string {
	switch u.Kind() {
	case types.Complex64:
		return "[2]float32"
	case types.Complex128:
		return "[2]float64"
	}
	return types.Typ[u.Kind()].Name()
}
