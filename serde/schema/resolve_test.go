package schema_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/serde/schema"
)

func TestWhatAReaderTakesOver(t *testing.T) {
	for name, test := range map[string]struct {
		writer, reader, in, want string // in and want are msgpack
	}{
		"nothing changed":         {"{A int}", "{A int}", "\x91\x05", "\x91\x05"},
		"field added":             {"{A int}", "{A int, B string}", "\x91\x05", "\x92\x05\xa0"},
		"field added in front":    {"{A int}", "{B bool, A int}", "\x91\x05", "\x92\xc2\x05"},
		"fields reordered":        {"{A int, B bool, C string}", "{C string, A int, B bool}", "\x93\x05\xc3\xa1x", "\x93\xa1x\x05\xc3"},
		"removed with consent":    {"{A int, B bool}", "{A int, -B}", "\x92\x05\xc3", "\x91\x05"},
		"all removed":             {"{A int}", "{-A}", "\x91\x05", "\x90"},
		"renamed":                 {"{A int}", "{B int was A}", "\x91\x05", "\x91\x05"},
		"renamed twice":           {"{A int}", "{C int was B|A}", "\x91\x05", "\x91\x05"},
		"its own name goes first": {"{A int, B int}", "{B int was C|D, A int}", "\x92\x05\x06", "\x92\x06\x05"},
		"former name unused":      {"{B int}", "{B int was A}", "\x91\x05", "\x91\x05"},
		"a name is used anew":     {"{A int, B int}", "{B int, -A, C int}", "\x92\x05\x06", "\x92\x06\x00"},
		"more than 15 fields":     {"{A int}", "{A int" + strings.Repeat(", F", 0) + manyFields(16) + "}", "\x91\x05", "\xdc\x00\x11\x05" + strings.Repeat("\x00", 16)},
		"in a slice":              {"{A []{B int}}", "{A []{C bool, B int}}", "\x91\x92\x91\x05\x91\x06", "\x91\x92\x92\xc2\x05\x92\xc2\x06"},
		"in a nil slice":          {"{A []{B int}}", "{A []{C bool, B int}}", "\x91\xc0", "\x91\xc0"},
		"in an empty slice":       {"{A []{B int}}", "{A []{C bool, B int}}", "\x91\x90", "\x91\x90"},
		"in an array":             {"[2]{B int}", "[2]{C bool, B int}", "\x92\x91\x05\x91\x06", "\x92\x92\xc2\x05\x92\xc2\x06"},
		"in a map":                {"map[string]{B int}", "map[string]{-B}", "\x82\xa1a\x91\x05\xa1b\x91\x06", "\x82\xa1a\x90\xa1b\x90"},
		"behind a pointer":        {"*{B int}", "*{B int, C int}", "\x91\x05", "\x92\x05\x00"},
		"behind a nil pointer":    {"*{B int}", "*{B int, C int}", "\xc0", "\xc0"},
		"in a recursive type": {
			"N={V int, Next *^N}", "Node={Next *^Node, V int, W bool}",
			"\x92\x05\x92\x06\xc0", "\x93\x93\xc0\x06\xc2\x05\xc2",
		},
		"in a recursive slice":   {"N=[]{V int, L ^N}", "N=[]{L ^N, -V}", "\x91\x92\x05\x91\x92\x06\xc0", "\x91\x91\x91\x91\xc0"},
		"recursive in two ways":  {"{A *N={Next *^N}}", "{A *N={Next *N={Next *^N, B bool}, B bool}}", "\x91\x91\x91\x91\xc0", "\x91\x92\x92\x92\xc0\xc2\xc2\xc2"},
		"key and state":          {"string: {A int}", "string: {B int, A int}", "\xa1k\x91\x05", "\xa1k\x92\x00\x05"},
		"time to live added":     {"int: {A int}", "int: {state {A int, B int}, touched int64}", "\x01\x91\x05", "\x01\x92\x92\x05\x00\x00"},
		"time to live removed":   {"int: {state {A int}, touched int64}", "int: {A int}", "\x01\x92\x91\x05\x07", "\x01\x91\x05"},
		"time to live kept":      {"int: {state {A int}, touched int64}", "int: {state {B int was A, C int}, touched int64}", "\x01\x92\x91\x05\x07", "\x01\x92\x92\x05\x00\x07"},
		"timer told apart since": {"int: {A timer, B timer}", "int: {A timer.Event, B timer.Processing}", "\x01\x92\x05\xc0", "\x01\x92\x05\xc0"},
		"timer not yet told":     {"int: {A timer.Event, B timer.Processing}", "int: {A timer, B timer}", "\x01\x92\x05\xc0", "\x01\x92\x05\xc0"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := schema.Resolve(parse(t, test.writer), parse(t, test.reader))
			require.NoError(t, err)
			got, err := plan.Apply([]byte("before"), []byte(test.in))
			require.NoError(t, err)
			require.Equal(t, []byte("before"+test.want), got)
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(", F" + string(rune('a'+i)) + " int")
	}
	return b.String()
}

// What is added is what the zero value of its type is written as.
func TestZeroValuesOfAddedFields(t *testing.T) {
	for typ, want := range map[string]string{
		"bool": "\xc2", "int": "\x00", "uint8": "\x00", "float32": "\xca\x00\x00\x00\x00", "float64": "\xcb\x00\x00\x00\x00\x00\x00\x00\x00",
		"string": "\xa0", "bytes": "\xc0", "bytes[2]": "\xc4\x02\x00\x00", "[]int": "\xc0", "map[int]int": "\xc0", "*int": "\xc0",
		"[2]bool": "\x92\xc2\xc2", "{A int, B {C string}}": "\x92\x00\x91\xa0", "N={Next *^N}": "\x91\xc0",
		"time": "\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xf1\x88\x6e\x09\x00", "timer": "\xc0", "timer.Event": "\xc0", "timer.Processing": "\xc0", "timers": "\x90",
		"binary(net/netip.Addr)": "\xc1",
	} {
		plan, err := schema.Resolve(parse(t, "{}"), parse(t, "{A "+typ+"}"))
		require.NoError(t, err)
		got, err := plan.Apply(nil, []byte("\x90"))
		require.NoError(t, err)
		require.Equal(t, "\x91"+want, string(got), typ)
	}
}

func TestSame(t *testing.T) {
	for writer, reader := range map[string]string{
		"{A int}":                             "{A int}",
		"{A int, B bool}":                     "{A int was C, B bool, -D}",
		"{A int, C N={Next *^N}}":             "{B int was A, C Node={Next *^Node}}",
		"{A *N={Next *^N}}":                   "{A *N={Next *N={Next *^N}}}",
		"int: {state {A int}, touched int64}": "int: {state {A int}, touched int64}",
	} {
		plan, err := schema.Resolve(parse(t, writer), parse(t, reader))
		require.NoError(t, err)
		require.True(t, plan.Same(), "%s, %s", writer, reader)
	}
	for writer, reader := range map[string]string{
		"{A int, B int}":            "{B int, A int}",
		"{A int}":                   "{A int, B int}",
		"{A int, B bool}":           "{A int, -B}",
		"int: {A int}":              "int: {state {A int}, touched int64}",
		"N={Next *^N, A []{B int}}": "N={Next *^N, A []{B int, C int}}",
	} {
		plan, err := schema.Resolve(parse(t, writer), parse(t, reader))
		require.NoError(t, err)
		require.False(t, plan.Same(), "%s, %s", writer, reader)
	}
}

func TestWhatAReaderCannotTakeOver(t *testing.T) {
	large := "{A int, " + strings.Repeat("Long", 20) + " int}"
	for name, test := range map[string]struct{ writer, reader, want string }{
		"another kind":        {"{Price int64}", "{Price string}", "State.Price: int64 became string"},
		"wider":               {"{Price int32}", "{Price int64}", "State.Price: int32 became int64"},
		"in a slice":          {"{Orders []{Price int64}}", "{Orders []{Price string}}", "State.Orders[].Price: int64 became string"},
		"in a map":            {"{Orders map[string]*{Price int64}}", "{Orders map[string]*{Price string}}", "State.Orders[].Price: int64 became string"},
		"gone":                {"{A int, B string}", "{A int}", "State.B: string is gone"},
		"gone inside":         {"{A [2]{B string}}", "{A [2]{}}", "State.A[].B: string is gone"},
		"gone and come":       {"{A int}", "{B int}", "State.A: int is gone"},
		"another length":      {"{A [2]int, B bytes[2]}", "{A [3]int, B bytes[3]}", "State.A: [2]int became [3]int\nState.B: bytes[2] became bytes[3]"},
		"a renamed one":       {"{A int}", "{B bool was A}", "State.B: int became bool"},
		"key":                 {"string: {A int}", "int: {A int}", "State[key]: string became int, but keys are frozen"},
		"a field of the key":  {"{A int, B int}: {A int}", "{B int, A int}: {A int}", "State[key]: {A int, B int} became {B int, A int}, but keys are frozen"},
		"key and state":       {"string: {A int}", "int: {A bool}", "State[key]: string became int, but keys are frozen\nState.A: int became bool"},
		"key come":            {"{A int}", "int: {A int}", "State[key]: none became int, but keys are frozen"},
		"key gone":            {"int: {A int}", "{A int}", "State[key]: int became none, but keys are frozen"},
		"map key":             {"{M map[int]bool}", "{M map[string]bool}", "State.M[key]: int became string, but keys are frozen"},
		"own codec":           {"{A text(a.T)}", "{A binary(a.T)}", "State.A: text(a.T) became binary(a.T)"},
		"own codec's type":    {"{A text(a.T)}", "{A text(b.T)}", "State.A: text(a.T) became text(b.T)"},
		"timer":               {"int: {A timer}", "int: {A timers}", "State.A: timer became timers"},
		"timer's time":        {"int: {A timer.Event}", "int: {A timer.Processing}", "State.A: timer.Event became timer.Processing"},
		"timer's time back":   {"int: {A timer.Processing}", "int: {A timer.Event}", "State.A: timer.Processing became timer.Event"},
		"which timers":        {"int: {A timer.Event}", "int: {A timers}", "State.A: timer.Event became timers"},
		"slice to pointer":    {"{A []{B int}}", "{A *{B int}}", "State.A: []{B int} became *{B int}"},
		"the state itself":    {"[]int", "int", "State: []int became int"},
		"an element":          {"[]int", "[]bool", "State[]: int became bool"},
		"recursive":           {"N={V int, Next *^N}", "N={Next *^N, V bool}", "State.V: int became bool"},
		"no longer recursive": {"N={Next *^N}", "{Next *{}}", "State.Next.Next: *N={Next *^N} is gone"},
		"what is large":       {"{A []" + large + "}", "{A int}", "State.A: []{…} became int"},
		"too much to be added": {"{}", "{A [1000000]int32, B [20000000]bool, C bytes[2000000], D [2000][2000]{A [2000]int}}", "State.B: its zero value takes more than 1 MiB as [20000000]bool\n" +
			"State.C: its zero value takes more than 1 MiB as bytes[2000000]\nState.D: its zero value takes more than 1 MiB as [2000][2000]{A [2000]int}"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := schema.Resolve(parse(t, test.writer), parse(t, test.reader))
			require.Nil(t, plan)
			var incompatible *schema.IncompatibleError
			require.ErrorAs(t, err, &incompatible)
			require.Equal(t, test.want, incompatible.In("State"))
		})
	}
}

func TestDamagedValuesAreRefused(t *testing.T) {
	plan, err := schema.Resolve(parse(t, "int: {A []{B int}, C map[int]{D int}}"), parse(t, "int: {A []{-B}, C map[int]{-D}}"))
	require.NoError(t, err)
	for in, want := range map[string]string{
		"":                                 "msgpack at offset 0: expected a value, found the end of the input",
		"\x01":                             "msgpack at offset 1: expected an array, found the end of the input",
		"\x01\x91\x90":                     "msgpack at offset 1: expected an array of 2 elements, found 1",
		"\x01\x92\xdd\xff\xff\xff\xff":     "msgpack at offset 2: expected an array, found an array (0xdd) that goes beyond the 5 bytes that remain",
		"\x01\x92\x91\x05\x80":             "msgpack at offset 3: expected an array, found an int (0x05)",
		"\x01\x92\x90\x81\x05\x91":         "msgpack at offset 6: expected a value, found the end of the input",
		"\x01\x92\x90\x80\x00":             "msgpack at offset 4: expected the end of the input, found 1 more bytes",
		"\x01\x92\x91\x91\xc1\x80":         "msgpack at offset 4: expected a value, found a byte that msgpack never uses (0xc1)",
		"\x01\x92\x90\xdf\xff\xff\xff\xff": "msgpack at offset 3: expected a map, found a map (0xdf) that goes beyond the 5 bytes that remain",
	} {
		_, err := plan.Apply(nil, []byte(in))
		require.Error(t, err, "%q", in)
		if want != "" {
			require.EqualError(t, err, want, "%q", in)
		}
	}
}

func TestManyEntries(t *testing.T) {
	plan, err := schema.Resolve(parse(t, "int: {A int}"), parse(t, "int: {B bool, A int}"))
	require.NoError(t, err)
	got, err := plan.ApplyAll(nil, []byte("\x01\x91\x05\x02\x91\x06"), 2)
	require.NoError(t, err)
	require.Equal(t, "\x01\x92\xc2\x05\x02\x92\xc2\x06", string(got))
	_, err = plan.ApplyAll(nil, []byte("\x01\x91\x05\x02\x91\x06"), 1)
	require.ErrorContains(t, err, "found 3 more bytes")
	_, err = plan.ApplyAll(nil, []byte("\x01\x91\x05\x02\x91\x06"), 3)
	require.ErrorContains(t, err, "found the end of the input")
}

// Neither the stack nor the time depends on more than the length of the input.
func TestDepthOfValuesIsNotLimited(t *testing.T) {
	plan, err := schema.Resolve(parse(t, "N={Next *^N, V int}"), parse(t, "N={V int, Next *^N}"))
	require.NoError(t, err)
	const depth = 1_000_000
	in := []byte(strings.Repeat("\x92", depth) + "\xc0" + strings.Repeat("\x05", depth))
	got, err := plan.Apply(nil, in)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("\x92\x05", depth)+"\xc0", string(got))
	_, err = plan.Apply(nil, in[:depth])
	require.Error(t, err)
}
