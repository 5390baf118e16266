package serde

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Time reads a msgpack timestamp. It is in UTC on every machine, whatever zone it was
// written in: a restored state must not depend on where it is restored.
func (p *Parser) Time() time.Time {
	const expected = "a time"
	at := p.off
	if p.Len() < 1 {
		p.unexpected(expected)
		return time.Time{}
	}
	head := 2
	var size int
	switch p.b[at] {
	case codeFixExt4:
		size = 4
	case codeFixExt8:
		size = 8
	case codeExt8:
		head, size = 3, 12
	default:
		p.unexpected(expected)
		return time.Time{}
	}
	body, ok := p.body(head, size, expected)
	if !ok {
		return time.Time{}
	}
	if id := int8(p.b[at+head-1]); id != extTime || head == 3 && p.b[at+1] != 12 {
		p.mismatch(at, expected, fmt.Sprintf("an extension of type %d", id))
		return time.Time{}
	}

	var seconds int64
	var nanos uint32
	switch size {
	case 4:
		seconds = int64(binary.BigEndian.Uint32(body))
	case 8:
		both := binary.BigEndian.Uint64(body)
		seconds, nanos = int64(both&(1<<34-1)), uint32(both>>34)
	default:
		seconds, nanos = int64(binary.BigEndian.Uint64(body[4:])), binary.BigEndian.Uint32(body)
	}
	if nanos >= uint32(time.Second) {
		p.mismatch(at, expected, fmt.Sprintf("one with %d nanoseconds in its second", nanos))
		return time.Time{}
	}
	return time.Unix(seconds, int64(nanos)).UTC()
}
