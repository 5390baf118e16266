package schema

import "github.com/streamgen/streamgen/serde"

const (
	// ownZero stands for the zero value of a type that writes itself: only its own code knows what it would write. MessagePack never uses
	// this byte.
	ownZero = 0xc1
	// maxZero is how much an added field may take in each entry, in bytes.
	maxZero = 1 << 20
)

// appendZero appends what the zero value of t is written as. It fails if that takes more than anybody means.
func appendZero(b []byte, t *Type) ([]byte, bool) {
	switch t.Kind {
	case Basic:
		return append(b, zero(t.Name)...), true
	case Own:
		return append(b, ownZero), true
	case Slice, Map, Pointer:
		return serde.AppendNil(b), true
	case ByteArray:
		if t.Len > maxZero {
			return b, false
		}
		return serde.AppendBytes(b, make([]byte, t.Len)), true
	case Array:
		b = serde.AppendArray(b, t.Len)
		for range t.Len {
			var ok bool
			if b, ok = appendZero(b, t.Elem); !ok || len(b) > maxZero {
				return b, false
			}
		}
	case Record:
		b = serde.AppendArray(b, len(t.Fields))
		for _, f := range t.Fields {
			var ok bool
			if b, ok = appendZero(b, f.Type); !ok || len(b) > maxZero {
				return b, false
			}
		}
	}
	return b, true
}
