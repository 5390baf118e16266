// Package form knows in which form a value of each type is written: by its fields, or by a codec that the type brings along; and why a
// type has no form at all. What checks the user's code and what writes the generated code ask the same questions here.
package form

import (
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// Forms answers for the types that a package uses.
type Forms struct {
	pkg *load.Package
	// own and recursive hold what was found out, by type.
	own, recursive typeutil.Map
}

// New returns the forms of the types that p uses.
func New(p *load.Package) *Forms { return &Forms{pkg: p} }

// Own returns the codec that values of type t are written by, None where they are written by what they are made of. The methods
// EncodeMsgpack and DecodeMsgpack, if the user wrote them, always count, the others only where the fields cannot be written.
func (f *Forms) Own(t types.Type) Own {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || IsTime(t) {
		return None
	}
	if own, ok := f.own.At(named).(Own); ok {
		return own
	}
	own := None
	binary, text := f.methodsOf(named, Binary).whole(), f.methodsOf(named, Text).whole()
	switch {
	case f.methodsOf(named, Msgpack).whole():
		own = Msgpack
	case !binary && !text:
	case len(f.byFields(named)) == 0:
	case binary:
		own = Binary
	default:
		own = Text
	}
	f.own.Set(named, own)
	return own
}

// byFields returns what is in the way of writing t by what it is made of.
func (f *Forms) byFields(t *types.Named) []Problem {
	w := &walk{Forms: f}
	w.seen.Set(t, true)
	w.contents(t, t.Obj().Name())
	return w.problems
}

// Recursive reports whether values of type t may contain others of type t.
func (f *Forms) Recursive(t *types.Named) bool {
	if known, ok := f.recursive.At(t).(bool); ok {
		return known
	}
	var seen typeutil.Map
	var contains func(u types.Type) bool
	contains = func(u types.Type) bool {
		u = types.Unalias(u)
		if types.Identical(u, t) {
			return true
		}
		if seen.Set(u, true) != nil || f.Own(u) != None || IsTime(u) {
			return false
		}
		return anyPart(u, contains)
	}
	recursive := f.Own(t) == None && !IsTime(t) && anyPart(t, contains)
	f.recursive.Set(t, recursive)
	return recursive
}

// anyPart reports whether is holds for one of the types that t is made of.
func anyPart(t types.Type, is func(types.Type) bool) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for v := range u.Fields() {
			if v.Name() != "_" && is(v.Type()) {
				return true
			}
		}
	case *types.Map:
		return is(u.Key()) || is(u.Elem())
	case *types.Slice:
		return is(u.Elem())
	case *types.Array:
		return is(u.Elem())
	case *types.Pointer:
		return is(u.Elem())
	}
	return false
}

// Boxed reports whether what a pointer to t points to is written as an array of one, since its own nil could not be told from that of
// the pointer.
func (f *Forms) Boxed(t types.Type) bool {
	if f.Own(t) != None {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Pointer:
		return true
	}
	return false
}

// IsByte reports whether slices and arrays of t are written as bytes: t is byte or a named byte type, without a codec of its own.
func (f *Forms) IsByte(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Kind() == types.Uint8 && f.Own(t) == None
}

// IsTime reports whether t is time.Time, which has a form of its own in msgpack.
func IsTime(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "time" && named.Obj().Name() == "Time"
}
