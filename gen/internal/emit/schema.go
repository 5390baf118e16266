package emit

import (
	"fmt"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/past"
)

// schema names the form in which a type is written: its fields with their names and kinds. What a type is called does not
// matter, but where it contains itself or is written by a codec of its own.
func (e *emitter) schema(t types.Type, around ...types.Type) string {
	t = types.Unalias(t)
	if form.IsTime(t) {
		return "time"
	}
	switch model.TimerType(t) {
	case model.EventTimer:
		return "timer.Event"
	case model.ProcessingTimer:
		return "timer.Processing"
	case model.EventTimers:
		return "timers"
	}
	if own := e.Forms.Own(t); own != form.None {
		return own.String() + "(" + types.TypeString(t, func(p *types.Package) string { return p.Path() }) + ")"
	}
	if i := slices.IndexFunc(around, func(o types.Type) bool { return types.Identical(o, t) }); i >= 0 {
		return "^" + label(around[:i+1])
	}
	text := ""
	if named, ok := t.(*types.Named); ok {
		around = append(slices.Clip(around), t)
		if e.Forms.Recursive(named) {
			text = label(around) + "="
		}
	}
	return text + e.contents(t, around)
}

// label is the name under which the last of the types may stand in itself again. A type of the same name around it has taken that.
func label(around []types.Type) string {
	name := around[len(around)-1].(*types.Named).Obj().Name()
	same := 0
	for _, t := range around {
		if t.(*types.Named).Obj().Name() == name {
			same++
		}
	}
	if same > 1 {
		name += strconv.Itoa(same)
	}
	return name
}

// contents is what schema says of the parts of t.
func (e *emitter) contents(t types.Type, around []types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		var fields []string
		for i := range u.NumFields() {
			f := u.Field(i)
			if f.Name() == "_" {
				continue
			}
			text := f.Name() + " " + e.schema(f.Type(), around...)
			if was := past.Was(u, i); was != nil {
				text += " was " + strings.Join(was, "|")
			}
			fields = append(fields, text)
		}
		if named, ok := types.Unalias(t).(*types.Named); ok {
			for _, gone := range e.Past.Removed(named.Obj()) {
				fields = append(fields, "-"+gone.Text)
			}
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
