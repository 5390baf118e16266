package serde_test

import (
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
)

func TestParserErrors(t *testing.T) {
	nothing := func(*serde.Parser) any { return nil }
	for name, test := range map[string]struct {
		input string
		parse func(p *serde.Parser) any
		want  string
	}{
		"end of input": {
			"", call((*serde.Parser).Int),
			"msgpack at offset 0: expected an int64, found the end of the input",
		},
		"another kind": {
			"\xa1x", call((*serde.Parser).Int),
			"msgpack at offset 0: expected an int64, found a string (0xa1)",
		},
		"nil for a number": {
			"\xc0", call((*serde.Parser).Uint),
			"msgpack at offset 0: expected a uint64, found nil (0xc0)",
		},
		"nil for a string": {
			"\xc0", call((*serde.Parser).String),
			"msgpack at offset 0: expected a string, found nil (0xc0)",
		},
		"bytes for a string": {
			"\xc4\x00", call((*serde.Parser).String),
			"msgpack at offset 0: expected a string, found bytes (0xc4)",
		},
		"string for bytes": {
			"\xa0", call((*serde.Parser).Bytes),
			"msgpack at offset 0: expected bytes, found a string (0xa0)",
		},
		"int for a bool": {
			"\x01", call((*serde.Parser).Bool),
			"msgpack at offset 0: expected a bool, found an int (0x01)",
		},
		"int for a float": {
			"\x01", call((*serde.Parser).Float64),
			"msgpack at offset 0: expected a float64, found an int (0x01)",
		},
		"float64 for a float32": {
			"\xcb\x00\x00\x00\x00\x00\x00\x00\x00", call((*serde.Parser).Float32),
			"msgpack at offset 0: expected a float32, found a float64 (0xcb)",
		},
		"number cut short": {
			"\xcd\x01", call((*serde.Parser).Int),
			"msgpack at offset 0: expected an int64, found an int (0xcd) that goes beyond the 2 bytes that remain",
		},
		"string longer than the input": {
			"\xdb\xff\xff\xff\xffx", call((*serde.Parser).String),
			"msgpack at offset 0: expected a string, found a string (0xdb) that goes beyond the 6 bytes that remain",
		},
		"array longer than the input": {
			"\xdd\xff\xff\xff\xff", call((*serde.Parser).Array),
			"msgpack at offset 0: expected an array, found an array (0xdd) that goes beyond the 5 bytes that remain",
		},
		"map of more pairs than the input has": {
			"\x82\x01\x02\x03", call((*serde.Parser).Map),
			"msgpack at offset 0: expected a map, found a map (0x82) that goes beyond the 4 bytes that remain",
		},
		"too many fields": {
			"\x93\x01\x02\x03", func(p *serde.Parser) any { p.ArrayOf(2); return nil },
			"msgpack at offset 0: expected an array of 2 elements, found 3",
		},
		"above int8": {
			"\xcc\x80", call((*serde.Parser).Int8),
			"msgpack at offset 0: expected an int of 8 bits, found 128",
		},
		"above uint16": {
			"\xce\x00\x01\x00\x00", call((*serde.Parser).Uint16),
			"msgpack at offset 0: expected a uint of 16 bits, found 65536",
		},
		"above int64": {
			"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", call((*serde.Parser).Int),
			"msgpack at offset 0: expected an int64, found 18446744073709551615",
		},
		"negative for a uint": {
			"\xff", call((*serde.Parser).Uint8),
			"msgpack at offset 0: expected a uint64, found -1",
		},
		"array of bytes of another length": {
			"\xc4\x02xx", func(p *serde.Parser) any { p.BytesInto(make([]byte, 3)); return nil },
			"msgpack at offset 0: expected 3 bytes, found 2",
		},
		"another extension for a time": {
			"\xd6\x05\x00\x00\x00\x00", call((*serde.Parser).Time),
			"msgpack at offset 0: expected a time, found an extension of type 5",
		},
		"too many nanoseconds": {
			"\xd7\xff\xff\xff\xff\xff\x00\x00\x00\x00", call((*serde.Parser).Time),
			"msgpack at offset 0: expected a time, found one with 1073741823 nanoseconds in its second",
		},
		"a code that does not exist": {
			"\x92\x01\xc1", func(p *serde.Parser) any { p.Skip(); return nil },
			"msgpack at offset 2: expected a value, found a byte that msgpack never uses (0xc1)",
		},
		"trailing bytes": {
			"\x01\x02", nothing,
			"msgpack at offset 0: expected the end of the input, found 2 more bytes",
		},
		"an error of generated code": {
			"\x01", func(p *serde.Parser) any { p.Int(); p.Failf("no such color: %d", 1); return nil },
			"msgpack at offset 1: no such color: 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := serde.NewParser([]byte(test.input))
			if v := test.parse(&p); v != nil {
				require.Zero(t, v)
			}
			require.EqualError(t, p.Done(), test.want)
			var parseError *serde.ParseError
			require.ErrorAs(t, p.Err(), &parseError)
			require.Equal(t, p.Offset(), parseError.Offset)
		})
	}
}

// call hides the type of what a method returns.
func call[T any](method func(*serde.Parser) T) func(*serde.Parser) any {
	return func(p *serde.Parser) any { return method(p) }
}

func TestFirstErrorStays(t *testing.T) {
	cause := errors.New("cause")
	p := serde.NewParser([]byte("\x01\x02\xc0\xc3\xa1x"))
	require.EqualValues(t, 1, p.Int())
	p.Fail(nil)
	require.NoError(t, p.Err())
	p.Fail(cause)
	p.Fail(errors.New("another"))

	require.Zero(t, p.Int())
	require.Zero(t, p.Uint())
	require.False(t, p.Nil())
	require.False(t, p.Bool())
	require.Zero(t, p.String())
	require.Nil(t, p.Bytes())
	require.Zero(t, p.Float32())
	require.Zero(t, p.Float64())
	require.Zero(t, p.Array())
	require.Zero(t, p.Map())
	require.Zero(t, p.Time())
	require.Zero(t, p.Cap(10, 8))
	p.ArrayOf(3)
	p.BytesInto(nil)
	p.Skip()
	require.Equal(t, 1, p.Offset())
	require.Zero(t, p.Len())
	require.ErrorIs(t, p.Done(), cause)

	p.Reset([]byte("\x05"))
	require.EqualValues(t, 5, p.Int())
	require.NoError(t, p.Done())
}

func TestNarrowing(t *testing.T) {
	fits := func(v int64, parse func(*serde.Parser)) bool {
		p := serde.NewParser(serde.AppendInt(nil, v))
		parse(&p)
		return p.Done() == nil
	}
	for name, test := range map[string]struct {
		parse    func(p *serde.Parser)
		min, max int64
	}{
		"int8":   {func(p *serde.Parser) { p.Int8() }, math.MinInt8, math.MaxInt8},
		"int16":  {func(p *serde.Parser) { p.Int16() }, math.MinInt16, math.MaxInt16},
		"int32":  {func(p *serde.Parser) { p.Int32() }, math.MinInt32, math.MaxInt32},
		"uint8":  {func(p *serde.Parser) { p.Uint8() }, 0, math.MaxUint8},
		"uint16": {func(p *serde.Parser) { p.Uint16() }, 0, math.MaxUint16},
		"uint32": {func(p *serde.Parser) { p.Uint32() }, 0, math.MaxUint32},
	} {
		t.Run(name, func(t *testing.T) {
			require.True(t, fits(test.min, test.parse))
			require.True(t, fits(test.max, test.parse))
			require.False(t, fits(test.min-1, test.parse))
			require.False(t, fits(test.max+1, test.parse))
		})
	}
}

// Other writers may use a longer format than they need.
func TestEveryIntegerFormatIsRead(t *testing.T) {
	for _, input := range []string{
		"\x05", "\xcc\x05", "\xcd\x00\x05", "\xce\x00\x00\x00\x05", "\xcf\x00\x00\x00\x00\x00\x00\x00\x05",
		"\xd0\x05", "\xd1\x00\x05", "\xd2\x00\x00\x00\x05", "\xd3\x00\x00\x00\x00\x00\x00\x00\x05",
	} {
		p := serde.NewParser([]byte(input))
		require.EqualValues(t, 5, p.Int())
		require.NoError(t, p.Done())
		p.Reset([]byte(input))
		require.EqualValues(t, 5, p.Uint8())
		require.NoError(t, p.Done())
	}
}

func TestFloat32WidensToFloat64(t *testing.T) {
	p := serde.NewParser(serde.AppendFloat32(nil, 1.5))
	require.Equal(t, 1.5, p.Float64())
	require.NoError(t, p.Done())
}

func TestTimeIsInUTC(t *testing.T) {
	zone := time.FixedZone("somewhere", 3600)
	at := time.Date(2024, 1, 2, 3, 4, 5, 6, zone)
	p := serde.NewParser(serde.AppendTime(nil, at))
	require.Equal(t, at.UTC(), p.Time())

	p.Reset(serde.AppendTime(nil, time.Time{}))
	require.Equal(t, time.Time{}, p.Time())
}

func TestResultsAreCopies(t *testing.T) {
	b := serde.AppendBytes(serde.AppendString(nil, "text"), []byte("bytes"))
	p := serde.NewParser(b)
	text, raw := p.String(), p.Bytes()
	clear(b)
	require.Equal(t, "text", text)
	require.Equal(t, []byte("bytes"), raw)
}

func TestBytesInto(t *testing.T) {
	var v [3]byte
	p := serde.NewParser(serde.AppendBytes(nil, []byte{1, 2, 3}))
	p.BytesInto(v[:])
	require.NoError(t, p.Done())
	require.Equal(t, [3]byte{1, 2, 3}, v)
}

func TestSkipIsNotLimitedInDepth(t *testing.T) {
	const depth = 5_000_000
	deep := []byte(strings.Repeat("\x91", depth) + "\xc0")
	p := serde.NewParser(deep)
	p.Skip()
	require.NoError(t, p.Done())

	p.Reset(deep[:depth])
	p.Skip()
	require.ErrorIs(t, p.Err(), io.ErrUnexpectedEOF)
	require.Zero(t, p.Offset())
}

func TestCap(t *testing.T) {
	p := serde.NewParser(make([]byte, 1000))
	require.Equal(t, 1000, p.Cap(1000, 8), "what the elements can take is granted")
	require.Equal(t, 1000, p.Cap(1000, 0), "elements without a size cost nothing")
	require.Equal(t, 4, p.Cap(1000, 1024), "the floor is still there")
	require.Equal(t, 0, p.Cap(1000, 8), "and then nothing")
	require.Equal(t, 0, p.Cap(-1, 8))
}

// tree is a type that nests in itself: each level of a hostile input may claim all
// the bytes that remain.
type tree struct{ children []tree }

func parseTree(p *serde.Parser, v *tree) {
	n := p.Array()
	v.children = make([]tree, 0, p.Cap(n, 24))
	for i := 0; i < n && p.Err() == nil; i++ {
		var child tree
		parseTree(p, &child)
		v.children = append(v.children, child)
	}
}

func TestNestedLengthsDoNotAddUp(t *testing.T) {
	input := []byte(strings.Repeat("\xdc\x27\x10", 20_000)) // 20,000 levels of 10,000 elements each
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := serde.NewParser(input)
	parseTree(&p, new(tree))
	runtime.ReadMemStats(&after)

	require.Error(t, p.Err())
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(50*len(input)))
}
