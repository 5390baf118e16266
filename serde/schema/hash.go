package schema

import "github.com/streamgen/streamgen/serde"

// Hash reads a key of type t from p and returns its hash, which says its key group, as generated code computes it. It returns false if the
// schema alone does not tell it: for an array of bytes it depends on how the program calls a byte.
func (t *Type) Hash(p *serde.Parser) (uint64, bool) {
	switch t.Kind {
	case Basic:
		switch t.Name {
		case "bool":
			return serde.HashBool(p.Bool()), true
		case "string":
			return serde.HashString(p.String()), true
		case "int", "int8", "int16", "int32", "int64":
			return serde.HashUint64(uint64(p.Int())), true
		case "uint", "uint8", "uint16", "uint32", "uint64":
			return serde.HashUint64(p.Uint()), true
		}
	case Record:
		p.ArrayOf(len(t.Fields))
		parts := make([]*Type, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Type
		}
		return hashParts(p, parts)
	case Array:
		p.ArrayOf(t.Len)
		parts := make([]*Type, min(t.Len, p.Len()+1))
		for i := range parts {
			parts[i] = t.Elem
		}
		return hashParts(p, parts)
	}
	return 0, false
}

// hashParts mixes the hashes of the parts of a key in their order.
func hashParts(p *serde.Parser, parts []*Type) (uint64, bool) {
	if len(parts) == 0 {
		return serde.HashUint64(0), true
	}
	var h uint64
	for i, t := range parts {
		x, ok := t.Hash(p)
		if !ok || p.Err() != nil {
			return 0, false
		}
		if i == 0 {
			h = x
		} else {
			h = serde.Mix(h, x)
		}
	}
	return h, true
}
