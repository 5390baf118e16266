package serde

import "encoding/binary"

// Skip reads one value of any kind, with all that it contains, and drops it. It
// counts what is left to skip instead of calling itself, so the depth of the value
// does not matter. If the value is not whole, the parser stops before it.
func (p *Parser) Skip() {
	const expected = "a value"
	if p.Len() == 0 {
		p.unexpected(expected)
		return
	}
	rest := p.b[p.off:]
	for pending := uint64(1); pending > 0; pending-- {
		// Every value takes a byte, so there cannot be more of them than bytes.
		if pending > uint64(len(rest)) {
			p.truncated(expected)
			return
		}
		if rest[0] == codeReserved {
			p.mismatch(len(p.b)-len(rest), expected, kindOf(codeReserved))
			return
		}
		size, values := extent(rest)
		if size > uint64(len(rest)) {
			p.truncated(expected)
			return
		}
		pending += values
		rest = rest[size:]
	}
	p.off = len(p.b) - len(rest)
}

// extent returns how many bytes of its own the value at the start of b takes, and
// how many values follow that belong to it. Where b ends inside the first of
// these bytes the size is more than b.
func extent(b []byte) (size, values uint64) {
	switch c := b[0]; {
	case c < codeFixMap || c >= codeFixNeg:
		return 1, 0
	case c < codeFixArray:
		return 1, 2 * uint64(c-codeFixMap)
	case c < codeFixStr:
		return 1, uint64(c - codeFixArray)
	case c < codeNil:
		return 1 + uint64(c-codeFixStr), 0
	case c <= codeTrue:
		return 1, 0
	case c <= codeBin32:
		head, n := prefix(b, c-codeBin8)
		return head + n, 0
	case c <= codeExt32:
		head, n := prefix(b, c-codeExt8)
		return head + 1 + n, 0
	case c <= codeFloat64:
		return 1 + 4<<(c-codeFloat32), 0
	case c <= codeUint64:
		return 1 + 1<<(c-codeUint8), 0
	case c <= codeInt64:
		return 1 + 1<<(c-codeInt8), 0
	case c <= codeFixExt16:
		return 2 + 1<<(c-codeFixExt1), 0
	case c <= codeStr32:
		head, n := prefix(b, c-codeStr8)
		return head + n, 0
	case c <= codeArray32:
		return prefix(b, c-codeArray16+1)
	default:
		head, n := prefix(b, c-codeMap16+1)
		return head, 2 * n
	}
}

// prefix returns the length that follows the first byte of b in 1, 2 or 4 bytes, for
// width 0, 1 or 2, and the size of both; n is 0 where b is shorter.
func prefix(b []byte, width byte) (head, n uint64) {
	head = 1 + 1<<width
	if uint64(len(b)) < head {
		return head, 0
	}
	switch width {
	case 0:
		return head, uint64(b[1])
	case 1:
		return head, uint64(binary.BigEndian.Uint16(b[1:]))
	}
	return head, uint64(binary.BigEndian.Uint32(b[1:]))
}
