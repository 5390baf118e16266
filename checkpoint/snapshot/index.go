package snapshot

import (
	"encoding/binary"
	"math"
)

// indexParser reads an index. Its error is sticky; what it returns after one is zero.
type indexParser struct {
	rest []byte
	end  int64 // offset in the file of the end of the index
	err  error
}

// offset is where in the file the parser stands.
func (p *indexParser) offset() int64 { return p.end - int64(len(p.rest)) }

func (p *indexParser) fail(why string, args ...any) {
	if p.err == nil {
		p.err = damaged(p.offset(), "the index", why, args...)
		p.rest = nil
	}
}

// number reads a number up to limit.
func (p *indexParser) number(what string, limit uint64) uint64 {
	if p.err != nil {
		return 0
	}
	v, n := binary.Uvarint(p.rest)
	switch {
	case n <= 0:
		p.fail("has no whole number for %s", what)
		return 0
	case v > limit:
		p.fail("says %d for %s, more than the %d there can be", v, what, limit)
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

// count reads how many things of at least size bytes each follow: never more than there is room for.
func (p *indexParser) count(what string, size int) int {
	return int(p.number(what, uint64(len(p.rest)/size)))
}

func (p *indexParser) text() string {
	n := p.count("the length of a name", 1)
	s := string(p.rest[:n])
	p.rest = p.rest[n:]
	if s == "" {
		p.fail("has an empty name")
	}
	return s
}

// parseIndex reads the index that lies at the offset. The sections must fill the file from the header to the index without a gap: then
// none can be counted twice, and what a reader allocates for all of them is bounded by the file.
func parseIndex(b []byte, offset int64, version Version) ([]Section, error) {
	const nameSize = 4
	rowSize := 7
	if version < VersionKinds {
		rowSize--
	}
	p := &indexParser{rest: b, end: offset + int64(len(b))}
	names := make([]name, p.count("the number of states", nameSize))
	known := make(map[name]bool, len(names))
	for i := range names {
		names[i] = name{p.text(), p.text()}
		if known[names[i]] {
			p.fail("names state %s of operator %s twice", names[i].state, names[i].operator)
		}
		known[names[i]] = true
	}
	sections := make([]Section, p.count("the number of sections", rowSize))
	seen := make(map[ident]bool, len(sections))
	next := int64(headerSize)
	for i := range sections {
		state := int(p.number("a state's number", uint64(max(len(names), 1)-1)))
		s := Section{offset: next}
		s.Group = int(p.number("a key group", math.MaxInt32))
		s.Entries = int(p.number("the number of entries", math.MaxInt64))
		s.blocks = int(p.number("the number of blocks", uint64(offset-next)/(blockHeaderSize+1)))
		s.Size = int64(p.number("the size of a section", math.MaxInt64))
		s.stored = int64(p.number("the stored size of a section", uint64(offset-next)))
		if version >= VersionKinds {
			s.Kind = Kind(p.number("the kind of a section", uint64(Changed)))
		}
		empty := version >= VersionKinds && s.Kind == Whole && s.Entries == 0 && s.blocks == 0 && s.stored == 0 && s.Size == 0
		switch {
		case p.err != nil:
		case len(names) == 0:
			p.fail("has sections of no state")
		case empty:
		case s.blocks == 0 || s.Entries == 0 || s.stored < int64(s.blocks)*(blockHeaderSize+1):
			p.fail("has a section of %d entries in %d blocks of %d bytes", s.Entries, s.blocks, s.stored)
		case uint64(s.Size) > maxRatio*uint64(s.stored) || int64(s.Entries) > s.Size:
			p.fail("says %d entries of %d bytes for a section stored in %d", s.Entries, s.Size, s.stored)
		}
		if p.err == nil && isTwice(seen, ident{state, s.Group, s.Kind}) {
			p.fail("has state %s of operator %s twice for key group %d", names[state].state, names[state].operator, s.Group)
		}
		if p.err != nil {
			return nil, p.err
		}
		seen[ident{state, s.Group, s.Kind}] = true
		s.Operator, s.State = names[state].operator, names[state].state
		next += s.stored
		sections[i] = s
	}
	switch {
	case p.err != nil:
	case len(p.rest) > 0:
		p.fail("has %d bytes too many", len(p.rest))
	case next != offset:
		p.fail("accounts for the file up to offset %d, but begins itself at %d", next, offset)
	}
	if p.err != nil {
		return nil, p.err
	}
	return sections, nil
}

// isTwice reports whether a section stands beside one of its key group that leaves no room for it: of its own kind, or a whole one beside changes.
func isTwice(seen map[ident]bool, s ident) bool {
	for kind := Whole; kind <= Changed; kind++ {
		if seen[ident{s.name, s.group, kind}] && (kind == s.kind || kind == Whole || s.kind == Whole) {
			return true
		}
	}
	return false
}
