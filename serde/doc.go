// Package serde holds the primitives that generated codecs are made of: append
// functions and a [Parser] for msgpack, helpers for maps, a bridge to
// vmihailenco/msgpack, and the frozen hash that places keys.
//
// The bytes are those that vmihailenco/msgpack v5 writes with array-encoded
// structs and compact ints, so that any msgpack reader opens them. Two things
// are stricter here: map keys are always written in ascending order, and the
// Parser refuses a value of another kind, a number out of range, a duplicate key
// and trailing bytes instead of making the best of them.
//
// Generated code for a type T is a pair of free functions over these primitives:
//
//	func appendT(b []byte, v *T) []byte
//	func parseT(p *serde.Parser, v *T)
package serde
