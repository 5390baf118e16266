package serde_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

func TestMarshalWritesWhatReflectionWould(t *testing.T) {
	v := anOrder()
	want := oracle(t, plainOrder(v))
	require.Equal(t, want, appendOrder(nil, &v))

	for name, value := range map[string]any{"value": v, "pointer": &v} {
		got, err := msgpack.Marshal(value)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

func TestUnmarshalReadsWhatReflectionWrote(t *testing.T) {
	v := anOrder()
	var got order
	require.NoError(t, msgpack.Unmarshal(oracle(t, plainOrder(v)), &got))
	require.Equal(t, v, got)

	var plain plainOrder
	require.NoError(t, msgpack.Unmarshal(appendOrder(nil, &v), &plain))
	require.Equal(t, v, order(plain))
}

// A generated type may be anywhere in a type that has no codec of its own.
func TestGeneratedTypesInsideOthers(t *testing.T) {
	type page struct {
		Title  string
		Orders []order
		ByID   map[int64]order
		Last   *order
		None   *order
	}
	v := anOrder()
	want := page{Title: "one", Orders: []order{v, {}, v}, ByID: map[int64]order{7: v}, Last: &v}
	b, err := msgpack.Marshal(want)
	require.NoError(t, err)
	var got page
	require.NoError(t, msgpack.Unmarshal(b, &got))
	require.Equal(t, want, got)
}

func TestEncodeToAnyWriter(t *testing.T) {
	v := anOrder()
	want := appendOrder(appendOrder(nil, &v), &v)
	var direct, buffered, plain bytes.Buffer
	through := bufio.NewWriterSize(&buffered, 16)
	for _, w := range []io.Writer{&direct, through, struct{ io.Writer }{&plain}} {
		require.NoError(t, msgpack.NewEncoder(w).EncodeMulti(v, &v))
	}
	require.NoError(t, through.Flush())
	require.Equal(t, want, direct.Bytes())
	require.Equal(t, want, buffered.Bytes())
	require.Equal(t, want, plain.Bytes())
}

func TestEncodeReturnsTheWritersError(t *testing.T) {
	broken := errors.New("broken")
	r, w := io.Pipe()
	require.NoError(t, r.CloseWithError(broken))
	require.ErrorIs(t, msgpack.NewEncoder(w).Encode(anOrder()), broken)
}

func TestDecodeErrors(t *testing.T) {
	v := anOrder()
	whole := appendOrder(nil, &v)
	var got order
	require.Error(t, msgpack.Unmarshal(whole[:len(whole)-1], &got), "a value cut short")

	var parseError *serde.ParseError
	more := append(serde.AppendArray(nil, 9), whole[1:]...)
	require.ErrorAs(t, msgpack.Unmarshal(serde.AppendNil(more), &got), &parseError, "a field too many")

	short := func(p *serde.Parser, v *order) { p.Array() }
	err := serde.Decode(msgpack.NewDecoder(bytes.NewReader(whole)), &got, short)
	require.ErrorAs(t, err, &parseError, "a parse function that leaves bytes")
}
