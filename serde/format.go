package serde

import "fmt"

// The first byte of a msgpack value, by the names of the msgpack specification.
const (
	codeFixMap   = 0x80
	codeFixArray = 0x90
	codeFixStr   = 0xa0
	codeNil      = 0xc0
	codeReserved = 0xc1
	codeFalse    = 0xc2
	codeTrue     = 0xc3
	codeBin8     = 0xc4
	codeBin16    = 0xc5
	codeBin32    = 0xc6
	codeExt8     = 0xc7
	codeExt16    = 0xc8
	codeExt32    = 0xc9
	codeFloat32  = 0xca
	codeFloat64  = 0xcb
	codeUint8    = 0xcc
	codeUint16   = 0xcd
	codeUint32   = 0xce
	codeUint64   = 0xcf
	codeInt8     = 0xd0
	codeInt16    = 0xd1
	codeInt32    = 0xd2
	codeInt64    = 0xd3
	codeFixExt1  = 0xd4
	codeFixExt4  = 0xd6
	codeFixExt8  = 0xd7
	codeFixExt16 = 0xd8
	codeStr8     = 0xd9
	codeStr16    = 0xda
	codeStr32    = 0xdb
	codeArray16  = 0xdc
	codeArray32  = 0xdd
	codeMap16    = 0xde
	codeMap32    = 0xdf
	codeFixNeg   = 0xe0
)

const (
	fixIntMin = -32 // smallest int that is its own first byte
	fixIntMax = 127 // largest int that is its own first byte
	fixStrLen = 32  // strings below this length carry it in the first byte
	fixLen    = 16  // so do arrays and maps

	extTime = -1 // the extension type of a timestamp
)

// kindOf names what the value that starts with c is, for error messages.
func kindOf(c byte) string {
	var kind string
	switch {
	case c < codeFixMap || c >= codeFixNeg || c >= codeUint8 && c <= codeInt64:
		kind = "an int"
	case c < codeFixArray || c == codeMap16 || c == codeMap32:
		kind = "a map"
	case c < codeFixStr || c == codeArray16 || c == codeArray32:
		kind = "an array"
	case c < codeNil || c >= codeStr8 && c <= codeStr32:
		kind = "a string"
	case c == codeNil:
		kind = "nil"
	case c == codeReserved:
		kind = "a byte that msgpack never uses"
	case c <= codeTrue:
		kind = "a bool"
	case c <= codeBin32:
		kind = "bytes"
	case c == codeFloat32:
		kind = "a float32"
	case c == codeFloat64:
		kind = "a float64"
	default:
		kind = "an extension"
	}
	return fmt.Sprintf("%s (0x%02x)", kind, c)
}
