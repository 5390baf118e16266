package serde_test

import (
	"bytes"
	"io"
	"math"
	"testing"
	"time"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"
)

// primitive is one kind of value with its two functions of serde. The oracle for both
// is vmihailenco's Encoder.
type primitive struct {
	name   string
	draw   *rapid.Generator[any]
	append func(b []byte, v any) []byte
	parse  func(p *serde.Parser) any
}

// of makes a primitive of T, which equal values must give equal bytes for.
func of[T any](name string, draw *rapid.Generator[T], appendT func([]byte, T) []byte, parseT func(*serde.Parser) T) primitive {
	return primitive{
		name:   name,
		draw:   draw.AsAny(),
		append: func(b []byte, v any) []byte { return appendT(b, v.(T)) },
		parse:  func(p *serde.Parser) any { return parseT(p) },
	}
}

func appendSigned[T int | int8 | int16 | int32 | int64 | time.Duration](b []byte, v T) []byte {
	return serde.AppendInt(b, int64(v))
}

func appendUnsigned[T uint | uint8 | uint16 | uint32 | uint64](b []byte, v T) []byte {
	return serde.AppendUint(b, uint64(v))
}

// array and dict stand for a container whose elements are all nil.
type (
	array int
	dict  int
)

func (n array) EncodeMsgpack(e *msgpack.Encoder) error {
	return encodeNils(e, e.EncodeArrayLen(int(n)), int(n))
}

func (n dict) EncodeMsgpack(e *msgpack.Encoder) error {
	return encodeNils(e, e.EncodeMapLen(int(n)), 2*int(n))
}

func encodeNils(e *msgpack.Encoder, err error, n int) error {
	for range n {
		if err == nil {
			err = e.EncodeNil()
		}
	}
	return err
}

func appendNils(b []byte, n int) []byte {
	for range n {
		b = serde.AppendNil(b)
	}
	return b
}

func skipNils(p *serde.Parser, n int) {
	for range n {
		if !p.Nil() {
			p.Failf("no nil")
		}
	}
}

func primitives() []primitive {
	lengths := rapid.OneOf(rapid.IntRange(0, 40), rapid.SampledFrom([]int{255, 256, 300}))
	text := rapid.Custom(func(t *rapid.T) string {
		n := lengths.Draw(t, "length")
		return string(bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, n))
	})
	return []primitive{
		of("bool", rapid.Bool(), serde.AppendBool, (*serde.Parser).Bool),
		of("int", rapid.Int(), appendSigned[int], (*serde.Parser).NativeInt),
		of("int8", rapid.Int8(), appendSigned[int8], (*serde.Parser).Int8),
		of("int16", rapid.Int16(), appendSigned[int16], (*serde.Parser).Int16),
		of("int32", rapid.Int32(), appendSigned[int32], (*serde.Parser).Int32),
		of("int64", rapid.Int64(), appendSigned[int64], (*serde.Parser).Int),
		of("uint", rapid.Uint(), appendUnsigned[uint], (*serde.Parser).NativeUint),
		of("uint8", rapid.Uint8(), appendUnsigned[uint8], (*serde.Parser).Uint8),
		of("uint16", rapid.Uint16(), appendUnsigned[uint16], (*serde.Parser).Uint16),
		of("uint32", rapid.Uint32(), appendUnsigned[uint32], (*serde.Parser).Uint32),
		of("uint64", rapid.Uint64(), appendUnsigned[uint64], (*serde.Parser).Uint),
		of("duration",
			rapid.Map(rapid.Int64(), func(v int64) time.Duration { return time.Duration(v) }),
			appendSigned[time.Duration],
			func(p *serde.Parser) time.Duration { return time.Duration(p.Int()) }),
		of("float32", rapid.Float32(), serde.AppendFloat32, (*serde.Parser).Float32),
		of("float64", rapid.Float64(), serde.AppendFloat64, (*serde.Parser).Float64),
		of("string", text, serde.AppendString, (*serde.Parser).String),
		of("bytes",
			rapid.Map(rapid.Ptr(text, true), func(s *string) []byte {
				if s == nil {
					return nil
				}
				return []byte(*s)
			}),
			serde.AppendBytes, (*serde.Parser).Bytes),
		of("time",
			rapid.Custom(func(t *rapid.T) time.Time {
				seconds := rapid.OneOf(
					rapid.Int64Range(-62135596800, 253402300799), // the years 1 to 9999
					rapid.SampledFrom([]int64{-1, 0, 1<<32 - 1, 1 << 32, 1<<34 - 1, 1 << 34}),
				).Draw(t, "seconds")
				nanos := rapid.SampledFrom([]int64{0, 1, 999_999_999}).Draw(t, "nanoseconds")
				return time.Unix(seconds, nanos).UTC()
			}),
			serde.AppendTime, (*serde.Parser).Time),
		of("array",
			rapid.Map(lengths, func(n int) array { return array(n) }),
			func(b []byte, n array) []byte { return appendNils(serde.AppendArray(b, int(n)), int(n)) },
			func(p *serde.Parser) array {
				n := p.Array()
				skipNils(p, n)
				return array(n)
			}),
		of("map",
			rapid.Map(lengths, func(n int) dict { return dict(n) }),
			func(b []byte, n dict) []byte { return appendNils(serde.AppendMap(b, int(n)), 2*int(n)) },
			func(p *serde.Parser) dict {
				n := p.Map()
				skipNils(p, 2*n)
				return dict(n)
			}),
	}
}

// oracle returns what vmihailenco writes for v.
func oracle(t require.TestingT, v any) []byte {
	var w bytes.Buffer
	require.NoError(t, encoder(&w).Encode(v))
	return w.Bytes()
}

func TestPrimitivesAreThoseOfVmihailenco(t *testing.T) {
	for _, kind := range primitives() {
		t.Run(kind.name, rapid.MakeCheck(func(t *rapid.T) {
			v := kind.draw.Draw(t, "value")
			want := oracle(t, v)
			require.Equal(t, want, kind.append(nil, v))
			require.Equal(t, append([]byte("before"), want...), kind.append([]byte("before"), v))

			p := serde.NewParser(want)
			require.Equal(t, v, kind.parse(&p))
			require.NoError(t, p.Done())
			require.Equal(t, len(want), p.Offset())

			p.Reset(want)
			p.Skip()
			require.NoError(t, p.Done())
		}))
	}
}

// A value cut short gives an error that says so, and the parser stays on it.
func TestTruncatedPrimitives(t *testing.T) {
	for _, kind := range primitives() {
		t.Run(kind.name, rapid.MakeCheck(func(t *rapid.T) {
			whole := kind.append(nil, kind.draw.Draw(t, "value"))
			for n := range whole {
				for _, parse := range []func(*serde.Parser) any{kind.parse, skip} {
					p := serde.NewParser(whole[:n])
					parse(&p)
					require.ErrorIsf(t, p.Err(), io.ErrUnexpectedEOF, "%d of %d bytes", n, len(whole))
					require.Zero(t, p.Len())
					require.LessOrEqual(t, p.Offset(), n)
				}
			}
		}))
	}
}

func skip(p *serde.Parser) any {
	p.Skip()
	return nil
}

// Values written one after the other come back in the same order.
func TestSequences(t *testing.T) {
	kinds := primitives()
	rapid.Check(t, func(t *rapid.T) {
		picked := rapid.SliceOfN(rapid.IntRange(0, len(kinds)-1), 0, 12).Draw(t, "kinds")
		var b []byte
		values := make([]any, len(picked))
		for i, k := range picked {
			values[i] = kinds[k].draw.Draw(t, kinds[k].name)
			b = kinds[k].append(b, values[i])
		}
		p := serde.NewParser(b)
		for i, k := range picked {
			require.Equal(t, values[i], kinds[k].parse(&p))
		}
		require.NoError(t, p.Done())
	})
}

// Any parse of any value of another kind either gives an error or, as between
// integers, the value that was written.
func TestKindsAreNotConfused(t *testing.T) {
	kinds := primitives()
	rapid.Check(t, func(t *rapid.T) {
		wrote := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "written")]
		reads := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "read")]
		b := wrote.append(nil, wrote.draw.Draw(t, "value"))
		p := serde.NewParser(b)
		if v := reads.parse(&p); p.Err() == nil && reads.name != "float64" {
			require.Equalf(t, b, reads.append(nil, v), "%s read as %s", wrote.name, reads.name)
		}
	})
}

func TestEdgesAreThoseOfVmihailenco(t *testing.T) {
	long := func(n int) string { return string(bytes.Repeat([]byte("x"), n)) }
	for name, test := range map[string]struct {
		value any
		bytes []byte
	}{
		"smallest of one byte": {int64(-32), serde.AppendInt(nil, -32)},
		"largest of one byte":  {int64(127), serde.AppendInt(nil, 127)},
		"200 as an int64":      {int64(200), serde.AppendInt(nil, 200)},
		"smallest int8":        {int8(-128), serde.AppendInt(nil, -128)},
		"below int8":           {int64(-129), serde.AppendInt(nil, -129)},
		"below int16":          {int64(math.MinInt16 - 1), serde.AppendInt(nil, math.MinInt16-1)},
		"below int32":          {int64(math.MinInt32 - 1), serde.AppendInt(nil, math.MinInt32-1)},
		"smallest int64":       {int64(math.MinInt64), serde.AppendInt(nil, math.MinInt64)},
		"largest uint64":       {uint64(math.MaxUint64), serde.AppendUint(nil, math.MaxUint64)},
		"duration":             {time.Hour, serde.AppendInt(nil, int64(time.Hour))},
		"NaN":                  {math.NaN(), serde.AppendFloat64(nil, math.NaN())},
		"NaN of 32 bits":       {float32(math.NaN()), serde.AppendFloat32(nil, float32(math.NaN()))},
		"negative zero":        {math.Copysign(0, -1), serde.AppendFloat64(nil, math.Copysign(0, -1))},
		"zero time":            {time.Time{}, serde.AppendTime(nil, time.Time{})},
		"nil":                  {nil, serde.AppendNil(nil)},
		"nil bytes":            {[]byte(nil), serde.AppendBytes(nil, nil)},
		"no bytes":             {[]byte{}, serde.AppendBytes(nil, []byte{})},
		"array of bytes":       {[3]byte{1, 2, 3}, serde.AppendBytes(nil, []byte{1, 2, 3})},
		"string of 31":         {long(31), serde.AppendString(nil, long(31))},
		"string of 32":         {long(32), serde.AppendString(nil, long(32))},
		"string of 16 bits":    {long(math.MaxUint16), serde.AppendString(nil, long(math.MaxUint16))},
		"string above 16 bits": {long(math.MaxUint16 + 1), serde.AppendString(nil, long(math.MaxUint16+1))},
		"bytes above 16 bits":  {[]byte(long(1 << 16)), serde.AppendBytes(nil, []byte(long(1<<16)))},
		"array of 15":          {array(15), appendNils(serde.AppendArray(nil, 15), 15)},
		"array of 16":          {array(16), appendNils(serde.AppendArray(nil, 16), 16)},
		"array above 16 bits":  {array(1 << 16), appendNils(serde.AppendArray(nil, 1<<16), 1<<16)},
		"map above 16 bits":    {dict(1 << 16), appendNils(serde.AppendMap(nil, 1<<16), 1<<17)},
		"struct of no fields":  {struct{}{}, serde.AppendArray(nil, 0)},
		"named int":            {time.Month(5), serde.AppendInt(nil, 5)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, oracle(t, test.value), test.bytes)
			p := serde.NewParser(test.bytes)
			p.Skip()
			require.NoError(t, p.Done())
		})
	}
}

func TestLengthsThatMsgpackCannotHold(t *testing.T) {
	require.Panics(t, func() { serde.AppendArray(nil, -1) })
	require.Panics(t, func() { serde.AppendMap(nil, -1) })
}
