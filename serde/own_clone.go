package serde

import (
	"encoding"

	"github.com/vmihailenco/msgpack/v5"
)

// CloneMsgpack returns a copy of v that shares nothing with it, by way of its own codec. It panics with an [EncodeError] if v cannot be written,
// and with the parser's error if it does not read what it wrote.
func CloneMsgpack[T any, P interface {
	*T
	msgpack.CustomEncoder
	msgpack.CustomDecoder
}](v T) T {
	var c T
	reread(AppendMsgpack(nil, P(&v)), func(p *Parser) { ParseMsgpack(p, P(&c)) })
	return c
}

// CloneBinary is [CloneMsgpack] for a type that writes itself as binary.
func CloneBinary[T any, P interface {
	*T
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}](v T) T {
	var c T
	reread(AppendBinary(nil, P(&v)), func(p *Parser) { ParseBinary(p, P(&c)) })
	return c
}

// CloneText is [CloneMsgpack] for a type that writes itself as text.
func CloneText[T any, P interface {
	*T
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}](v T) T {
	var c T
	reread(AppendText(nil, P(&v)), func(p *Parser) { ParseText(p, P(&c)) })
	return c
}

// reread reads what has just been written.
func reread(written []byte, parse func(*Parser)) {
	p := NewParser(written)
	parse(&p)
	if err := p.Done(); err != nil {
		panic(err)
	}
}
