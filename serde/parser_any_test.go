package serde_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/streamgen/streamgen/serde"
)

func TestKindOfAnyValue(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		value any
		want  serde.Kind
	}{
		{nil, serde.KindNil}, {true, serde.KindBool}, {false, serde.KindBool},
		{5, serde.KindInt}, {-5, serde.KindInt}, {-1000, serde.KindInt}, {300, serde.KindInt}, {int64(math.MinInt64), serde.KindInt},
		{uint64(math.MaxUint64), serde.KindUint},
		{float32(1), serde.KindFloat32}, {1.0, serde.KindFloat64},
		{"a", serde.KindString}, {long, serde.KindString}, {[]byte("a"), serde.KindBytes}, {[]byte(long), serde.KindBytes},
		{[]int{1}, serde.KindArray}, {make([]int, 100), serde.KindArray}, {map[string]int{"a": 1}, serde.KindMap},
		{time.Unix(1, 0), serde.KindExtension}, {time.Unix(1, 1), serde.KindExtension}, {time.Unix(-1, 1), serde.KindExtension},
	} {
		b, err := msgpack.Marshal(c.value)
		require.NoError(t, err)
		p := serde.NewParser(b)
		require.Equal(t, c.want, p.Kind(), "%v", c.value)
		require.Zero(t, p.Offset(), "nothing was read")
	}
	for _, none := range []string{"", "\xc1"} {
		p := serde.NewParser([]byte(none))
		require.Equal(t, serde.KindNone, p.Kind())
	}
}

func TestExtension(t *testing.T) {
	for in, want := range map[string]string{
		"\xd4\x05a": "a", "\xd8\x050123456789abcdef": "0123456789abcdef", "\xc7\x03\x05abc": "abc", "\xc8\x00\x01\x05a": "a", "\xc7\x00\x05": "",
	} {
		p := serde.NewParser([]byte(in))
		id, data := p.Extension()
		require.NoError(t, p.Done())
		require.Equal(t, int8(5), id)
		require.Equal(t, want, string(data))
		for end := range len(in) {
			p = serde.NewParser([]byte(in[:end]))
			p.Extension()
			require.Error(t, p.Err(), "%x", in[:end])
		}
	}
	p := serde.NewParser([]byte("\x05"))
	p.Extension()
	require.EqualError(t, p.Err(), "msgpack at offset 0: expected an extension, found an int (0x05)")
}
