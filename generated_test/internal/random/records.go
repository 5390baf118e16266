package random

import "fmt"

// plain has a field for each part.
func plain(name string) Record {
	return declare(name, "struct {\n\tID, Key int64\n\tTag string\n}", "Value{r.ID, r.Key, r.Tag}", "{v.ID, v.Key, v.Tag}")
}

// apart divides the parts among fields of other kinds.
func apart(name string) Record {
	return declare(name, "struct {\n\tParts [2]uint32\n\tkey uint8\n\tTags []Label\n}",
		"Value{int64(uint64(r.Parts[0])<<32 | uint64(r.Parts[1])), int64(r.key), string(r.Tags[0])}",
		"{[2]uint32{uint32(uint64(v.ID) >> 32), uint32(uint64(v.ID))}, uint8(v.Key), []Label{Label(v.Tag)}}")
}

// nested holds a record of another type, and a map.
func nested(name string) Record {
	return declare(name, "struct {\n\tR0\n\tMore map[Label]int64\n}", `Value{r.More["id"], r.R0.Key, r.Tag}`,
		`{makeR0(v), map[Label]int64{"id": v.ID}}`)
}

// text is no struct.
func text(name string) Record {
	return Record{Type: name, Make: "make" + name, Declaration: fmt.Sprintf("type %[1]s string\n\nfunc (r %[1]s) value() Value { return parseText(string(r)) }\n\nfunc make%[1]s(v Value) %[1]s { return %[1]s(formatText(v)) }\n\n", name)}
}

// pointing holds pointers.
func pointing(name string) Record {
	return declare(name, "struct {\n\tOf *R0\n\tNext *"+name+"\n}", "r.Of.value()", "{pointer(makeR0(v)), &"+name+"{}}")
}

// boxed is an instance of a generic type, under a name of its own.
func boxed(name string) Record {
	inner := declare(name+"Inner", "struct {\n\tV Value\n\tAt runtime.Time\n}", "r.V", "{v, 5}")
	return Record{
		Type: "Box[" + inner.Type + "]", Make: "make" + name,
		Declaration: inner.Declaration + fmt.Sprintf("func make%s(v Value) Box[%s] { return Box[%[2]s]{Of: %[3]s(v), Count: 1} }\n\n", name, inner.Type, inner.Make),
	}
}

func declare(name, structure, value, literal string) Record {
	return Record{Type: name, Make: "make" + name, Declaration: fmt.Sprintf(
		"type %[1]s %[2]s\n\nfunc (r %[1]s) value() Value { return %[3]s }\n\nfunc make%[1]s(v Value) %[1]s { return %[1]s%[4]s }\n\n", name, structure, value, literal)}
}
