package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// A key that is given in the form in which it is dumped has the bytes that it is stored under.
func TestKeysComeBackFromJSON(t *testing.T) {
	kinds := []string{"bool", "int", "int8", "uint", "uint8", "uint64", "float32", "float64", "string", "time", "bytes[3]", "text(a.T)", "binary(a.T)",
		"{}", "{A int, B {C string}}", "[2]string", "[0]int"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(kinds).Draw(t, "schema")
		s, err := schema.Parse(text)
		require.NoError(t, err)
		in := drawKeyOf(t, nil, s.Value)
		out, err := asJSON(t, text, in)
		require.NoError(t, err)
		back, err := s.Value.AppendJSON([]byte("before"), out)
		require.NoError(t, err, out)
		require.Equal(t, append([]byte("before"), in...), back, out)
	})
}

func drawKeyOf(t *rapid.T, b []byte, typ *schema.Type) []byte {
	switch {
	case typ.Kind == schema.Record:
		b = serde.AppendArray(b, len(typ.Fields))
		for _, f := range typ.Fields {
			b = drawKeyOf(t, b, f.Type)
		}
		return b
	case typ.Kind == schema.Array:
		b = serde.AppendArray(b, typ.Len)
		for range typ.Len {
			b = drawKeyOf(t, b, typ.Elem)
		}
		return b
	case typ.Kind == schema.Own && typ.Codec == "text":
		return serde.AppendString(b, rapid.String().Draw(t, "text"))
	case typ.Name == "int8":
		return serde.AppendInt(b, int64(rapid.Int8().Draw(t, "int8")))
	case typ.Name == "uint", typ.Name == "uint64":
		return serde.AppendUint(b, rapid.Uint64().Draw(t, "uint64"))
	case typ.Name == "string":
		return serde.AppendString(b, rapid.String().Draw(t, "string"))
	}
	return drawWritten(t, b, typ, 1)
}

func TestKeysOfTheStandardLibrary(t *testing.T) {
	for text, value := range map[string]string{
		"binary(net/netip.Addr)": "fe80::1%eth0", "binary(net/netip.AddrPort)": "192.0.2.1:80", "binary(net/netip.Prefix)": "10.0.0.0/8",
		"binary(net/url.URL)": "https://example.com/a?b",
	} {
		s, err := schema.Parse(text)
		require.NoError(t, err)
		b, err := s.Value.AppendJSON(nil, `"`+value+`"`)
		require.NoError(t, err)
		back, err := asJSON(t, text, b)
		require.NoError(t, err)
		require.Equal(t, `"`+value+`"`, back)
	}
}

func TestWhatIsNoKey(t *testing.T) {
	for _, c := range []struct{ schema, text, want string }{
		{"string", `tea`, `tea is no JSON: invalid character 'e' in literal true (expecting 'r'): a string of JSON has quotes, '"tea"'`},
		{"string", `5`, `5 is no string: it is another kind of value: a string of JSON has quotes, '"5"'`},
		{"int", `"5"`, `"5" is no int: it is another kind of value`},
		{"int", `5 6`, `5 6 is more than one value of JSON`},
		{"int8", `200`, `200 is no int8: value out of range`},
		{"uint", `-1`, `-1 is no uint: invalid syntax`},
		{"int", `1.5`, `1.5 is no int: invalid syntax`},
		{"bool", `null`, `null is no bool: it is another kind of value`},
		{"{A int, B int}", `{"A":1}`, `{"A":1} is no {A int, B int}: field B is missing`},
		{"{A int}", `{"A":1,"C":1}`, `{"A":1,"C":1} is no {A int}: there is no field C`},
		{"{A int}", `{"A":"x"}`, `{"A":"x"} is no {A int}: field A: it is another kind of value`},
		{"[2]int", `[1]`, `[1] is no [2]int: not an array of 2`},
		{"bytes[2]", `"YWJj"`, `"YWJj" is no bytes[2]: 3 bytes where 2 should be`},
		{"msgpack(a.T)", `5`, `5 is no msgpack(a.T): a value of type msgpack(a.T) cannot be given as JSON`},
	} {
		s, err := schema.Parse(c.schema)
		require.NoError(t, err)
		_, err = s.Value.AppendJSON(nil, c.text)
		require.EqualError(t, err, c.want)
	}
}

// The hash of a key follows from its schema, as generated code computes it.
func TestHashOfAKey(t *testing.T) {
	hello, five := serde.HashString("hello"), serde.HashUint64(5)
	for _, c := range []struct {
		schema string
		in     []byte
		want   uint64
	}{
		{"string", serde.AppendString(nil, "hello"), hello},
		{"uint8", serde.AppendUint(nil, 5), five},
		{"int", serde.AppendInt(nil, -5), serde.HashUint64(^uint64(4))},
		{"bool", serde.AppendBool(nil, true), serde.HashBool(true)},
		{"{}", serde.AppendArray(nil, 0), serde.HashUint64(0)},
		{"{A int, B string}", serde.AppendString(serde.AppendInt(serde.AppendArray(nil, 2), 5), "hello"), serde.Mix(five, hello)},
		{"[3]int", []byte("\x93\x05\x05\x05"), serde.Mix(serde.Mix(five, five), five)},
	} {
		s, err := schema.Parse(c.schema)
		require.NoError(t, err)
		p := serde.NewParser(c.in)
		got, ok := s.Value.Hash(&p)
		require.NoError(t, p.Done())
		require.True(t, ok)
		require.Equal(t, c.want, got, c.schema)
	}
	for _, text := range []string{"float64", "time", "bytes[2]", "text(a.T)", "{A int, B bytes[2]}", "[]int"} {
		s, err := schema.Parse(text)
		require.NoError(t, err)
		p := serde.NewParser([]byte("\x92\x05"))
		_, ok := s.Value.Hash(&p)
		require.False(t, ok, text)
	}
	s, err := schema.Parse("[2000000000]int")
	require.NoError(t, err)
	p := serde.NewParser([]byte("\x92\x05\x05"))
	_, ok := s.Value.Hash(&p)
	require.False(t, ok)
}
