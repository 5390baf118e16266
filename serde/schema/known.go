package schema

import (
	"encoding"
	"net/netip"
	"net/url"
)

// binaryText is a type with a binary codec whose text says as much.
type binaryText interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// known returns a value of a type of the standard library that is written in its binary form, and that people want to read; nil for any other.
func known(name string) binaryText {
	switch name {
	case "net/netip.Addr":
		return new(netip.Addr)
	case "net/netip.AddrPort":
		return new(netip.AddrPort)
	case "net/netip.Prefix":
		return new(netip.Prefix)
	case "net/url.URL":
		return new(urlText)
	}
	return nil
}

// urlText gives a URL the text codec that it lacks: its binary form is its text.
type urlText struct{ url.URL }

func (u *urlText) MarshalText() ([]byte, error)    { return u.MarshalBinary() }
func (u *urlText) UnmarshalText(text []byte) error { return u.UnmarshalBinary(text) }

// textOf returns the text of what the binary codec of a known type wrote.
func textOf(name string, raw []byte) (text []byte, ok bool) {
	v := known(name)
	if v == nil || v.UnmarshalBinary(raw) != nil {
		return nil, false
	}
	text, err := v.MarshalText()
	return text, err == nil
}

// binaryOf returns what the binary codec of a known type writes for a text.
func binaryOf(name, text string) (raw []byte, ok bool) {
	v := known(name)
	if v == nil || v.UnmarshalText([]byte(text)) != nil {
		return nil, false
	}
	raw, err := v.MarshalBinary()
	return raw, err == nil
}
