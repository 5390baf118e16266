package schema

import "slices"

// Common is what two schemas have in common: that of b without the fields that a has not, at every depth. Values of both can be brought into it
// by a [Plan], which drops the others: so they are compared although the program has changed. What is in both, but of another type, stays as
// it is in b, and [Resolve] refuses it.
func Common(a, b *Schema) *Schema {
	c := &intersection{known: map[[2]*Type]*Type{}}
	from, to := a.Value, b.Value
	if x, y := expiring(from), expiring(to); (x == nil) != (y == nil) { // only one has a time to live
		if x != nil {
			from = x
		} else {
			to = y
		}
	}
	return &Schema{Key: b.Key, Value: c.typ(from, to)}
}

// intersection builds types that are in common.
type intersection struct {
	// known are the pairs that were seen: types that contain themselves end there.
	known map[[2]*Type]*Type
}

func (c *intersection) typ(a, b *Type) *Type {
	if a.Kind != b.Kind {
		return b
	}
	pair := [2]*Type{a, b}
	if t := c.known[pair]; t != nil {
		return t
	}
	t := new(Type)
	c.known[pair] = t
	*t = *b
	switch b.Kind {
	case Slice, Array, Map, Pointer:
		t.Elem = c.typ(a.Elem, b.Elem)
	case Record:
		t.Fields = nil
		for _, f := range b.Fields {
			if i := slices.IndexFunc(a.Fields, func(o Field) bool { return o.Name == f.Name }); i >= 0 {
				t.Fields = append(t.Fields, Field{Name: f.Name, Type: c.typ(a.Fields[i].Type, f.Type)})
			} else {
				t.Removed = append(t.Removed, f.Name)
			}
		}
		for _, f := range a.Fields {
			if !slices.ContainsFunc(b.Fields, func(o Field) bool { return o.Name == f.Name }) {
				t.Removed = append(t.Removed, f.Name)
			}
		}
	}
	return t
}
