package schema

import (
	"time"

	"github.com/streamgen/streamgen/serde"
)

// Schema is the form of what a state or an edge holds.
type Schema struct {
	// Key is nil where values have no keys.
	Key   *Type
	Value *Type
}

// Type is the form of one value. A type that contains itself is a graph: the inner place holds the same pointer as the outer one.
type Type struct {
	Kind Kind
	// Name is that of a Basic type, and of an Own one its package's path and its name.
	Name string
	// Codec is how an Own type is written: msgpack, binary or text.
	Codec string
	// Len is the length of an Array or a ByteArray.
	Len int
	// Key is that of a Map, Elem what a Slice, Array, Map or Pointer holds.
	Key, Elem *Type
	// Fields are those of a Record, Removed the names of those that it had and that are gone on purpose.
	Fields  []Field
	Removed []string
	// Label is the name under which a type that contains itself stands there again.
	Label string
}

// Field is one field of a Record.
type Field struct {
	Name string
	Type *Type
	// Was are former names.
	Was []string
}

// Kind says what a type is made of.
type Kind uint8

const (
	// Basic is a value with no others in it, which Name tells.
	Basic Kind = iota
	// ByteArray is an array of Len bytes.
	ByteArray
	// Slice is any number of Elem, or nil.
	Slice
	// Array is Len times Elem.
	Array
	// Map is any number of pairs of Key and Elem, or nil.
	Map
	// Pointer is Elem, or nil.
	Pointer
	// Record is a struct.
	Record
	// Own is a type that writes itself.
	Own
)

// anyTimer is a timer of either time: what was written at first did not tell them apart, and is still read.
const anyTimer = "timer"

// zero is what the zero value of a Basic type is written as, nil if there is no such type.
func zero(name string) []byte {
	switch name {
	case "bool":
		return serde.AppendBool(nil, false)
	case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64":
		return serde.AppendInt(nil, 0)
	case "float32":
		return serde.AppendFloat32(nil, 0)
	case "float64":
		return serde.AppendFloat64(nil, 0)
	case "string":
		return serde.AppendString(nil, "")
	case "time":
		return serde.AppendTime(nil, time.Time{})
	case "bytes", anyTimer, "timer.Event", "timer.Processing":
		return serde.AppendNil(nil)
	case "timers":
		return serde.AppendArray(nil, 0)
	}
	return nil
}
