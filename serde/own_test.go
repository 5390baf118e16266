package serde_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/streamgen/streamgen/serde"
)

// twoValues writes several values, which vmihailenco's own examples do.
type twoValues struct {
	a string
	b int
	f func()
}

func (v twoValues) EncodeMsgpack(e *msgpack.Encoder) error  { return e.EncodeMulti(v.a, v.b) }
func (v *twoValues) DecodeMsgpack(d *msgpack.Decoder) error { return d.DecodeMulti(&v.a, &v.b) }

// refusing refuses to be written and read.
type refusing struct{ reason string }

var errRefused = errors.New("refused")

func (r refusing) MarshalBinary() ([]byte, error)        { return nil, errRefused }
func (r *refusing) UnmarshalBinary([]byte) error         { return errRefused }
func (r refusing) MarshalText() ([]byte, error)          { return nil, errRefused }
func (r *refusing) UnmarshalText([]byte) error           { return errRefused }
func (r refusing) EncodeMsgpack(*msgpack.Encoder) error  { return errRefused }
func (r *refusing) DecodeMsgpack(*msgpack.Decoder) error { return errRefused }

// emptyBytes makes nothing of itself.
type emptyBytes struct{ read bool }

func (emptyBytes) MarshalBinary() ([]byte, error) { return nil, nil }
func (e *emptyBytes) UnmarshalBinary(b []byte) error {
	e.read = b != nil && len(b) == 0
	return nil
}

// What a type's own codec writes is one msgpack value, and is read again, into a value that is zero before.
func TestOwnCodecs(t *testing.T) {
	address := netip.MustParseAddr("fe80::1%eth0")
	number := big.NewInt(-12345678901)
	two := twoValues{a: "x", b: 7}
	var b []byte
	b = serde.AppendBinary(b, &address)
	b = serde.AppendText(b, number)
	b = serde.AppendMsgpack(b, &two)
	b = serde.AppendBinary(b, &emptyBytes{})

	skip := serde.NewParser(b)
	for range 4 {
		skip.Skip()
	}
	require.NoError(t, skip.Done())

	p := serde.NewParser(b)
	gotAddress, gotNumber, gotTwo, gotEmpty := netip.MustParseAddr("1.2.3.4"), big.NewInt(5), twoValues{f: func() {}}, emptyBytes{}
	serde.ParseBinary(&p, &gotAddress)
	serde.ParseText(&p, gotNumber)
	serde.ParseMsgpack(&p, &gotTwo)
	serde.ParseBinary(&p, &gotEmpty)
	require.NoError(t, p.Done())
	require.Equal(t, address, gotAddress)
	require.Zero(t, number.Cmp(gotNumber))
	require.Equal(t, two, gotTwo, "what stood there before is gone")
	require.True(t, gotEmpty.read)
}

// A type that refuses to be written makes the append function panic with an error that names it; one that refuses to be read stops the
// parser at its value.
func TestOwnCodecsThatFail(t *testing.T) {
	v := &refusing{}
	for name, appendTo := range map[string]func() []byte{
		"binary":  func() []byte { return serde.AppendBinary(nil, v) },
		"text":    func() []byte { return serde.AppendText(nil, v) },
		"msgpack": func() []byte { return serde.AppendMsgpack(nil, v) },
	} {
		t.Run("write "+name, func(t *testing.T) {
			err := encodeError(appendTo)
			require.ErrorIs(t, err, errRefused)
			require.Equal(t, "serde_test.refusing", err.Type)
			require.ErrorContains(t, err, "a value of type serde_test.refusing cannot be written: refused")
		})
	}
	for name, c := range map[string]struct {
		input []byte
		parse func(*serde.Parser)
	}{
		"binary":  {serde.AppendBytes([]byte{0x01}, []byte{1}), func(p *serde.Parser) { serde.ParseBinary(p, v) }},
		"text":    {serde.AppendString([]byte{0x01}, "x"), func(p *serde.Parser) { serde.ParseText(p, v) }},
		"msgpack": {serde.AppendBytes([]byte{0x01}, []byte{1}), func(p *serde.Parser) { serde.ParseMsgpack(p, v) }},
	} {
		t.Run("read "+name, func(t *testing.T) {
			p := serde.NewParser(c.input)
			p.Int()
			c.parse(&p)
			var parseError *serde.ParseError
			require.ErrorAs(t, p.Err(), &parseError)
			require.ErrorIs(t, p.Err(), errRefused)
			require.Equal(t, 1, parseError.Offset)
		})
	}

	p := serde.NewParser(serde.AppendBytes(nil, []byte{0xa1, 'x', 7, 8}))
	serde.ParseMsgpack(&p, &twoValues{})
	require.ErrorContains(t, p.Err(), "left 1 of 4 bytes unread")

	p = serde.NewParser(serde.AppendBytes(nil, []byte{0xa1}))
	serde.ParseMsgpack(&p, &twoValues{})
	require.Error(t, p.Err())

	p = serde.NewParser(serde.AppendString(nil, "text where bytes belong"))
	var address netip.Addr
	serde.ParseBinary(&p, &address)
	require.ErrorContains(t, p.Err(), "expected bytes")
}

// The byte that stands for a value which the writer did not have gives the zero value.
func TestAbsent(t *testing.T) {
	p := serde.NewParser([]byte{0xc1, 0xc1, 0xc1, 7})
	address, number, two := netip.MustParseAddr("1.2.3.4"), big.NewInt(5), twoValues{a: "a"}
	serde.ParseBinary(&p, &address)
	serde.ParseText(&p, number)
	serde.ParseMsgpack(&p, &two)
	require.False(t, p.Absent())
	require.EqualValues(t, 7, p.Int())
	require.NoError(t, p.Done())
	require.Zero(t, address)
	require.Zero(t, number.Sign())
	require.Equal(t, twoValues{}, two)
	require.False(t, p.Absent(), "at the end of the input")
}

// A value is zero if it is written as the zero value is: a number that came back to 0 is, although its memory differs.
func TestIsZeroOfOwnCodecs(t *testing.T) {
	number := big.NewInt(7)
	require.False(t, serde.IsZeroText(number))
	number.Sub(number, big.NewInt(7))
	require.True(t, serde.IsZeroText(number))
	require.True(t, serde.IsZeroMsgpack(&twoValues{}))
	require.False(t, serde.IsZeroMsgpack(&twoValues{b: 1}))
	require.True(t, serde.IsZeroBinary(&netip.Addr{}))
	require.True(t, serde.IsZeroBinary(&refusing{}), "which cannot be written")
	require.False(t, serde.IsZeroBinary(&refusing{reason: "set"}))
}

func encodeError(appendTo func() []byte) (err *serde.EncodeError) {
	defer func() { err, _ = recover().(*serde.EncodeError) }()
	appendTo()
	return nil
}

// list is a type that contains itself, with the code that is generated for it.
type list struct{ next *list }

func appendList(b []byte, s *list) []byte { return appendDeepList(b, s, 0) }

func appendDeepList(b []byte, s *list, depth int) []byte {
	depth = serde.Deeper[list](depth)
	b = serde.AppendArray(b, 1)
	if s.next == nil {
		b = serde.AppendNil(b)
	} else {
		b = appendDeepList(b, s.next, depth)
	}
	return b
}

func parseList(p *serde.Parser, s *list) {
	p.Enter()
	p.ArrayOf(1)
	s.next = nil
	if !p.Nil() && p.Err() == nil {
		s.next = new(list)
		parseList(p, s.next)
	}
	p.Leave()
}

func (s list) EncodeMsgpack(e *msgpack.Encoder) error  { return serde.Encode(e, &s, appendList) }
func (s *list) DecodeMsgpack(d *msgpack.Decoder) error { return serde.Decode(d, s, parseList) }

// Values are nested down to a limit, which is the same for writing and reading: what was written can be read. A value that contains itself is
// an error, not an endless loop.
func TestDepth(t *testing.T) {
	nested := func(depth int) *list {
		var l *list
		for range depth {
			l = &list{l}
		}
		return l
	}
	b := appendList(nil, nested(serde.MaxDepth))
	p := serde.NewParser(b)
	var back list
	parseList(&p, &back)
	require.NoError(t, p.Done())
	depth := 0
	for l := &back; l != nil; l = l.next {
		depth++
	}
	require.Equal(t, serde.MaxDepth, depth)

	err := encodeError(func() []byte { return appendList(nil, nested(serde.MaxDepth+1)) })
	require.ErrorContains(t, err, "serde_test.list")
	circle := &list{}
	circle.next = circle
	err = encodeError(func() []byte { return appendList(nil, circle) })
	require.ErrorContains(t, err, "it contains itself, or is nested deeper than 10000 values")
	_, marshalError := msgpack.Marshal(circle)
	require.ErrorContains(t, marshalError, "it contains itself")

	hostile := bytes.Repeat([]byte{0x91}, 64<<20)
	p = serde.NewParser(hostile)
	parseList(&p, &back)
	require.ErrorContains(t, p.Err(), "nested deeper than 10000 values")

	// Values side by side are not deep.
	side := []byte{}
	for range 3 {
		side = append(side, b...)
	}
	p = serde.NewParser(side)
	for range 3 {
		parseList(&p, &back)
	}
	require.NoError(t, p.Done())
}

// A time is a key of a map if it is found again after it was read.
func TestTimeKeys(t *testing.T) {
	early, late := time.Unix(1, 0).UTC(), time.Date(2024, 5, 6, 7, 8, 9, 10, time.UTC)
	require.Equal(t, []time.Time{early, late}, serde.SortedTimeKeys(map[time.Time]int{late: 1, early: 2}))
	p := serde.NewParser(serde.AppendTime(nil, late))
	read := p.Time()
	require.Contains(t, map[time.Time]bool{late: true}, read, "the key is found again")
	for name, key := range map[string]time.Time{
		"another zone": late.In(time.FixedZone("here", 3600)), "a monotonic reading": time.Now(), "local": time.Unix(5, 0).In(time.FixedZone("UTC", 0)),
	} {
		err := encodeError(func() []byte { serde.SortedTimeKeys(map[time.Time]int{key: 1}); return nil })
		require.ErrorContains(t, err, "make keys of t.UTC().Round(0)", name)
	}
}

// Keys that have no order of their own are written in the order of their bytes, and none twice.
func TestKeysByBytes(t *testing.T) {
	type point struct{ x, y int }
	appendPoint := func(b []byte, k point) []byte { return serde.AppendInt(serde.AppendInt(b, int64(k.x)), int64(k.y)) }
	m := map[point]string{{2, 1}: "", {1, 200}: "", {1, 3}: "", {0, 0}: ""}
	for range 10 {
		require.Equal(t, []point{{0, 0}, {1, 3}, {1, 200}, {2, 1}}, serde.KeysByBytes(m, appendPoint))
	}
	require.Empty(t, serde.KeysByBytes(map[point]string{}, appendPoint))
	err := encodeError(func() []byte {
		serde.KeysByBytes(m, func(b []byte, k point) []byte { return serde.AppendInt(b, int64(k.x)) })
		return nil
	})
	require.ErrorContains(t, err, "two of its keys differ, but are the same once they are written")
}

// Bytes of a named type are bytes, nil or not.
func TestBytesOf(t *testing.T) {
	type grade byte
	for _, v := range [][]grade{nil, {}, {1, 2, 255}} {
		b := serde.AppendBytesOf(nil, v)
		want := []byte(nil)
		if v != nil {
			want = make([]byte, len(v))
			for i := range v {
				want[i] = byte(v[i])
			}
		}
		require.Equal(t, serde.AppendBytes(nil, want), b)
		p := serde.NewParser(b)
		require.Equal(t, v, serde.BytesOf[grade](&p))
	}
	p := serde.NewParser(serde.AppendBytes(nil, []byte{7, 8}))
	var into [2]grade
	serde.BytesIntoOf(&p, into[:])
	require.NoError(t, p.Done())
	require.Equal(t, [2]grade{7, 8}, into)
}

// A complex number is an array of its two parts.
func TestComplex(t *testing.T) {
	b := serde.AppendComplex64(serde.AppendComplex128(nil, 1+2i), -3.5i)
	require.Equal(t, "92cb3ff0000000000000cb400000000000000092ca00000000cac0600000", fmt.Sprintf("%x", b))
	p := serde.NewParser(b)
	require.Equal(t, 1+2i, p.Complex128())
	require.Equal(t, complex64(-3.5i), p.Complex64())
	require.NoError(t, p.Done())
	p = serde.NewParser([]byte{0x91, 1})
	p.Complex64()
	require.ErrorContains(t, p.Err(), "an array of 2 elements")
}
