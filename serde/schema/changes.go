package schema

import "slices"

// Changes says in words what a plan between two schemas does, a line for each place, with paths that begin with the name of the state: what is new,
// renamed or dropped. It says nothing where the forms are the same, nor of what [Resolve] refuses.
func Changes(writer, reader *Schema, state string) []string {
	c := &changes{seen: map[[2]*Type]bool{}}
	w, d := writer.Value, reader.Value
	switch old, now := expiring(w), expiring(d); {
	case old != nil && now != nil:
		w, d = old, now
	case old != nil:
		w = old
		c.say(state, "has no time to live any more")
	case now != nil:
		d = now
		c.say(state, "has a time to live now, and was never touched")
	}
	c.compare(w, d, state)
	return c.lines
}

type changes struct {
	lines []string
	seen  map[[2]*Type]bool // pairs that were compared: types that contain themselves end there
}

func (c *changes) say(path, what string) { c.lines = append(c.lines, path+" "+what) }

func (c *changes) compare(w, d *Type, path string) {
	if w.Kind != d.Kind || c.seen[[2]*Type{w, d}] {
		return
	}
	c.seen[[2]*Type{w, d}] = true
	switch w.Kind {
	case Array, Slice, Map:
		c.compare(w.Elem, d.Elem, path+"[]")
	case Pointer:
		c.compare(w.Elem, d.Elem, path)
	case Record:
		c.record(w, d, path)
	}
}

func (c *changes) record(w, d *Type, path string) {
	var kept []int
	for _, f := range d.Fields {
		i := find(w, f)
		if i < 0 {
			c.say(path+"."+f.Name, "is new and begins as zero")
			continue
		}
		kept = append(kept, i)
		if w.Fields[i].Name != f.Name {
			c.say(path+"."+f.Name, "was "+w.Fields[i].Name)
		}
		c.compare(w.Fields[i].Type, f.Type, path+"."+f.Name)
	}
	for i, f := range w.Fields {
		if !slices.Contains(kept, i) {
			c.say(path+"."+f.Name, "is dropped")
		}
	}
	if !slices.IsSorted(kept) {
		c.say(path, "has its fields in another order")
	}
}
