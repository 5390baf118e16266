package check

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// checkState checks that the operator's state can be written and read.
func (s *shaper) checkState() {
	w := &walker{shaper: s, seen: map[types.Type]bool{}, pos: s.state.Pos()}
	w.chain = []diag.Cause{{Pos: s.at(s.state.Pos()), Text: s.typeName(s.op.State) + " is the state of " + s.op.Name()}}
	w.walk(s.op.State, s.op.State.Obj().Name())
}

// checkKeyType checks that keys can be hashed, compared and written.
func (s *shaper) checkKeyType(t types.Type, fn *types.Func) {
	w := &walker{shaper: s, seen: map[types.Type]bool{}, pos: fn.Pos(), key: true}
	w.chain = []diag.Cause{{Pos: s.at(fn.Pos()), Text: fn.Name() + " of " + s.op.Name() + " returns " + s.typeName(t)}}
	w.walk(t, "the key of "+s.op.Name())
}

// walker goes through a type, down to the fields that cannot be serialised.
type walker struct {
	*shaper
	seen map[types.Type]bool
	// pos is the deepest place on the way that lies in the package.
	pos token.Pos
	key bool
	// chain leads to where the walk is: the parameter or method that brought the type in, and the fields on the way.
	chain []diag.Cause
}

func (w *walker) refuse(path string, t types.Type, why, hint string) {
	message := fmt.Sprintf("state %s of type %s cannot be serialised: %s", path, w.typeName(t), why)
	if w.key {
		message = fmt.Sprintf("%s cannot be of type %s: %s", path, w.typeName(t), why)
	}
	w.failChain(w.pos, message, w.causes(), hint)
}

// causes is the chain from the nearest cause to the first, without the place that is reported itself.
func (w *walker) causes() []diag.Cause {
	var causes []diag.Cause
	for _, c := range slices.Backward(w.chain) {
		if c.Pos != w.place(w.pos) {
			causes = append(causes, c)
		}
	}
	return causes
}

func (w *walker) walk(t types.Type, path string) {
	t = types.Unalias(t)
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	if kind, _, ok := model.ListType(t); ok {
		w.refuse(path, t, "a state."+string(kind)+" belongs to no key and to no other state", "make it a field of a state without a key, "+listFields)
		return
	}
	if named, ok := t.(*types.Named); ok {
		if isTime(t) {
			if w.key {
				w.refuse(path, t, "two times may be the same instant and yet differ", "use runtime.Time, or the milliseconds")
			}
			return
		}
		if !w.named(named, path) {
			return
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		w.basic(u, t, path)
	case *types.Struct:
		w.structure(u, t, path)
	case *types.Array:
		w.walk(u.Elem(), path+"[]")
	case *types.Slice, *types.Map, *types.Pointer:
		if w.key {
			w.refuse(path, t, "keys are strings, integers, bools, and arrays and structs of those", "")
			return
		}
		w.reference(u, t, path)
	case *types.TypeParam:
	default:
		w.refuse(path, t, "only plain data can be kept in a checkpoint", "keep what it stands for, or open it in Open and hold it in the operator")
	}
}

func isTime(t types.Type) bool { return isNamedFrom(t, "time", "Time") }

// named checks what a named type may not have.
func (w *walker) named(t *types.Named, path string) bool {
	if !w.local(t.Obj()) && !t.Obj().Exported() {
		w.refuse(path, t, "the type is not exported", "keep what is needed of it in a type of your own")
		return false
	}
	for i := range t.NumMethods() {
		m := t.Method(i)
		if name := m.Name(); name != "EncodeMsgpack" && name != "DecodeMsgpack" || w.generated(m) {
			continue
		}
		w.refuse(path, t, "its own "+m.Name()+" would be passed over", "remove the method: own codecs are not supported yet")
		return false
	}
	return true
}

// generated reports whether we wrote the method.
func (w *walker) generated(m *types.Func) bool { return load.IsGeneratedFile(w.at(m.Pos()).Filename) }

func (w *walker) basic(u *types.Basic, t types.Type, path string) {
	info := u.Info()
	switch {
	case u.Kind() == types.Invalid:
		w.broken = true
		for _, e := range w.pkg.TypeErrors {
			if w.at(e.Pos).Line == w.at(w.pos).Line && w.at(e.Pos).Filename == w.at(w.pos).Filename {
				w.fail(e.Pos, e.Msg, "")
				return
			}
		}
		w.fail(w.pos, "the type of "+path+" is not known", "")
	case u.Kind() == types.Uintptr || u.Kind() == types.UnsafePointer:
		w.refuse(path, t, "an address means nothing after a restart", "")
	case info&types.IsComplex != 0:
		w.refuse(path, t, "complex numbers have no form in msgpack", "keep real and imaginary part in two fields")
	case info&types.IsFloat != 0 && w.key:
		w.refuse(path, t, "floats do not compare well", "round it to an integer")
	}
}

func (w *walker) structure(u *types.Struct, t types.Type, path string) {
	pos, chain := w.pos, w.chain
	defer func() { w.pos, w.chain = pos, chain }()
	for f := range u.Fields() {
		if f.Name() == "_" {
			continue
		}
		w.pos, w.chain = pos, chain
		if w.local(f) {
			w.pos = f.Pos()
			w.chain = append(slices.Clip(chain), diag.Cause{Pos: w.at(f.Pos()), Text: fmt.Sprintf("%s is %s", path+"."+f.Name(), w.typeName(f.Type()))})
		} else if !f.Exported() {
			w.refuse(path, t, "its field "+f.Name()+" is not exported", "keep what is needed of it in a type of your own")
			return
		}
		w.walk(f.Type(), path+"."+f.Name())
	}
}

func (w *walker) reference(u, t types.Type, path string) {
	switch u := u.(type) {
	case *types.Slice:
		w.walk(u.Elem(), path+"[]")
	case *types.Map:
		if b, ok := u.Key().Underlying().(*types.Basic); !ok || b.Info()&(types.IsString|types.IsInteger|types.IsBoolean) == 0 {
			w.refuse(path, t, "map keys are strings, integers or bools", "")
			return
		}
		w.walk(u.Elem(), path+"[]")
	case *types.Pointer:
		switch u.Elem().Underlying().(type) {
		case *types.Pointer, *types.Slice, *types.Map:
			w.refuse(path, t, "a nil inside could not be told from a nil outside", "drop the pointer")
			return
		}
		w.walk(u.Elem(), path)
	}
}
