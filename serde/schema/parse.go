package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says where a text is no schema.
type SyntaxError struct {
	Text    string
	Offset  int // in bytes
	Message string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	const around = 20
	rest := e.Text[e.Offset:]
	if len(rest) > around {
		rest = strings.ToValidUTF8(rest[:around], "") + "…"
	}
	if rest == "" {
		return fmt.Sprintf("schema at offset %d, its end: %s", e.Offset, e.Message)
	}
	return fmt.Sprintf("schema at offset %d, before %q: %s", e.Offset, rest, e.Message)
}

const (
	// maxDepth is how deep types may be nested. No program's are, and a text must not use up the stack.
	maxDepth = 500
	maxLen   = 1<<31 - 1
)

// Parse reads a schema. Its error is a *[SyntaxError].
func Parse(text string) (s *Schema, err error) {
	p := &textParser{text: text}
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(*SyntaxError)
			if !ok {
				panic(r)
			}
			s, err = nil, stop
		}
	}()
	s = &Schema{Value: p.typ()}
	if p.accept(": ") {
		s.Key, s.Value = s.Value, p.typ()
	}
	if p.off < len(text) {
		p.fail("expected the end")
	}
	return s, nil
}

// textParser reads by recursive descent. It stops by a panic with a *SyntaxError.
type textParser struct {
	text   string
	off    int
	depth  int
	labels []*label
	// indirect counts the slices, maps and pointers around the place.
	indirect int
}

// label is a type that may stand inside itself.
type label struct {
	name     string
	t        *Type
	indirect int
	used     bool
	pointers []int // where it stands behind a pointer, before it is known what it is
}

func (p *textParser) fail(format string, args ...any) {
	p.failAt(p.off, format, args...)
}

func (p *textParser) failAt(off int, format string, args ...any) {
	panic(&SyntaxError{Text: p.text, Offset: off, Message: fmt.Sprintf(format, args...)})
}

func (p *textParser) accept(s string) bool {
	if strings.HasPrefix(p.text[p.off:], s) {
		p.off += len(s)
		return true
	}
	return false
}

func (p *textParser) expect(s string) {
	if !p.accept(s) {
		p.fail("expected %q", s)
	}
}

// name reads an identifier, "" if there is none.
func (p *textParser) name() string {
	start := p.off
	for p.off < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.off:])
		if r != '_' && !unicode.IsLetter(r) && (p.off == start || !unicode.IsDigit(r)) || r == utf8.RuneError {
			break
		}
		p.off += n
	}
	return p.text[start:p.off]
}

func (p *textParser) length() int {
	start := p.off
	for p.off < len(p.text) && p.text[p.off] >= '0' && p.text[p.off] <= '9' {
		p.off++
	}
	n, err := strconv.Atoi(p.text[start:p.off])
	if err != nil || n > maxLen || strconv.Itoa(n) != p.text[start:p.off] {
		p.failAt(start, "expected a length up to %d", maxLen)
	}
	return n
}

func (p *textParser) typ() *Type {
	if p.depth++; p.depth > maxDepth {
		p.fail("types are nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("{"):
		t := &Type{Kind: Record}
		p.record(t)
		return t
	case p.accept("[]"):
		return p.into(&Type{Kind: Slice})
	case p.accept("map["):
		return p.mapping(&Type{Kind: Map})
	case p.accept("["):
		t := &Type{Kind: Array, Len: p.length()}
		p.expect("]")
		t.Elem = p.typ()
		return t
	case p.accept("*"):
		return p.pointer(&Type{Kind: Pointer})
	case p.accept("^"):
		return p.again(false)
	}
	return p.named()
}

// named reads what begins with a name.
func (p *textParser) named() *Type {
	start := p.off
	name := p.name()
	if name == anyTimer && p.accept(".") {
		name += "." + p.name()
	}
	switch {
	case name == "":
		p.fail("expected a type")
	case p.accept("="):
		return p.labelled(name)
	case name == "bytes" && p.accept("["):
		t := &Type{Kind: ByteArray, Len: p.length()}
		p.expect("]")
		return t
	case zero(name) != nil:
		return &Type{Kind: Basic, Name: name}
	case slices.Contains([]string{"msgpack", "binary", "text"}, name) && p.accept("("):
		return &Type{Kind: Own, Codec: name, Name: p.path()}
	}
	p.failAt(start, "unknown type %s", name)
	return nil
}

// path reads up to the closing parenthesis.
func (p *textParser) path() string {
	start, open := p.off, 1
	for ; p.off < len(p.text); p.off++ {
		switch c := p.text[p.off]; {
		case c < ' ':
			p.fail("a type's path has no control characters")
		case c == '(':
			open++
		case c == ')':
			if open--; open == 0 {
				if p.off == start {
					p.fail("expected the path of a type")
				}
				p.off++
				return p.text[start : p.off-1]
			}
		}
	}
	p.fail("expected %q", ")")
	return ""
}

// into reads what a reference holds.
func (p *textParser) into(t *Type) *Type {
	p.indirect++
	t.Elem = p.typ()
	p.indirect--
	return t
}

func (p *textParser) mapping(t *Type) *Type {
	t.Key = p.typ()
	p.expect("]")
	return p.into(t)
}

// pointer reads what a pointer points to. Nil is written as the nil of a pointer, slice or map inside would be.
func (p *textParser) pointer(t *Type) *Type {
	start := p.off
	p.indirect++
	defer func() { p.indirect-- }()
	if p.accept("^") {
		t.Elem = p.again(true)
		return t
	}
	t.Elem = p.typ()
	if t.Elem.nilable() {
		p.failAt(start, "a nil inside could not be told from a nil outside")
	}
	return t
}

func (t *Type) nilable() bool {
	return t.Kind == Pointer || t.Kind == Slice || t.Kind == Map || t.Kind == Basic && t.Name == "bytes"
}

// labelled reads a type that contains itself.
func (p *textParser) labelled(name string) *Type {
	// The node is there before it is filled, for what is inside to point to.
	l := &label{name: name, t: &Type{}, indirect: p.indirect}
	p.labels = append(p.labels, l)
	start := p.off
	if p.accept("^") {
		p.failAt(start, "%s is no type of its own", name)
	}
	t := p.typ()
	if t.Label != "" {
		p.failAt(start, "%s is no type of its own", name)
	}
	*l.t = *t
	p.labels = p.labels[:len(p.labels)-1]
	if len(l.pointers) > 0 && l.t.nilable() {
		p.failAt(l.pointers[0], "a nil inside could not be told from a nil outside")
	}
	if l.used {
		l.t.Label = name
	}
	return l.t
}

// again finds the type that the place, behind a ^, is inside of.
func (p *textParser) again(behindPointer bool) *Type {
	start := p.off - 1
	name := p.name()
	for _, l := range slices.Backward(p.labels) {
		if l.name != name {
			continue
		}
		if l.indirect == p.indirect {
			p.failAt(start, "%s contains itself without a slice, map or pointer between", name)
		}
		if behindPointer {
			l.pointers = append(l.pointers, start)
		}
		l.used = true
		return l.t
	}
	p.failAt(start, "no type around is called %q", name)
	return nil
}
