// Package schema knows the forms in which states and records are written. A checkpoint and the committed record of a package hold them as
// text; from the writer's text and the reader's follows a [Plan] that rewrites the bytes of the one to those of the other.
//
// The text names what decides the bytes, fields by their names, and nothing else: what a type is called does not matter.
//
//	schema = type | type ": " type                   a value, or a key and its state
//	type   = "bool" | "int" | "int8" … "uint64" | "float32" | "float64" | "string" | "time" | "bytes"
//	       | "timer.Event" | "timer.Processing"      a timer of a state
//	       | "timers"                                several of them, in event time
//	       | "timer"                                 a timer of either time, in what was written before they were told apart
//	       | "bytes[" N "]"                          an array of bytes
//	       | "[]" type | "[" N "]" type | "map[" type "]" type
//	       | "*" type                                the value or nil: never of a pointer, slice or map
//	       | "{" field ", " field … "}"              a struct: an array of its fields
//	       | label "=" type                          a type that contains itself
//	       | "^" label                               there it is again
//	       | codec "(" path.Type ")"                 a type with its own codec: msgpack, binary or text
//	field  = name " " type [" was " name "|" name …]
//	       | "-" name
//
// A state in which something has a time to live is written as {state S, touched int64}, with when it was touched last.
//
// What the reader says of the past is part of its text, but not of the [Fingerprint], nor of what is recorded: "was" gives a
// field's former names, and "-" names one that is gone on purpose.
package schema
