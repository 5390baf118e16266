package serde

import "fmt"

// Parser reads msgpack values one after the other from a byte slice. The zero value
// reads an empty input.
//
// Its error is sticky: the first value that does not fit stops it, from then on
// every method returns the zero value and moves nothing, [Parser.Len] is 0, and
// [Parser.Err] says what was wrong. So generated code reads a whole struct and asks
// once. A loop over the elements of a container must ask each time, so that it does
// not count to the end of a length that a damaged input made up.
//
// Whatever the input, no method panics, and none allocates more than a small
// multiple of the input's length.
type Parser struct {
	b       []byte
	off     int
	granted uint64 // bytes that Cap has allowed to be allocated so far
	depth   int    // of values of types that contain themselves
	err     error
}

// NewParser returns a parser of b. It never changes b and keeps no reference to it
// in what it returns.
func NewParser(b []byte) Parser { return Parser{b: b} }

// Reset makes p read b from its start, as if it were new.
func (p *Parser) Reset(b []byte) { *p = Parser{b: b} }

// Err returns what stopped the parser, a *[ParseError], or nil.
func (p *Parser) Err() error { return p.err }

// Offset returns how many bytes have been read. After an error it is where the
// value starts that was wrong.
func (p *Parser) Offset() int { return p.off }

// Len returns how many bytes remain, 0 after an error.
func (p *Parser) Len() int { return len(p.b) - p.off }

// Done returns the error that stopped the parser, or one if bytes remain that
// nobody has read.
func (p *Parser) Done() error {
	if n := p.Len(); n > 0 {
		p.mismatch(p.off, "the end of the input", fmt.Sprintf("%d more bytes", n))
	}
	return p.err
}

// Nil reports whether the next value is nil, and reads it only then. It is asked
// before a pointer, slice or map.
func (p *Parser) Nil() bool {
	if p.off < len(p.b) && p.b[p.off] == codeNil {
		p.off++
		return true
	}
	return false
}

// Bool reads a bool.
func (p *Parser) Bool() bool {
	if i := p.off; i < len(p.b) && p.b[i]|1 == codeTrue {
		p.off++
		return p.b[i] == codeTrue
	}
	p.unexpected("a bool")
	return false
}

// body reads the value that the parser stands before if head and n more bytes of it
// are there, and returns these n bytes.
func (p *Parser) body(head, n int, expected string) ([]byte, bool) {
	if uint64(head)+uint64(n) > uint64(p.Len()) {
		p.truncated(expected)
		return nil, false
	}
	start := p.off + head
	p.off = start + n
	return p.b[start:p.off:p.off], true
}
