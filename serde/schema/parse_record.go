package schema

// record reads the fields behind an opening brace.
func (p *textParser) record(t *Type) {
	if p.accept("}") {
		return
	}
	names := map[string]bool{} // those that the record has or had
	unique := func(off int, name string) string {
		if name == "" {
			p.failAt(off, "expected the name of a field")
		}
		if names[name] {
			p.failAt(off, "field %s stands twice", name)
		}
		names[name] = true
		return name
	}
	for {
		if p.accept("-") {
			off := p.off
			name := p.name()
			t.Removed = append(t.Removed, unique(off, name))
		} else {
			t.Fields = append(t.Fields, p.field(unique))
		}
		if p.accept("}") {
			break
		}
		p.expect(", ")
	}
}

func (p *textParser) field(unique func(int, string) string) Field {
	off := p.off
	name := p.name()
	f := Field{Name: unique(off, name)}
	p.expect(" ")
	f.Type = p.typ()
	if p.accept(" was ") {
		for {
			off = p.off
			name = p.name()
			f.Was = append(f.Was, unique(off, name))
			if !p.accept("|") {
				break
			}
		}
	}
	return f
}
