package random

import "fmt"

// plain has a field for each part.
func plain(name string) Record {
	r := declare(name, "struct {\n\tID, Key int64\n\tTag string\n\tAt runtime.Time\n}", "Value{r.ID, r.Key, r.Tag}", "{v.ID, v.Key, v.Tag, runtime.Time(When(v))}")
	r.Times = append(r.Times, "At")
	return r
}

// apart divides the parts among fields of other kinds.
func apart(name string) Record {
	return declare(name, "struct {\n\tParts [2]uint32\n\thidden uint8\n\tTags []Label\n}",
		"Value{int64(uint64(r.Parts[0])<<32 | uint64(r.Parts[1])), int64(r.hidden), string(r.Tags[0])}",
		"{[2]uint32{uint32(uint64(v.ID) >> 32), uint32(uint64(v.ID))}, uint8(v.Key), []Label{Label(v.Tag)}}")
}

// nested holds a record of another type, and a map.
func nested(name string) Record {
	r := declare(name, "struct {\n\tR0\n\tMore map[Label]int64\n}", `Value{r.More["id"], r.R0.Key, r.Tag}`,
		`{MakeR0(v), map[Label]int64{"id": v.ID}}`)
	r.Times = append(r.Times, "At")
	return r
}

// text is no struct.
func text(name string) Record {
	return declare(name, "string", "parseText(string(r))", "(formatText(v))")
}

// pointing holds pointers.
func pointing(name string) Record {
	return declare(name, "struct {\n\tOf *R0\n\tNext *"+name+"\n}", "r.Of.Value()", "{pointer(MakeR0(v)), &"+name+"{}}")
}

// deep refers to what refers to something, and to some of it twice.
func deep(name string) Record {
	return declare(name, "struct {\n\tIDs [2]*int64\n\tBy map[int8][]map[Label]*R0\n\tBelow []"+name+"\n\tBytes *[]byte\n}",
		`Value{*r.IDs[1], r.By[0][1]["r0"].Key, r.Below[0].By[1][0]["r0"].Tag + string(*r.Bytes)}`,
		fmt.Sprintf(`(func() %[1]s {
	id, r0 := v.ID, pointer(MakeR0(v))
	below := %[1]s{By: map[int8][]map[Label]*R0{1: {{"r0": r0}}}}
	return %[1]s{IDs: [2]*int64{nil, &id}, By: map[int8][]map[Label]*R0{0: {nil, {"r0": r0}}}, Below: []%[1]s{below, {}}, Bytes: new([]byte)}
}())`, name))
}

// boxed is an instance of a generic type, under a name of its own.
func boxed(name string) Record {
	inner := declare(name+"Inner", "struct {\n\tV Value\n\tAt runtime.Time\n}", "r.V", "{v, 5}")
	box := inner
	box.Type, box.Make = "Box["+inner.Type+"]", "Make"+name+"(%s)"
	box.Declaration += fmt.Sprintf("// Make%[1]s makes one.\nfunc Make%[1]s(v Value) %[2]s { return %[2]s{Of: Make%[3]s(v), Count: 1} }\n\n", name, box.Type, inner.Type)
	return box
}

func declare(name, underlying, value, literal string) Record {
	return Record{Type: name, Make: "Make" + name + "(%s)", Generic: true, Times: []string{"When"}, Declaration: fmt.Sprintf(`// %[1]s is a record.
type %[1]s %[2]s

// Value is what it says.
func (r %[1]s) Value() Value { return %[3]s }

// When is its event time.
func (r %[1]s) When() runtime.Time { return runtime.Time(When(r.Value())) }

// Make%[1]s makes one.
func Make%[1]s(v Value) %[1]s { return %[1]s%[4]s }

`, name, underlying, value, literal)}
}
