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
}

// structs returns the declarations of n struct types, T0 to Tn-1. Each may contain those before it, and itself behind a pointer, a
// slice or a map.
func (w *typeWriter) structs(n int) string {
	var b strings.Builder
	b.WriteString("type Kind int16\n\ntype Name string\n\ntype Flag bool\n\ntype Celsius float32\n\ntype Names []Name\n\ntype Digest [6]byte\n\ntype Index map[Kind]string\n\ntype Blob []byte\n\n")
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
	return w.pick("string", "bool", "int", "int8", "int64", "uint16", "uint64", "Kind", "Name", "Flag", "runtime.Time")
}

// typ is a type of at most the given depth.
func (w *typeWriter) typ(depth int) string {
	if depth == 0 {
		return w.basic()
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
		return w.pick("[]byte", "[5]byte", "Blob", "Digest", "Names", "Index")
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
	if w.done == 0 {
		return "string"
	}
	return fmt.Sprint("T", w.r.IntN(w.done))
}
