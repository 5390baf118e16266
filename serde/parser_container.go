package serde

import "fmt"

// Array reads the header of an array and returns how many elements follow. It is
// never more than the bytes that remain, since each element takes at least one.
func (p *Parser) Array() int { return p.container("an array", codeFixArray, codeArray16, 1) }

// ArrayOf reads the header of an array that must have exactly n elements, as a
// struct of n fields has.
func (p *Parser) ArrayOf(n int) {
	if i := p.off; uint(n) < fixLen && i < len(p.b) && int(p.b[i]) == codeFixArray+n {
		p.off++
		return
	}
	p.longArrayOf(n)
}

func (p *Parser) longArrayOf(n int) {
	at := p.off
	if found := p.Array(); found != n && p.err == nil {
		p.mismatch(at, fmt.Sprintf("an array of %d elements", n), fmt.Sprint(found))
	}
}

// Map reads the header of a map and returns how many pairs follow. It is never more
// than half the bytes that remain.
func (p *Parser) Map() int { return p.container("a map", codeFixMap, codeMap16, 2) }

// container reads a header whose length counts units of so many values each.
func (p *Parser) container(expected string, fix, code16 byte, values int) int {
	if p.off >= len(p.b) {
		p.unexpected(expected)
		return 0
	}
	c := p.b[p.off]
	head, n := 1, uint32(c-fix)
	switch {
	case c == code16 || c == code16+1:
		var ok bool
		if head, n, ok = p.length(c - code16 + 1); !ok {
			p.truncated(expected)
			return 0
		}
	case n >= fixLen:
		p.unexpected(expected)
		return 0
	}
	if uint64(n)*uint64(values) > uint64(p.Len()-head) {
		p.truncated(expected)
		return 0
	}
	p.off += head
	return int(n)
}

const (
	// capFactor is how many bytes may be allocated ahead for each byte of input: the
	// most that a number of eight bytes takes where it was written in one.
	capFactor = 8
	// capFloor is what any input may have allocated ahead.
	capFloor = 4 << 10
)

// Cap returns the capacity to start a slice or map of n elements with, n being what
// [Parser.Array] or [Parser.Map] returned and size that of an element in memory: n,
// unless a damaged input asks for more than it can fill. Elements beyond it are to
// be appended.
//
// What Cap grants is counted over the whole input, eight times its length at most.
// A bound for each call alone would not do: a container may stand in the first
// element of a container, each claiming all that remains.
func (p *Parser) Cap(n int, size uintptr) int {
	if n <= 0 || p.err != nil {
		return 0
	}
	if size == 0 {
		return n
	}
	left := capFactor*uint64(len(p.b)) + capFloor - p.granted
	granted := min(uint64(n), left/uint64(size))
	p.granted += granted * uint64(size)
	return int(granted)
}
