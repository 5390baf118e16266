package serde

import "unsafe"

// AppendBytesOf is [AppendBytes] for a slice of a named byte type.
func AppendBytesOf[B ~byte](b []byte, v []B) []byte {
	return AppendBytes(b, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)))
}

// BytesOf is [Parser.Bytes] for a named byte type.
func BytesOf[B ~byte](p *Parser) []B {
	v := p.Bytes()
	return unsafe.Slice((*B)(unsafe.Pointer(unsafe.SliceData(v))), len(v))
}

// BytesIntoOf is [Parser.BytesInto] for an array of a named byte type.
func BytesIntoOf[B ~byte](p *Parser, v []B) {
	p.BytesInto(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)))
}
