package serde

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"

	"github.com/vmihailenco/msgpack/v5"
)

// The functions below call the codecs that types bring along. What these make of a value is kept as bytes or as a string, whatever it is: so
// the end of the value can be found without them, and they see nothing of what stands behind it.

// EncodeError is what an append function panics with where a value cannot be written: its own codec returned an error, or it contains itself.
// An append function returns no error, since that of nearly every type has none to return; who takes a snapshot recovers.
type EncodeError struct {
	Type string // of the value, as fmt's %T writes it
	Err  error
}

// Error implements error.
func (e *EncodeError) Error() string {
	return fmt.Sprintf("a value of type %s cannot be written: %v", e.Type, e.Err)
}

// Unwrap returns the cause.
func (e *EncodeError) Unwrap() error { return e.Err }

// typeOf names what a pointer points to.
func typeOf(pointer any) string { return fmt.Sprintf("%T", pointer)[1:] }

// AppendBinary appends what v makes of itself, as bytes. It panics with an [EncodeError] if that fails.
func AppendBinary(b []byte, v encoding.BinaryMarshaler) []byte {
	raw, err := v.MarshalBinary()
	if err != nil {
		panic(&EncodeError{Type: typeOf(v), Err: err})
	}
	if raw == nil {
		raw = []byte{}
	}
	return AppendBytes(b, raw)
}

// AppendText appends what v makes of itself, as a string. It panics with an [EncodeError] if that fails.
func AppendText(b []byte, v encoding.TextMarshaler) []byte {
	text, err := v.MarshalText()
	if err != nil {
		panic(&EncodeError{Type: typeOf(v), Err: err})
	}
	return AppendString(b, string(text))
}

// AppendMsgpack appends what v writes to an Encoder with the options of [msgpack.Marshal], any number of values, as bytes. It panics with an
// [EncodeError] if that fails.
func AppendMsgpack(b []byte, v msgpack.CustomEncoder) []byte {
	var buffer bytes.Buffer
	e := msgpack.GetEncoder()
	defer msgpack.PutEncoder(e)
	e.Reset(&buffer)
	if err := v.EncodeMsgpack(e); err != nil {
		panic(&EncodeError{Type: typeOf(v), Err: err})
	}
	raw := buffer.Bytes()
	if raw == nil {
		raw = []byte{}
	}
	return AppendBytes(b, raw)
}

// Absent reads the byte 0xc1, which msgpack never uses, and reports whether it was there. Where an entry is brought into the form of another
// schema it stands for a value of a type with a codec of its own that the writer did not have: such a value is zero.
func (p *Parser) Absent() bool {
	if p.off < len(p.b) && p.b[p.off] == codeReserved {
		p.off++
		return true
	}
	return false
}

// ParseBinary reads what [AppendBinary] wrote into v, which is zero before.
func ParseBinary[T any, P interface {
	*T
	encoding.BinaryUnmarshaler
}](p *Parser, v P) {
	var zero T
	*v = zero
	if at, raw, ok := p.ownBytes(); ok {
		p.failAt(at, v, v.UnmarshalBinary(bytes.Clone(raw)))
	}
}

// ParseText reads what [AppendText] wrote into v, which is zero before.
func ParseText[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](p *Parser, v P) {
	var zero T
	*v = zero
	if p.Absent() {
		return
	}
	at := p.off
	if text := p.String(); p.err == nil {
		p.failAt(at, v, v.UnmarshalText([]byte(text)))
	}
}

// ParseMsgpack reads what [AppendMsgpack] wrote into v, which is zero before.
//
// The Decoder of vmihailenco/msgpack sees the value alone, but within it nothing guards against lengths that a damaged input made up.
func ParseMsgpack[T any, P interface {
	*T
	msgpack.CustomDecoder
}](p *Parser, v P) {
	var zero T
	*v = zero
	at, raw, ok := p.ownBytes()
	if !ok {
		return
	}
	r := bytes.NewReader(raw)
	err := v.DecodeMsgpack(msgpack.NewDecoder(r))
	if err == nil && r.Len() > 0 {
		err = fmt.Errorf("it left %d of %d bytes unread", r.Len(), len(raw))
	}
	p.failAt(at, v, err)
}

// ownBytes reads the bytes of a value with its own codec, if it is there.
func (p *Parser) ownBytes() (at int, raw []byte, ok bool) {
	if p.Absent() {
		return 0, nil, false
	}
	at = p.off
	raw, ok = p.binary()
	return at, raw, ok
}

// failAt stops the parser at a value whose own codec refused it.
func (p *Parser) failAt(at int, v any, err error) {
	if err != nil {
		p.stop(&ParseError{Offset: at, Err: fmt.Errorf("a value of type %s cannot be read: %w", typeOf(v), err)})
	}
}

// IsZeroBinary reports whether v would be written as the zero value is.
func IsZeroBinary[T any, P interface {
	*T
	encoding.BinaryMarshaler
}](v P) bool {
	return isZero((*T)(v), func(v *T) []byte { return AppendBinary(nil, P(v)) })
}

// IsZeroText reports whether v would be written as the zero value is.
func IsZeroText[T any, P interface {
	*T
	encoding.TextMarshaler
}](v P) bool {
	return isZero((*T)(v), func(v *T) []byte { return AppendText(nil, P(v)) })
}

// IsZeroMsgpack reports whether v would be written as the zero value is.
func IsZeroMsgpack[T any, P interface {
	*T
	msgpack.CustomEncoder
}](v P) bool {
	return isZero((*T)(v), func(v *T) []byte { return AppendMsgpack(nil, P(v)) })
}

// isZero compares the bytes of v with those of the zero value. Where that cannot be written, v itself tells.
func isZero[T any](v *T, appendTo func(*T) []byte) (zero bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*EncodeError); !ok {
				panic(r)
			}
			zero = reflect.ValueOf(v).Elem().IsZero()
		}
	}()
	none := appendTo(new(T))
	return bytes.Equal(appendTo(v), none)
}
