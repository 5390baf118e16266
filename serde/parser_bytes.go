package serde

import (
	"encoding/binary"
	"fmt"
)

// String reads a string and copies it. It takes any bytes, valid UTF-8 or not.
func (p *Parser) String() string {
	const expected = "a string"
	if p.off >= len(p.b) {
		p.unexpected(expected)
		return ""
	}
	c := p.b[p.off]
	if c&^(fixStrLen-1) == codeFixStr {
		body, _ := p.body(1, int(c&(fixStrLen-1)), expected)
		return string(body)
	}
	if c < codeStr8 || c > codeStr32 {
		p.unexpected(expected)
		return ""
	}
	body, _ := p.sized(c-codeStr8, expected)
	return string(body)
}

// Bytes reads bytes and copies them; nil gives nil.
func (p *Parser) Bytes() []byte {
	if p.Nil() {
		return nil
	}
	body, ok := p.binary()
	if !ok {
		return nil
	}
	v := make([]byte, len(body))
	copy(v, body)
	return v
}

// BytesInto reads bytes into v, an array's slice; another length than v's stops the
// parser and leaves v as it was.
func (p *Parser) BytesInto(v []byte) {
	at := p.off
	body, ok := p.binary()
	if !ok {
		return
	}
	if len(body) != len(v) {
		p.mismatch(at, fmt.Sprintf("%d bytes", len(v)), fmt.Sprint(len(body)))
		return
	}
	copy(v, body)
}

// binary reads bytes and returns them where they stand in the input.
func (p *Parser) binary() ([]byte, bool) {
	const expected = "bytes"
	if p.off >= len(p.b) || p.b[p.off] < codeBin8 || p.b[p.off] > codeBin32 {
		p.unexpected(expected)
		return nil, false
	}
	return p.sized(p.b[p.off]-codeBin8, expected)
}

// sized reads a value whose length follows its first byte in 1, 2 or 4 bytes, for
// width 0, 1 or 2, and returns the bytes after the length.
func (p *Parser) sized(width byte, expected string) ([]byte, bool) {
	head, n, ok := p.length(width)
	if !ok || uint64(n) > uint64(p.Len()-head) {
		p.truncated(expected)
		return nil, false
	}
	return p.body(head, int(n), expected)
}

// length returns the length that follows the first byte of the value the parser
// stands before, without reading it, and the size of both.
func (p *Parser) length(width byte) (head int, n uint32, ok bool) {
	head = 1 + 1<<width
	if p.Len() < head {
		return head, 0, false
	}
	b := p.b[p.off+1 : p.off+head]
	switch width {
	case 0:
		n = uint32(b[0])
	case 1:
		n = uint32(binary.BigEndian.Uint16(b))
	default:
		n = binary.BigEndian.Uint32(b)
	}
	return head, n, true
}
