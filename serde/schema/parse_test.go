package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde/schema"
)

// texts are schemas of every form.
func texts() []string {
	return []string{
		"bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "string", "time",
		"bytes", "timer", "timer.Event", "timer.Processing", "timers", "bytes[16]", "[]string", "[3]int", "[]bytes", "map[string]int64", "map[{A int, B string}]bool", "*int",
		"*{A int}", "{}", "{-Gone}", "{A int, B string}", "{Größe int8, _x bool}",
		"string: {N int64}", "{A int, B bool}: {S []string}",
		"{A int was B}", "{A int was B|C, D []bool was E, -F, -G}", "int: {state {A int was B}, touched int64}",
		"Node={Value int, Next *^Node}", "Node={Children []^Node}", "List=[]^List", "Tree=map[string]^Tree",
		"A={B *B={A *^A, Own []^B}, C *^A}", "A={Next *A={Next *^A}, Other *^A}",
		"msgpack(example.com/money.Amount)", "[]binary(net/netip.Addr)", "text(example.com/x.Pair[int,func(string) bool])", "{A *text(a.B)}",
	}
}

func parse(t *testing.T, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse(text)
	require.NoError(t, err, text)
	return s
}

func TestTextsComeBack(t *testing.T) {
	for _, text := range texts() {
		require.Equal(t, text, parse(t, text).String())
	}
}

func TestFingerprintsAreFrozen(t *testing.T) {
	for text, want := range map[string]uint64{
		"string: {N int64}": 0xbc485cef2cab0319,
		"int: {A []map[string]*{B time}, C Node={Next *^Node}, D bytes[4], E binary(net/netip.Addr)}": 0x280adccea23fcb18,
	} {
		require.Equalf(t, want, parse(t, text).Fingerprint(), "%s", text)
	}
}

func TestFingerprintsDifferWhereBytesDo(t *testing.T) {
	seen := map[uint64]string{}
	for _, text := range texts() {
		s := parse(t, text)
		f := s.Fingerprint()
		if other, ok := seen[f]; ok {
			require.Equal(t, parse(t, other).Recorded(), s.Recorded())
		}
		seen[f] = text
	}
}

func TestFingerprintsIgnoreNamesOfTypesAndThePast(t *testing.T) {
	for text, same := range map[string]string{
		"{A int was B|C, -D}":           "{A int}",
		"{-D}":                          "{}",
		"Node={Next *^Node}":            "Vertex={Next *^Vertex}",
		"A={Next *A={Next *^A}, O *^A}": "B={Next *C={Next *^C}, O *^B}",
		"Unused={A int}":                "{A int}",
	} {
		require.Equal(t, parse(t, same).Fingerprint(), parse(t, text).Fingerprint(), text)
	}
	require.NotEqual(t, parse(t, "A={Next *B={Next *^A}}").Fingerprint(), parse(t, "A={Next *B={Next *^B}}").Fingerprint())
}

func TestRecordedHasNoPast(t *testing.T) {
	for text, want := range map[string]string{
		"{A int was B|C, D []bool was E, -F, -G}": "{A int, D []bool}",
		"int: {A {-B}, C int was D}":              "int: {A {}, C int}",
		"{A int}":                                 "{A int}",
		"binary(some-where.T)":                    "binary(some-where.T)",
		"no-schema":                               "no-schema",
	} {
		require.Equal(t, want, schema.Recorded(text))
	}
}

func TestSyntaxErrorsSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "schema at offset 0, its end: expected a type",
		"{A int":                 `schema at offset 6, its end: expected ", "`,
		"{A int,B int}":          `schema at offset 6, before ",B int}": expected ", "`,
		"{A}":                    `schema at offset 2, before "}": expected " "`,
		"{ int}":                 `schema at offset 1, before " int}": expected the name of a field`,
		"{A int, A bool}":        `schema at offset 8, before "A bool}": field A stands twice`,
		"{A int, B int was A}":   `schema at offset 18, before "A}": field A stands twice`,
		"{A int, -A}":            `schema at offset 9, before "A}": field A stands twice`,
		"{A int was }":           `schema at offset 11, before "}": expected the name of a field`,
		"{A strnig}":             `schema at offset 3, before "strnig}": unknown type strnig`,
		"int int":                `schema at offset 3, before " int": expected the end`,
		"int: ":                  `schema at offset 5, its end: expected a type`,
		"int: int: int":          `schema at offset 8, before ": int": expected the end`,
		"[x]int":                 `schema at offset 1, before "x]int": expected a length up to 2147483647`,
		"[01]int":                `schema at offset 1, before "01]int": expected a length up to 2147483647`,
		"[99999999999999999999]": `schema at offset 1, before "99999999999999999999…": expected a length up to 2147483647`,
		"bytes[3":                `schema at offset 7, its end: expected "]"`,
		"map[int":                `schema at offset 7, its end: expected "]"`,
		"**int":                  `schema at offset 1, before "*int": a nil inside could not be told from a nil outside`,
		"*bytes":                 `schema at offset 1, before "bytes": a nil inside could not be told from a nil outside`,
		"X=*^X":                  `schema at offset 3, before "^X": a nil inside could not be told from a nil outside`,
		"X=[]*^X":                `schema at offset 5, before "^X": a nil inside could not be told from a nil outside`,
		"X={A ^X}":               `schema at offset 5, before "^X}": X contains itself without a slice, map or pointer between`,
		"X=[2]^X":                `schema at offset 5, before "^X": X contains itself without a slice, map or pointer between`,
		"X={A []Y=^X}":           `schema at offset 9, before "^X}": Y is no type of its own`,
		"X=Y=[]^Y":               `schema at offset 2, before "Y=[]^Y": X is no type of its own`,
		"^X":                     `schema at offset 0, before "^X": no type around is called "X"`,
		"binary(":                `schema at offset 7, its end: expected ")"`,
		"binary()":               `schema at offset 7, before ")": expected the path of a type`,
		"binary(a\n)":            `schema at offset 8, before "\n)": a type's path has no control characters`,
		"{\xff int}":             `schema at offset 1, before "\xff int}": expected the name of a field`,
	} {
		s, err := schema.Parse(text)
		require.EqualError(t, err, want, "%q", text)
		require.Nil(t, s)
		var syntax *schema.SyntaxError
		require.ErrorAs(t, err, &syntax)
	}
}

func TestDepthIsLimited(t *testing.T) {
	parse(t, strings.Repeat("[]", 499)+"int")
	for _, open := range []string{"[]", "[1]", "{A ", "map[", "map[int]", "*{A ", "X=[]"} {
		_, err := schema.Parse(strings.Repeat(open, 1_000_000))
		require.ErrorContains(t, err, "types are nested more than 500 deep", open)
	}
}
