package schema

import (
	"slices"
	"strings"

	"github.com/streamgen/streamgen/serde"
)

// Resolve finds out how values of the writer's form become values of the reader's. What is in both keeps its value, what the reader alone
// has is zero, and what the writer alone has is dropped where the reader consents. Fields are matched by name: a field that the writer does not
// have is looked for under its former names. Anything else that differs is an error, an *[IncompatibleError] with all of it.
func Resolve(writer, reader *Schema) (*Plan, error) {
	r := &resolver{known: map[[2]*Type]*step{}}
	r.keys(writer, reader)
	value := r.state(writer.Value, reader.Value)
	if len(r.differences) > 0 {
		return nil, &IncompatibleError{Differences: r.differences}
	}
	r.settle()
	plan := &Plan{same: value.same}
	if writer.Key != nil {
		plan.parts = append(plan.parts, part{step: &step{same: true}})
	}
	plan.parts = append(plan.parts, part{step: value})
	return plan, nil
}

// expiring returns the state in {state S, touched int64}, nil if t is another form.
func expiring(t *Type) *Type {
	if t.Kind == Record && t.Label == "" && len(t.Fields) == 2 && t.Fields[0].Name == "state" && t.Fields[1].Name == "touched" && t.Fields[1].Type.Name == "int64" {
		return t.Fields[0].Type
	}
	return nil
}

// state compares states. One may have a time to live, and the other none: then what is there was never touched.
func (r *resolver) state(writer, reader *Type) *step {
	w, d := expiring(writer), expiring(reader)
	if w == nil && d == nil {
		return r.resolve(writer, reader, "")
	}
	s := &step{kind: Record, same: w != nil && d != nil, header: []byte{}}
	switch {
	case w == nil:
		s.kind, s.header = bare, serde.AppendArray(nil, 2)
		s.written = []*step{r.resolve(writer, d, "")}
		s.fields = []field{{from: 0}, {from: -1, zero: serde.AppendInt(nil, 0)}}
	case d == nil:
		s.written, s.fields = []*step{r.resolve(w, reader, ""), nil}, []field{{from: 0}}
	default:
		s.header = serde.AppendArray(nil, 2)
		s.written, s.fields = []*step{r.resolve(w, d, ""), {same: true}}, []field{{from: 0}, {from: 1}}
	}
	r.steps = append(r.steps, s)
	return s
}

// resolver compares two schemas.
type resolver struct {
	// known are the pairs that were seen: types that contain themselves end there.
	known       map[[2]*Type]*step
	steps       []*step
	differences []Difference
}

func (r *resolver) differ(path string, w, d *Type) {
	r.differences = append(r.differences, Difference{Path: path, Writer: shorten(w), Reader: shorten(d)})
}

// keys must be equal: the hash of a key decides which group a state belongs to.
func (r *resolver) keys(writer, reader *Schema) {
	switch w, d := writer.Key, reader.Key; {
	case w == nil && d == nil:
	case w == nil:
		r.differences = append(r.differences, Difference{Path: "[key]", Writer: "none", Reader: shorten(d), Frozen: true})
	case d == nil:
		r.differences = append(r.differences, Difference{Path: "[key]", Writer: shorten(w), Reader: "none", Frozen: true})
	case !identical(w, d):
		r.differences = append(r.differences, Difference{Path: "[key]", Writer: shorten(w), Reader: shorten(d), Frozen: true})
	}
}

func identical(a, b *Type) bool {
	return (&Schema{Value: a}).canonical() == (&Schema{Value: b}).canonical()
}

// resolve compares one type of each. The step that it returns is not to be asked before settle whether it is the same.
func (r *resolver) resolve(w, d *Type, path string) *step {
	pair := [2]*Type{w, d}
	if s := r.known[pair]; s != nil {
		return s
	}
	s := &step{kind: w.Kind, same: true}
	r.known[pair] = s
	r.steps = append(r.steps, s)
	if w.Kind != d.Kind {
		r.differ(path, w, d)
		return s
	}
	switch w.Kind {
	case Basic:
		if w.Name != d.Name && !bothTimers(w.Name, d.Name) {
			r.differ(path, w, d)
		}
	case ByteArray, Own:
		if w.Name != d.Name || w.Codec != d.Codec || w.Len != d.Len {
			r.differ(path, w, d)
		}
	case Array:
		if w.Len != d.Len {
			r.differ(path, w, d)
			return s
		}
		s.elem = r.resolve(w.Elem, d.Elem, path+"[]")
	case Slice:
		s.elem = r.resolve(w.Elem, d.Elem, path+"[]")
	case Map:
		if !identical(w.Key, d.Key) {
			r.differences = append(r.differences, Difference{Path: path + "[key]", Writer: shorten(w.Key), Reader: shorten(d.Key), Frozen: true})
		}
		s.elem = r.resolve(w.Elem, d.Elem, path+"[]")
	case Pointer:
		s.elem = r.resolve(w.Elem, d.Elem, path)
	case Record:
		r.record(s, w, d, path)
	}
	return s
}

// bothTimers reports whether two types are timers that may be of one time, since one of them does not say which it is.
func bothTimers(a, b string) bool {
	isTimer := func(name string) bool { return strings.HasPrefix(name+".", anyTimer+".") }
	return isTimer(a) && isTimer(b) && (a == anyTimer || b == anyTimer)
}

// record matches the fields of two records.
func (r *resolver) record(s *step, w, d *Type, path string) {
	if path != "" {
		path += "."
	}
	s.written = make([]*step, len(w.Fields))
	s.header = serde.AppendArray(nil, len(d.Fields))
	kept := make([]bool, len(w.Fields))
	s.same = len(w.Fields) == len(d.Fields)
	for k, f := range d.Fields {
		i := find(w, f)
		if i < 0 {
			zero, ok := appendZero(nil, f.Type)
			if !ok {
				r.differences = append(r.differences, Difference{Path: path + f.Name, Reader: shorten(f.Type)})
			}
			s.fields = append(s.fields, field{from: -1, zero: zero})
			continue
		}
		kept[i] = true
		s.written[i] = r.resolve(w.Fields[i].Type, f.Type, path+f.Name)
		s.fields = append(s.fields, field{from: i})
		s.same = s.same && i == k
	}
	for i, f := range w.Fields {
		if !kept[i] && !slices.Contains(d.Removed, f.Name) {
			r.differences = append(r.differences, Difference{Path: path + f.Name, Writer: shorten(f.Type)})
		}
	}
}

// find returns which of the writer's fields becomes f: the one of its name or else of a former name, -1 if there is none.
func find(w *Type, f Field) int {
	for _, name := range append([]string{f.Name}, f.Was...) {
		if i := slices.IndexFunc(w.Fields, func(o Field) bool { return o.Name == name }); i >= 0 {
			return i
		}
	}
	return -1
}

// settle finds out which steps change nothing. A type that contains itself is the same until something in it differs.
func (r *resolver) settle() {
	for again := true; again; {
		again = false
		for _, s := range slices.Backward(r.steps) {
			if s.same && (s.elem != nil && !s.elem.same || slices.ContainsFunc(s.written, func(f *step) bool { return f == nil || !f.same })) {
				s.same, again = false, true
			}
		}
	}
}
