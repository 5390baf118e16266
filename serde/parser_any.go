package serde

// Kind is what a value is, for who reads values of which nothing is known.
type Kind uint8

const (
	// KindNone is the end of the input, or a byte that msgpack never uses.
	KindNone Kind = iota
	// KindNil is nil.
	KindNil
	// KindBool is true or false.
	KindBool
	// KindInt is an integer up to the largest int64, KindUint one in the format of a uint64, which may be larger.
	KindInt
	KindUint
	// KindFloat32 and KindFloat64 are floats of their widths.
	KindFloat32
	// KindFloat64 is the wider one.
	KindFloat64
	// KindString is text, KindBytes any bytes.
	KindString
	// KindBytes is not text.
	KindBytes
	// KindArray and KindMap hold others.
	KindArray
	// KindMap holds pairs.
	KindMap
	// KindExtension is an extension of any type, a time too.
	KindExtension
)

// Kind says what the next value is, by its first byte, without reading it.
func (p *Parser) Kind() Kind {
	if p.off >= len(p.b) {
		return KindNone
	}
	switch c := p.b[p.off]; {
	case c == codeReserved:
		return KindNone
	case c == codeNil:
		return KindNil
	case c == codeFalse, c == codeTrue:
		return KindBool
	case c == codeUint64:
		return KindUint
	case c < codeFixMap, c >= codeFixNeg, c >= codeUint8 && c <= codeInt64:
		return KindInt
	case c == codeFloat32:
		return KindFloat32
	case c == codeFloat64:
		return KindFloat64
	case c >= codeFixStr && c < codeNil, c >= codeStr8 && c <= codeStr32:
		return KindString
	case c >= codeBin8 && c <= codeBin32:
		return KindBytes
	case c >= codeFixArray && c < codeFixStr, c == codeArray16, c == codeArray32:
		return KindArray
	case c < codeFixArray, c == codeMap16, c == codeMap32:
		return KindMap
	}
	return KindExtension
}

// Extension reads an extension of any type and returns its bytes where they stand in the input.
func (p *Parser) Extension() (id int8, data []byte) {
	const expected = "an extension"
	if p.Kind() != KindExtension {
		p.unexpected(expected)
		return 0, nil
	}
	at, c := p.off, p.b[p.off]
	if c >= codeFixExt1 && c <= codeFixExt16 {
		data, ok := p.body(2, 1<<(c-codeFixExt1), expected)
		if !ok {
			return 0, nil
		}
		return int8(p.b[at+1]), data
	}
	head, n, ok := p.length(c - codeExt8)
	if !ok || uint64(n)+1 > uint64(p.Len()-head) {
		p.truncated(expected)
		return 0, nil
	}
	data, _ = p.body(head+1, int(n), expected)
	return int8(p.b[at+head]), data
}
