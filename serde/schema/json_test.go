package schema_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// asJSON reads one value that stands alone.
func asJSON(t require.TestingT, text string, in []byte) (string, error) {
	s, err := schema.Parse(text)
	require.NoError(t, err)
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	p := serde.NewParser(in)
	s.Value.WriteJSON(w, &p)
	require.NoError(t, w.Flush())
	return out.String(), p.Done()
}

func TestValuesAsJSON(t *testing.T) {
	instant := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	for _, c := range []struct {
		schema string
		in     []byte
		want   string
	}{
		{"bool", serde.AppendBool(nil, true), `true`},
		{"int", serde.AppendInt(nil, math.MinInt64), `-9223372036854775808`},
		{"uint64", serde.AppendUint(nil, math.MaxUint64), `18446744073709551615`},
		{"float32", serde.AppendFloat32(nil, 0.1), `0.1`},
		{"float64", serde.AppendFloat64(nil, 1e300), `1e+300`},
		{"float64", serde.AppendFloat64(nil, math.NaN()), `"NaN"`},
		{"float64", serde.AppendFloat64(nil, math.Inf(-1)), `"-Inf"`},
		{"string", serde.AppendString(nil, "<\"é\\\n\t\x1b\u009b\xff>"), `"<\"é\\\n\t\u001b\u009b` + "\ufffd" + `>"`},
		{"time", serde.AppendTime(nil, instant), `"2026-01-02T03:04:05.000006Z"`},
		{"timer", serde.AppendNil(nil), `null`},
		{"timer", serde.AppendInt(nil, 1500), `"1970-01-01T00:00:01.5Z"`},
		{"timer.Event", serde.AppendInt(nil, 1500), `"1970-01-01T00:00:01.5Z"`},
		{"timer.Processing", serde.AppendNil(nil), `null`},
		{"timer", serde.AppendInt(nil, math.MaxInt64), `"292278994-08-17T07:12:55.807Z"`},
		{"timers", serde.AppendInt(serde.AppendInt(serde.AppendArray(nil, 2), 0), 1), `["1970-01-01T00:00:00Z","1970-01-01T00:00:00.001Z"]`},
		{"bytes", serde.AppendNil(nil), `null`},
		{"bytes", serde.AppendBytes(nil, []byte{}), `""`},
		{"bytes[3]", serde.AppendBytes(nil, []byte("abc")), `"YWJj"`},
		{"[]int", serde.AppendNil(nil), `null`},
		{"[]int", serde.AppendArray(nil, 0), `[]`},
		{"[2][]int", serde.AppendInt(serde.AppendArray(serde.AppendNil(serde.AppendArray(nil, 2)), 1), 7), `[null,[7]]`},
		{"{}", serde.AppendArray(nil, 0), `{}`},
		{"{A int, B *{C bool}}", serde.AppendNil(serde.AppendInt(serde.AppendArray(nil, 2), 1)), `{"A":1,"B":null}`},
		{"N={Next *^N, V int}", []byte("\x92\x92\xc0\x02\x01"), `{"Next":{"Next":null,"V":2},"V":1}`},
		{"map[int]bool", serde.AppendBool(serde.AppendInt(serde.AppendMap(nil, 1), -5), true), `{"-5":true}`},
		{"map[time]int", serde.AppendInt(serde.AppendTime(serde.AppendMap(nil, 1), instant), 1), `{"2026-01-02T03:04:05.000006Z":1}`},
		{"map[{X int}]string", []byte("\x82\x91\x01\xa1a\x91\x02\xa1b"), `[{"key":{"X":1},"value":"a"},{"key":{"X":2},"value":"b"}]`},
		{"map[{X int}]string", serde.AppendMap(nil, 0), `[]`},
		{"text(net/netip.Addr)", serde.AppendString(nil, "::1"), `"::1"`},
		{"binary(a.T)", serde.AppendBytes(nil, []byte("abc")), `"YWJj"`},
		{"binary(net/netip.Addr)", serde.AppendBytes(nil, []byte{192, 0, 2, 1}), `"192.0.2.1"`},
		{"binary(net/netip.Addr)", serde.AppendBytes(nil, []byte{}), `""`},
		{"binary(net/netip.Addr)", serde.AppendBytes(nil, []byte("abc")), `"YWJj"`},
		{"binary(net/netip.Prefix)", serde.AppendBytes(nil, []byte{192, 0, 2, 0, 24}), `"192.0.2.0/24"`},
		{"binary(net/netip.AddrPort)", serde.AppendBytes(nil, []byte{192, 0, 2, 1, 80, 0}), `"192.0.2.1:80"`},
		{"binary(net/url.URL)", serde.AppendBytes(nil, []byte("https://example.com/a?b")), `"https://example.com/a?b"`},
		{"msgpack(a.T)", serde.AppendBytes(nil, []byte("\x05")), `5`},
		{"msgpack(a.T)", serde.AppendBytes(nil, []byte("\x05\x92\xc0\x81\xa1a\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00")), `[5,[null,{"a":1.5}]]`},
		{"msgpack(a.T)", serde.AppendBytes(nil, []byte{}), `[]`},
		{"msgpack(a.T)", serde.AppendBytes(nil, []byte("\x81\x91\x01\x02")), `"gZEBAg=="`},
		{"msgpack(a.T)", serde.AppendBytes(nil, []byte("\xc1")), `"wQ=="`},
		{"msgpack(a.T)", []byte("\xc1"), `null`},
	} {
		got, err := asJSON(t, c.schema, c.in)
		require.NoError(t, err, c.schema)
		require.Equal(t, c.want, got, c.schema)
		require.True(t, json.Valid([]byte(got)), got)
	}
}

// What is no value of the schema stops at its place.
func TestValuesThatAreNotOfTheirSchema(t *testing.T) {
	for in, want := range map[string]string{
		"bool \x05":                        "msgpack at offset 0: expected a bool, found an int (0x05)",
		"{A int} \x91\xa1a":                "msgpack at offset 1: expected an int64, found a string (0xa1)",
		"[]int \xdd\xff\xff\xff\xff\x01":   "msgpack at offset 0: expected an array, found an array (0xdd) that goes beyond the 6 bytes that remain",
		"bytes[2] \xc4\x01a":               "msgpack at offset 3: 1 bytes where 2 should be",
		"binary(a.T) \xc0":                 "msgpack at offset 0: nil where a type's own codec should have written bytes",
		"map[string]int \x81\x05\x05":      "msgpack at offset 1: expected a string, found an int (0x05)",
		"map[{X int}]int \x81\x91\xc0\x05": "msgpack at offset 2: expected an int64, found nil (0xc0)",
	} {
		text, raw, _ := strings.Cut(in, " \x81")
		if raw != "" {
			raw = "\x81" + raw
		} else {
			i := strings.LastIndexByte(in, ' ')
			text, raw = in[:i], in[i+1:]
		}
		_, err := asJSON(t, text, []byte(raw))
		require.EqualError(t, err, want, text)
	}
}

// A list nested as deep as its bytes allow is written without recursion.
func TestDeepValuesAsJSON(t *testing.T) {
	const depth = 2_000_000
	in := append(bytes.Repeat([]byte{0x91}, depth), 0xc0)
	got, err := asJSON(t, "N=[]^N", in)
	require.NoError(t, err)
	require.Len(t, got, 2*depth+len("null"))
	in = serde.AppendBytes(nil, in)
	got, err = asJSON(t, "msgpack(a.T)", in)
	require.NoError(t, err)
	require.Len(t, got, 2*depth+len("null"))
}

// A value of any schema is, as JSON, what msgpack/v5 makes of its bytes, with the names of the schema.
func TestJSONIsWhatMsgpackDecodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := reread(t, &schema.Schema{Value: (&drawer{T: t}).record(4)})
		in := drawWritten(t, nil, s.Value, 4)
		d := msgpack.NewDecoder(bytes.NewReader(in))
		d.SetMapDecoder(func(d *msgpack.Decoder) (any, error) { return d.DecodeUntypedMap() })
		decoded, err := d.DecodeInterface()
		require.NoError(t, err)

		got, err := asJSON(t, s.String(), in)
		require.NoError(t, err, s.String())
		read := json.NewDecoder(strings.NewReader(got))
		read.UseNumber()
		var value any
		require.NoError(t, read.Decode(&value), got)
		require.Equal(t, expected(t, s.Value, decoded), value, s.String())
	})
}

// drawWritten draws a value of a type and writes it as generated code does.
func drawWritten(t *rapid.T, b []byte, typ *schema.Type, depth int) []byte {
	some := func() bool { return depth > 0 && rapid.Bool().Draw(t, "some") }
	length := func() int { return rapid.IntRange(0, 3).Draw(t, "length") }
	switch typ.Kind {
	case schema.Slice:
		if !some() {
			return serde.AppendNil(b)
		}
		n := length()
		b = serde.AppendArray(b, n)
		for range n {
			b = drawWritten(t, b, typ.Elem, depth-1)
		}
		return b
	case schema.Array:
		b = serde.AppendArray(b, typ.Len)
		for range typ.Len {
			b = drawWritten(t, b, typ.Elem, depth-1)
		}
		return b
	case schema.Map:
		if !some() {
			return serde.AppendNil(b)
		}
		n := length()
		b = serde.AppendMap(b, n)
		for i := range n {
			b = drawWritten(t, serde.AppendString(b, fmt.Sprint(i)), typ.Elem, depth-1)
		}
		return b
	case schema.Pointer:
		if !some() {
			return serde.AppendNil(b)
		}
		return drawWritten(t, b, typ.Elem, depth-1)
	case schema.Record:
		b = serde.AppendArray(b, len(typ.Fields))
		for _, f := range typ.Fields {
			b = drawWritten(t, b, f.Type, depth-1)
		}
		return b
	case schema.Own:
		return serde.AppendBytes(b, rapid.SliceOf(rapid.Byte()).Draw(t, "own"))
	}
	switch typ.Name {
	case "timers":
		n := length()
		b = serde.AppendArray(b, n)
		for range n {
			b = serde.AppendInt(b, rapid.Int64().Draw(t, "timer"))
		}
		return b
	case "timer", "timer.Event", "timer.Processing":
		if some() {
			return serde.AppendInt(b, rapid.Int64().Draw(t, "timer"))
		}
	case "bytes":
		if some() {
			return serde.AppendBytes(b, rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		}
	}
	return appendValue(b, typ, drawValue(t, typ, depth))
}

// expected is what a value is in JSON that msgpack/v5 has read.
func expected(t require.TestingT, typ *schema.Type, v any) any {
	if v == nil {
		return nil
	}
	all := func(list []any, elem *schema.Type) any {
		values := []any{}
		for _, v := range list {
			values = append(values, expected(t, elem, v))
		}
		return values
	}
	switch typ.Kind {
	case schema.Pointer:
		return expected(t, typ.Elem, v)
	case schema.Slice, schema.Array:
		return all(v.([]any), typ.Elem)
	case schema.Map:
		values := map[string]any{}
		for k, v := range v.(map[any]any) {
			values[k.(string)] = expected(t, typ.Elem, v)
		}
		return values
	case schema.Record:
		values := map[string]any{}
		for i, f := range typ.Fields {
			values[f.Name] = expected(t, f.Type, v.([]any)[i])
		}
		return values
	}
	switch v := v.(type) {
	case []any:
		return all(v, &schema.Type{Kind: schema.Basic, Name: "timer"})
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case float32:
		return floatNumber(float64(v), 32)
	case float64:
		return floatNumber(v, 64)
	case string:
		return strings.ToValidUTF8(v, "\ufffd")
	case bool:
		return v
	}
	if strings.HasPrefix(typ.Name, "timer") {
		n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
		require.NoError(t, err)
		return time.UnixMilli(n).UTC().Format(time.RFC3339Nano)
	}
	return json.Number(fmt.Sprint(v))
}

func floatNumber(v float64, bits int) any {
	format := byte('f')
	if v != 0 && (math.Abs(v) < 1e-6 || math.Abs(v) >= 1e21) {
		format = 'e'
	}
	text := strconv.FormatFloat(v, format, -1, bits)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return text
	}
	return json.Number(text)
}

// FuzzJSON writes any bytes as JSON by any schema.
func FuzzJSON(f *testing.F) {
	f.Add("{A []{B int}, C *N={Next *^N, V int}}", []byte("\x92\x91\x91\x05\x92\xc0\x05"))
	f.Add("map[{X text(a.T)}]msgpack(a.T)", []byte("\x81\x91\xa1a\xc4\x03\x81\xa1a"))
	f.Fuzz(func(t *testing.T, text string, in []byte) {
		s, err := schema.Parse(text)
		if err != nil || len(text)*len(in) > 1<<20 {
			return
		}
		got, err := asJSON(t, text, in)
		if err == nil && strings.Count(got, "[")+strings.Count(got, "{") < 5000 && !json.Valid([]byte(got)) {
			t.Fatalf("no JSON by %s: %s", s, got)
		}
	})
}
