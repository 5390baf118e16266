package generated

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// typeWriter writes random struct types.
type typeWriter struct {
	r *rand.Rand
	// done is how many types may be referred to.
	done int
	// rich says that types are drawn of everything that can be written, and not only of what vmihailenco/msgpack writes alike. There are
	// so many plain ones then.
	rich  bool
	plain int
}

// structs returns the declarations of n struct types, T0 to Tn-1. Each may contain those before it, and itself behind a pointer, a
// slice or a map.
func (w *typeWriter) structs(n int) string {
	var b strings.Builder
	b.WriteString("type Kind int16\n\ntype Name string\n\ntype Flag bool\n\ntype Celsius float32\n\ntype Names []Name\n\ntype Digest [6]byte\n\ntype Index map[Kind]string\n\ntype Blob []byte\n\ntype Grade uint8\n\n")
	for i := range n {
		fmt.Fprintf(&b, "type T%d struct {\n", i)
		for f := range 1 + w.r.IntN(8) {
			fmt.Fprintf(&b, "\tF%d %s\n", f, w.typ(3))
		}
		if w.r.IntN(4) == 0 {
			fmt.Fprintf(&b, "\tSelf %s\n", strings.ReplaceAll(w.pick("*X", "[]X", "map[string]X", "map[int]*X", "[]*X"), "X", fmt.Sprint("T", i)))
		}
		b.WriteString("}\n\n")
		w.done++
	}
	return b.String()
}

func (w *typeWriter) pick(choices ...string) string { return choices[w.r.IntN(len(choices))] }

func (w *typeWriter) basic() string {
	return w.pick("bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
		"string", "Kind", "Name", "Flag", "Celsius", "time.Duration", "runtime.Time")
}

func (w *typeWriter) key() string {
	if w.rich && w.r.IntN(2) == 0 {
		return w.pick("Place", "[2]int8", "[3]byte", "[2]Grade", "time.Time", "netip.Addr", "Measure", "Tag", "lib.Point", "Pair[Kind, Place]",
			"struct {\n\tA Name\n\tB [2]bool\n}")
	}
	return w.pick("string", "bool", "int", "int8", "int64", "uint16", "uint64", "Kind", "Name", "Flag", "runtime.Time")
}

// typ is a type of at most the given depth.
func (w *typeWriter) typ(depth int) string {
	if depth == 0 {
		return w.basic()
	}
	if w.rich && w.r.IntN(2) == 0 {
		return w.richType(depth)
	}
	switch w.r.IntN(12) {
	case 0:
		return "[]" + w.element(depth)
	case 1:
		return fmt.Sprintf("[%d]%s", w.r.IntN(4), w.element(depth))
	case 2:
		return "map[" + w.key() + "]" + w.typ(depth-1)
	case 3:
		return "*" + w.pick(w.basic(), w.structure(), "time.Time", fmt.Sprintf("[%d]%s", w.r.IntN(3), w.element(depth)))
	case 4:
		return w.structure()
	case 5:
		return w.pick("[]byte", "[5]byte", "Blob", "Digest", "Names", "Index", "[]Grade", "[2][3]byte", "[][2]byte")
	case 6:
		return "time.Time"
	case 7:
		return "struct {\n\tA " + w.typ(depth-1) + "\n\tB " + w.typ(depth-1) + "\n}"
	}
	return w.basic()
}

// element is what a slice or an array may hold.
func (w *typeWriter) element(depth int) string { return w.typ(depth - 1) }

// structure is one of the types that there are.
func (w *typeWriter) structure() string {
	if w.rich && (w.done == 0 || w.r.IntN(2) == 0) {
		return fmt.Sprint("T", w.r.IntN(w.plain))
	}
	if w.done == 0 {
		return "string"
	}
	return w.name(w.r.IntN(w.done))
}

func (w *typeWriter) name(i int) string {
	if w.rich {
		return fmt.Sprint("R", i)
	}
	return fmt.Sprint("T", i)
}

// richType is a type that vmihailenco/msgpack does not write, or not alike.
func (w *typeWriter) richType(depth int) string {
	switch w.r.IntN(10) {
	case 0:
		return w.pick("netip.Addr", "netip.Prefix", "big.Int", "*big.Int", "*big.Rat", "url.URL", "*url.URL", "Multi", "*Multi", "Measure", "Tag", "Lazy")
	case 1:
		return "*" + w.pick("[]", "*", "map[string]", "map[Kind]", "*[]") + w.typ(depth-1)
	case 2:
		return w.pick("Pair", "lib.Pair") + "[" + w.typ(depth-1) + ", " + w.typ(depth-1) + "]"
	case 3:
		return w.pick("Tree", "Rose", "Link", "Even", "*Odd", "lib.Ring[int]", "*lib.Ring[Place]", "lib.Point", "Chain[string]", "[]Chain[Kind]")
	case 4:
		return w.pick("complex64", "complex128", "Wave", "[]complex128")
	case 5:
		return "struct {\n\ta " + w.typ(depth-1) + "\n\t_ int\n\tb " + w.typ(depth-1) + "\n}"
	case 6:
		return w.pick("sql.NullString", "sql.Null[time.Time]", "json.RawMessage", "time.Month", "Alias", "AliasOf[bool]", "map[string]struct{}", "[2]struct{}")
	case 7:
		return "map[" + w.key() + "]" + w.typ(depth-1)
	}
	return w.pick("[]", "[2]", "*[3]") + w.pick("Grade", w.typ(depth-1), "[3]Grade")
}

// richPreamble declares what richType refers to.
const richPreamble = `
type (
	Place struct {
		X, Y int8
		tag  Name
	}
	Pair[A, B any] struct {
		a A
		B B
	}
	Tree         map[string]Tree
	Rose         []Rose
	Link         *Link
	Even         struct{ Next *Odd }
	Odd          struct{ Next []Even }
	Chain[T any] struct {
		value T
		Next  *Chain[T]
	}
	Wave           complex64
	Alias          = Pair[Name, *lib.Point]
	AliasOf[T comparable] = map[T]lib.Pair[T, Wave]
	Base           struct{ Name Name }
)

// Multi writes several values.
type Multi struct {
	N int
	S string
}

func (m Multi) EncodeMsgpack(e *msgpack.Encoder) error  { return e.EncodeMulti(m.N, m.S) }
func (m *Multi) DecodeMsgpack(d *msgpack.Decoder) error { return d.DecodeMulti(&m.N, &m.S) }

// Measure is a float with a codec, so it may be a key.
type Measure float64

func (m Measure) EncodeMsgpack(e *msgpack.Encoder) error { return e.EncodeInt(int64(m)) }

func (m *Measure) DecodeMsgpack(d *msgpack.Decoder) error {
	v, err := d.DecodeInt64()
	*m = Measure(v)
	return err
}

// Tag is written by its text, since what is in it is not known.
type Tag struct{ any any }

func (t Tag) MarshalText() ([]byte, error) {
	s, _ := t.any.(string)
	return []byte(s), nil
}

func (t *Tag) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		t.any = string(text)
	}
	return nil
}

// Lazy is written by what it returns.
type Lazy func() byte

func (l Lazy) MarshalBinary() ([]byte, error) {
	if l == nil {
		return nil, nil
	}
	return []byte{l()}, nil
}

func (l *Lazy) UnmarshalBinary(b []byte) error {
	if len(b) > 1 {
		return errors.New("longer than a byte")
	}
	if len(b) == 1 {
		*l = func() byte { return b[0] }
	}
	return nil
}

`

// richLibrary is the package that richType refers to.
const richLibrary = `package lib

type Point struct{ X, Y int32 }

type Pair[A, B any] struct {
	A A
	B B
}

type Ring[T any] struct {
	Value T
	Next  *Ring[T]
}
`

// richStructs returns the declarations of n struct types, R0 to Rn-1, drawn of everything.
func (w *typeWriter) richStructs(n int) string {
	var b strings.Builder
	w.rich, w.plain, w.done = true, w.done, 0
	b.WriteString(richPreamble)
	for i := range n {
		fmt.Fprintf(&b, "type R%d struct {\n", i)
		if w.r.IntN(3) == 0 {
			fmt.Fprintf(&b, "\t%s\n", w.pick("Base", "*Base", "lib.Point", "*lib.Ring[Base]", "Pair[int, string]", "Tree", "Kind", "Multi", "*Multi", "time.Time"))
		}
		for f := range 1 + w.r.IntN(6) {
			fmt.Fprintf(&b, "\t%s%d %s\n", w.pick("F", "f"), f, w.typ(3))
		}
		if w.r.IntN(3) == 0 {
			fmt.Fprintf(&b, "\tself %s\n", strings.ReplaceAll(w.pick("*X", "[]X", "map[Place]X", "**X", "*[]X", "[2]*X", "Pair[string, *X]", "lib.Ring[[]X]"), "X", w.name(i)))
		}
		b.WriteString("}\n\n")
		w.done++
	}
	return b.String()
}
