package random

// Keys is a kind of keys.
type Keys struct {
	// Type is that of the keys, Expression the key of a value v, Number what an operator makes of it to count with.
	Type, Expression, Number string
	// of is Number.
	of func(v Value) int64
}

// AllKeys are all kinds of keys.
func AllKeys() []Keys {
	whole := func(v Value) int64 { return v.Key }
	return []Keys{
		{"int64", "v.Key", "v.Key", whole},
		{"Hour", "Hour(v.Key)", "v.Key", whole},
		{"string", `"key " + strconv.FormatInt(v.Key, 10)`, "v.Key", whole},
		{"[2]int16", "[2]int16{int16(v.Key), 7}", "v.Key", whole},
		{"Compound", `Compound{Name: strconv.FormatInt(v.Key%5, 10), Number: uint8(v.Key / 5)}`, "v.Key", whole},
		{"bool", "v.Key%2 == 0", "v.Key % 2", func(v Value) int64 { return v.Key % 2 }},
	}
}
