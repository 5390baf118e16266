package serde

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// The functions below are split so that the case that fits one byte is inlined
// into generated code and the rest stays one call.

// AppendNil appends nil, which stands for a nil pointer, slice or map.
func AppendNil(b []byte) []byte { return append(b, codeNil) }

// AppendBool appends v.
func AppendBool(b []byte, v bool) []byte {
	c := byte(codeFalse)
	if v {
		c = codeTrue
	}
	return append(b, c)
}

// AppendInt appends v in the shortest format that holds it. Every signed kind of
// Go, time.Duration included, is written by it.
func AppendInt(b []byte, v int64) []byte {
	if v >= fixIntMin && v <= fixIntMax {
		return append(b, byte(v))
	}
	return appendLongInt(b, v)
}

func appendLongInt(b []byte, v int64) []byte {
	switch {
	case v >= 0:
		return appendLongUint(b, uint64(v))
	case v >= math.MinInt8:
		return append(b, codeInt8, byte(v))
	case v >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(b, codeInt16), uint16(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(b, codeInt32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, codeInt64), uint64(v))
}

// AppendUint appends v in the shortest format that holds it. Every unsigned kind
// of Go is written by it.
func AppendUint(b []byte, v uint64) []byte {
	if v <= fixIntMax {
		return append(b, byte(v))
	}
	return appendLongUint(b, v)
}

func appendLongUint(b []byte, v uint64) []byte {
	switch {
	case v <= math.MaxUint8:
		return append(b, codeUint8, byte(v))
	case v <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, codeUint16), uint16(v))
	case v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, codeUint32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, codeUint64), v)
}

// AppendFloat32 appends the bits of v, a NaN's payload included.
func AppendFloat32(b []byte, v float32) []byte {
	return binary.BigEndian.AppendUint32(append(b, codeFloat32), math.Float32bits(v))
}

// AppendFloat64 appends the bits of v, a NaN's payload included.
func AppendFloat64(b []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, codeFloat64), math.Float64bits(v))
}

// AppendString appends v, which need not be valid UTF-8. It panics above 4 GiB,
// the most a msgpack string holds.
func AppendString(b []byte, v string) []byte {
	if len(v) < fixStrLen {
		return append(append(b, codeFixStr|byte(len(v))), v...)
	}
	return appendLongString(b, v)
}

func appendLongString(b []byte, v string) []byte {
	if len(v) <= math.MaxUint8 {
		b = append(b, codeStr8, byte(len(v)))
	} else {
		b = appendLength(b, codeStr16, codeStr32, len(v))
	}
	return append(b, v...)
}

// AppendBytes appends v, a nil slice as nil. An array of bytes is written as its
// slice v[:]. It panics above 4 GiB, the most that msgpack bytes hold.
func AppendBytes(b, v []byte) []byte {
	if v == nil {
		return append(b, codeNil)
	}
	if len(v) <= math.MaxUint8 {
		b = append(b, codeBin8, byte(len(v)))
	} else {
		b = appendLength(b, codeBin16, codeBin32, len(v))
	}
	return append(b, v...)
}

// AppendArray appends the header of an array; its n elements follow. It panics
// where n is negative or above 4 Gi.
func AppendArray(b []byte, n int) []byte {
	if uint(n) < fixLen {
		return append(b, codeFixArray|byte(n))
	}
	return appendLength(b, codeArray16, codeArray32, n)
}

// AppendMap appends the header of a map; n pairs follow, each a key and its value,
// in ascending order of the keys. It panics where n is negative or above 4 Gi.
func AppendMap(b []byte, n int) []byte {
	if uint(n) < fixLen {
		return append(b, codeFixMap|byte(n))
	}
	return appendLength(b, codeMap16, codeMap32, n)
}

// appendLength appends n after code16 or code32. It panics on what 32 bits do not
// hold: a length cut short would be noticed by the reader of the checkpoint only.
func appendLength(b []byte, code16, code32 byte, n int) []byte {
	if uint64(n) > math.MaxUint32 {
		panic(fmt.Sprintf("serde: length %d does not fit msgpack, the limit is %d", n, uint32(math.MaxUint32)))
	}
	if n <= math.MaxUint16 {
		return binary.BigEndian.AppendUint16(append(b, code16), uint16(n))
	}
	return binary.BigEndian.AppendUint32(append(b, code32), uint32(n))
}

// AppendTime appends the instant of v as a msgpack timestamp of 4, 8 or 12 bytes,
// the shortest that holds it. Time zone and monotonic reading are not kept.
func AppendTime(b []byte, v time.Time) []byte {
	seconds, nanos := uint64(v.Unix()), uint64(v.Nanosecond())
	const extType = byte(extTime & 0xff)
	switch {
	case seconds>>34 != 0: // before 1970, which is negative, or after 2514
		b = append(b, codeExt8, 12, extType)
		b = binary.BigEndian.AppendUint32(b, uint32(nanos))
		return binary.BigEndian.AppendUint64(b, seconds)
	case nanos != 0 || seconds>>32 != 0:
		return binary.BigEndian.AppendUint64(append(b, codeFixExt8, extType), nanos<<34|seconds)
	}
	return binary.BigEndian.AppendUint32(append(b, codeFixExt4, extType), uint32(seconds))
}
