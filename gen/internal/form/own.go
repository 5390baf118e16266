package form

import (
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// Own is the codec that a type brings along, if it is used.
type Own int

const (
	// None is that of a type which is written by its fields.
	None Own = iota
	// Msgpack is EncodeMsgpack and DecodeMsgpack, as the user wrote them.
	Msgpack
	// Binary is encoding.BinaryMarshaler and BinaryUnmarshaler.
	Binary
	// Text is encoding.TextMarshaler and TextUnmarshaler.
	Text
)

// String is what the schema calls a codec.
func (o Own) String() string { return [...]string{"", "msgpack", "binary", "text"}[o] }

// halves are the names of a codec's methods.
func (o Own) halves() (write, read string) {
	switch o {
	case Msgpack:
		return "EncodeMsgpack", "DecodeMsgpack"
	case Binary:
		return "MarshalBinary", "UnmarshalBinary"
	default:
		return "MarshalText", "UnmarshalText"
	}
}

// methods says which halves of a codec a type has.
type methods struct{ write, read bool }

func (m methods) whole() bool { return m.write && m.read }
func (m methods) half() bool  { return m.write != m.read }

// lacks is the name of the half that is not there.
func (m methods) lacks(o Own) (has, lacks string) {
	write, read := o.halves()
	if m.write {
		return write, read
	}
	return read, write
}

// methodsOf looks for the methods that t declares itself: one that is promoted from an embedded field would forget the other fields.
// Those that we generated do not count.
func (f *Forms) methodsOf(t *types.Named, o Own) methods {
	write, read := o.halves()
	var m methods
	for method := range t.Methods() {
		switch name := method.Name(); {
		case name != write && name != read || !fits(method.Signature(), o, name == write) || f.generated(method):
		case name == write:
			m.write = true
		default:
			m.read = true
		}
	}
	return m
}

// misfit is the name of a method that is called as one of msgpack's and is none, "" if there is none. The methods of the package's own types
// could not be generated beside it.
func (f *Forms) misfit(t *types.Named) string {
	write, read := Msgpack.halves()
	for method := range t.Methods() {
		name := method.Name()
		if (name == write || name == read) && !fits(method.Signature(), Msgpack, name == write) {
			return name
		}
	}
	return ""
}

// generated reports whether we wrote the method.
func (f *Forms) generated(m *types.Func) bool {
	return load.IsGeneratedFile(f.pkg.Fset.Position(m.Pos()).Filename)
}

// fits reports whether a method has the signature that the interface of the codec asks for.
func fits(s *types.Signature, o Own, write bool) bool {
	var params, results []types.Type
	for v := range s.Params().Variables() {
		params = append(params, v.Type())
	}
	for v := range s.Results().Variables() {
		results = append(results, v.Type())
	}
	failing := func(t []types.Type) bool {
		return len(t) > 0 && types.Identical(t[len(t)-1], types.Universe.Lookup("error").Type())
	}
	switch {
	case o == Msgpack && write:
		return len(params) == 1 && isMsgpack(params[0], "Encoder") && len(results) == 1 && failing(results)
	case o == Msgpack:
		return len(params) == 1 && isMsgpack(params[0], "Decoder") && len(results) == 1 && failing(results)
	case write:
		return len(params) == 0 && len(results) == 2 && isBytes(results[0]) && failing(results)
	}
	return len(params) == 1 && isBytes(params[0]) && len(results) == 1 && failing(results)
}

func isBytes(t types.Type) bool {
	return types.Identical(t, types.NewSlice(types.Typ[types.Uint8]))
}

func isMsgpack(t types.Type, name string) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "github.com/vmihailenco/msgpack/v5"
}
