package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/serde"
)

// String is the text that [Parse] reads.
func (s *Schema) String() string { return s.text(&writer{past: true}) }

// Recorded is the text without what the reader says of the past: what a checkpoint and a record hold.
func (s *Schema) Recorded() string { return s.text(&writer{}) }

// Fingerprint is the same for schemas under which equal values have equal bytes, today and in every later version. Labels, former names and
// removals have no part in it.
func (s *Schema) Fingerprint() uint64 { return serde.HashString(s.canonical()) }

// canonical is the text of all schemas that are the same but for labels and the past.
func (s *Schema) canonical() string { return s.text(&writer{numbered: true}) }

// Recorded is the text of a schema without what the reader says of the past. What is no schema stays as it is.
func Recorded(text string) string {
	if !strings.Contains(text, " was ") && !strings.Contains(text, "-") {
		return text
	}
	s, err := Parse(text)
	if err != nil {
		return text
	}
	return s.Recorded()
}

func (s *Schema) text(w *writer) string {
	if s.Key != nil {
		w.typ(s.Key)
		w.b.WriteString(": ")
	}
	w.typ(s.Value)
	return w.b.String()
}

// String is the type's text, as it stands in a schema.
func (t *Type) String() string {
	w := &writer{past: true}
	w.typ(t)
	return w.b.String()
}

// writer writes schemas.
type writer struct {
	b        strings.Builder
	past     bool // with former names and removals
	numbered bool // labels are numbers
	short    bool // structs without their fields
	around   []*Type
}

func (w *writer) typ(t *Type) {
	if t.Label != "" {
		if i := slices.Index(w.around, t); i >= 0 {
			w.b.WriteString("^" + w.label(i))
			return
		}
		w.around = append(w.around, t)
		defer func() { w.around = w.around[:len(w.around)-1] }()
		w.b.WriteString(w.label(len(w.around)-1) + "=")
	}
	switch t.Kind {
	case Basic:
		w.b.WriteString(t.Name)
	case ByteArray:
		w.b.WriteString("bytes[" + strconv.Itoa(t.Len) + "]")
	case Slice:
		w.b.WriteString("[]")
		w.typ(t.Elem)
	case Array:
		w.b.WriteString("[" + strconv.Itoa(t.Len) + "]")
		w.typ(t.Elem)
	case Map:
		w.b.WriteString("map[")
		w.typ(t.Key)
		w.b.WriteString("]")
		w.typ(t.Elem)
	case Pointer:
		w.b.WriteString("*")
		w.typ(t.Elem)
	case Record:
		w.record(t)
	case Own:
		w.b.WriteString(t.Codec + "(" + t.Name + ")")
	}
}

func (w *writer) label(i int) string {
	if w.numbered {
		return strconv.Itoa(i)
	}
	return w.around[i].Label
}

func (w *writer) record(t *Type) {
	if w.short && len(t.Fields) > 0 {
		w.b.WriteString("{…}")
		return
	}
	w.b.WriteString("{")
	for i, f := range t.Fields {
		if i > 0 {
			w.b.WriteString(", ")
		}
		w.b.WriteString(f.Name + " ")
		w.typ(f.Type)
		if w.past && len(f.Was) > 0 {
			w.b.WriteString(" was " + strings.Join(f.Was, "|"))
		}
	}
	if w.past {
		for i, name := range t.Removed {
			if i > 0 || len(t.Fields) > 0 {
				w.b.WriteString(", ")
			}
			w.b.WriteString("-" + name)
		}
	}
	w.b.WriteString("}")
}
