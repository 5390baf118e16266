package form

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// Problem is a part of a type that cannot be written.
type Problem struct {
	// Path leads to the part, Type is its type.
	Path string
	Type types.Type
	// Pos is the deepest place on the way that lies in the package, NoPos if none does.
	Pos token.Pos
	// Chain are the fields on the way, the outermost first.
	Chain []diag.Cause
	// Why says what is wrong with the part, Hint what to write instead.
	Why, Hint string
	// Unknown says that the type checker does not know the type.
	Unknown bool
}

// KeepWhatItStandsFor is the hint where something is no data at all.
const KeepWhatItStandsFor = "keep what it stands for, or open it in Open and hold it in the operator"

// use says what a type is written for.
type use int

const (
	asValue use = iota
	// asMapKey: keys are looked up by equality and written in the order of their bytes.
	asMapKey
	// asKey is the key of an operator, which is hashed too.
	asKey
)

// Problems returns what is in the way of writing values of type t. Path names the value.
func (f *Forms) Problems(t types.Type, path string) []Problem {
	w := &walk{Forms: f}
	w.visit(t, path)
	return w.problems
}

// KeyProblems returns what is in the way of hashing, comparing and writing keys of type t.
func (f *Forms) KeyProblems(t types.Type, path string) []Problem {
	w := &walk{Forms: f, use: asKey}
	w.visit(t, path)
	return w.problems
}

// walk goes through a type, down to the parts that cannot be written.
type walk struct {
	*Forms
	use      use
	seen     typeutil.Map
	seenKeys typeutil.Map // as keys of maps
	problems []Problem
	pos      token.Pos
	chain    []diag.Cause
}

func (w *walk) refuse(path string, t types.Type, why, hint string) {
	w.problems = append(w.problems, Problem{Path: path, Type: t, Pos: w.pos, Chain: w.chain, Why: why, Hint: hint})
}

func (w *walk) visit(t types.Type, path string) {
	t = types.Unalias(t)
	seen := &w.seen
	if w.use == asMapKey {
		seen = &w.seenKeys
	}
	if seen.Set(t, true) != nil {
		return
	}
	named, ok := t.(*types.Named)
	kind, _, isList := model.ListType(t)
	switch {
	case isList:
		w.refuse(path, t, "a state."+string(kind)+" belongs to no key and to no other state",
			"make it a field of a state without a key, of which every field is one of state.SplitList, state.UnionList and state.Broadcast")
	case !ok:
		w.contents(t, path)
	case model.TimerType(t) != "": // its place is another question
	case IsTime(t):
		w.time(t, path)
	default:
		w.named(named, path)
	}
}

func (w *walk) time(t types.Type, path string) {
	switch w.use {
	case asKey:
		w.refuse(path, t, "two times may be the same instant and yet differ", "use runtime.Time, or the milliseconds")
	case asMapKey:
		w.refuse(path, t, "two times may be the same instant and yet differ, and only a key that is a time itself can be checked for it",
			"use runtime.Time, or the milliseconds")
	}
}

// named checks a type that may have a codec of its own.
func (w *walk) named(t *types.Named, path string) {
	if strings.HasPrefix(t.Obj().Name(), "_Ctype_") { // it stands in no file of the user's, so there is none beside it
		w.refuse(path, t, "it is a type of C", "keep what is needed of it in a type of your own")
		return
	}
	if !w.local(t.Obj()) && !t.Obj().Exported() && t.Obj().Pkg() != nil {
		w.refuse(path, t, "the type is not exported", "keep what is needed of it in a type of your own")
		return
	}
	if name := w.misfit(t); name != "" {
		w.refuse(path, t, "its "+name+" is not that of github.com/vmihailenco/msgpack/v5",
			"write EncodeMsgpack(*msgpack.Encoder) error and DecodeMsgpack(*msgpack.Decoder) error, or call it something else")
		return
	}
	if m := w.methodsOf(t, Msgpack); m.half() {
		has, lacks := m.lacks(Msgpack)
		w.refuse(path, t, "it has "+has+", but not "+lacks, "write both, or neither: then it is written by its fields")
		return
	} else if m.whole() && w.use != asKey {
		return
	}
	binary, text := w.methodsOf(t, Binary), w.methodsOf(t, Text)
	problems, seen, keys := len(w.problems), w.snapshot(&w.seen), w.snapshot(&w.seenKeys)
	w.contents(t, path)
	if len(w.problems) == problems {
		return
	}
	fields := w.problems[problems]
	switch {
	case w.use == asKey:
		if text.whole() {
			w.problems = append(w.problems[:problems], fields)
			w.problems[problems].Hint = w.keyHint(t)
		}
	case binary.whole() || text.whole():
		w.problems, w.seen, w.seenKeys = w.problems[:problems], seen, keys
	case binary.half() || text.half():
		own, m := Binary, binary
		if !binary.half() {
			own, m = Text, text
		}
		has, lacks := m.lacks(own)
		why := fields.Why
		if fields.Path != path {
			why = fmt.Sprintf("%s of type %s cannot be written: %s", fields.Path, w.TypeName(fields.Type), why)
		}
		w.problems = w.problems[:problems]
		w.refuse(path, t, fmt.Sprintf("it has %s, but not %s, and %s", has, lacks, why), "write "+lacks)
	}
}

func (w *walk) keyHint(t *types.Named) string {
	if t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == "net/netip" && t.Obj().Name() == "Addr" {
		return "return As16() of it, a [16]byte"
	}
	return "return its text, a string"
}

// snapshot copies a set.
func (w *walk) snapshot(m *typeutil.Map) typeutil.Map {
	var c typeutil.Map
	m.Iterate(func(t types.Type, v any) { c.Set(t, v) })
	return c
}

// contents checks what t is made of.
func (w *walk) contents(t types.Type, path string) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		w.basic(u, t, path)
	case *types.Struct:
		w.structure(u, t, path)
	case *types.Array:
		w.visit(u.Elem(), path+"[]")
	case *types.Slice, *types.Map, *types.Pointer:
		if w.use != asValue {
			w.refuse(path, t, "keys are strings, integers, bools, and arrays and structs of those", "")
			return
		}
		w.reference(u, t, path)
	default:
		if _, ok := types.Unalias(t).(*types.TypeParam); ok {
			return // the instances are checked
		}
		w.refuse(path, t, w.noData(u), KeepWhatItStandsFor)
	}
}

func (w *walk) noData(u types.Type) string {
	if _, ok := u.(*types.Interface); ok && w.use == asValue {
		return "what it holds is not known before the program runs, and only plain data can be kept in a checkpoint"
	}
	return "only plain data can be kept in a checkpoint"
}

func (w *walk) basic(u *types.Basic, t types.Type, path string) {
	info := u.Info()
	switch {
	case u.Kind() == types.Invalid:
		w.problems = append(w.problems, Problem{Path: path, Type: t, Pos: w.pos, Chain: w.chain, Unknown: true})
	case u.Kind() == types.Uintptr || u.Kind() == types.UnsafePointer:
		w.refuse(path, t, "an address means nothing after a restart", "")
	case info&(types.IsFloat|types.IsComplex) != 0 && w.use != asValue:
		w.refuse(path, t, "floats do not compare well", "round it to an integer")
	}
}

func (w *walk) structure(u *types.Struct, t types.Type, path string) {
	pos, chain := w.pos, w.chain
	defer func() { w.pos, w.chain = pos, chain }()
	for f := range u.Fields() {
		if f.Name() == "_" {
			continue
		}
		w.pos, w.chain = pos, chain
		field := path + "." + f.Name()
		if w.local(f) {
			w.pos = f.Pos()
			w.chain = append(slices.Clip(chain), diag.Cause{
				Pos: w.pkg.Fset.Position(f.Pos()), Text: fmt.Sprintf("%s is %s", field, w.TypeName(f.Type())),
			})
		} else if !f.Exported() {
			w.refuse(path, t, "its field "+f.Name()+" is not exported", "keep what is needed of it in a type of your own")
			return
		}
		w.visit(f.Type(), field)
	}
}

func (w *walk) reference(u, t types.Type, path string) {
	switch u := u.(type) {
	case *types.Slice:
		w.visit(u.Elem(), path+"[]")
	case *types.Map:
		w.mapKey(u, t, path)
		w.visit(u.Elem(), path+"[]")
	case *types.Pointer:
		w.visit(u.Elem(), path)
	}
}

// mapKey checks the keys of a map. A time may be one, since it can be seen when it is written whether it will be found again.
func (w *walk) mapKey(u *types.Map, t types.Type, path string) {
	switch k := u.Key().Underlying().(type) {
	case *types.Basic:
		if k.Info()&(types.IsFloat|types.IsComplex) != 0 && w.Own(u.Key()) == None {
			w.refuse(path, t, "its keys are floats, which do not compare well: NaN is never found again", "round them to integers")
			return
		}
	case *types.Interface:
		if _, ok := types.Unalias(u.Key()).(*types.TypeParam); !ok {
			w.refuse(path, t, "what its keys hold is not known before the program runs", "give the keys a type")
			return
		}
	}
	if IsTime(u.Key()) {
		return
	}
	outer := w.use
	w.use = asMapKey
	w.visit(u.Key(), path+"[key]")
	w.use = outer
}

func (w *walk) local(obj types.Object) bool { return obj.Pkg() == w.pkg.Types }

// TypeName writes a type as the user would.
func (f *Forms) TypeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == f.pkg.Types {
			return ""
		}
		return p.Name()
	})
}
