package serde_test

import (
	"bytes"
	"io"
	"strconv"
	"testing"
	"time"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

// order stands for a record with a generated codec; plainOrder is the same without
// methods, which vmihailenco reaches by reflection.
type order struct {
	ID       int64
	Customer string
	Item     string
	Count    uint32
	Price    float64
	Paid     bool
	At       int64
	Note     []byte
}

type plainOrder order

func appendOrder(b []byte, v *order) []byte {
	b = serde.AppendArray(b, 8)
	b = serde.AppendInt(b, v.ID)
	b = serde.AppendString(b, v.Customer)
	b = serde.AppendString(b, v.Item)
	b = serde.AppendUint(b, uint64(v.Count))
	b = serde.AppendFloat64(b, v.Price)
	b = serde.AppendBool(b, v.Paid)
	b = serde.AppendInt(b, v.At)
	return serde.AppendBytes(b, v.Note)
}

func parseOrder(p *serde.Parser, v *order) {
	p.ArrayOf(8)
	v.ID = p.Int()
	v.Customer = p.String()
	v.Item = p.String()
	v.Count = p.Uint32()
	v.Price = p.Float64()
	v.Paid = p.Bool()
	v.At = p.Int()
	v.Note = p.Bytes()
}

func (v order) EncodeMsgpack(e *msgpack.Encoder) error  { return serde.Encode(e, &v, appendOrder) }
func (v *order) DecodeMsgpack(d *msgpack.Decoder) error { return serde.Decode(d, v, parseOrder) }

func anOrder() order {
	return order{
		ID: 7_000_001, Customer: "customer-42", Item: "a blue kettle", Count: 3,
		Price: 19.99, Paid: true, At: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC).UnixMilli(), Note: []byte("fragile"),
	}
}

// encoder returns an Encoder with the options whose bytes serde writes.
func encoder(w io.Writer) *msgpack.Encoder {
	e := msgpack.NewEncoder(w)
	e.UseArrayEncodedStructs(true)
	e.UseCompactInts(true)
	return e
}

func BenchmarkAppend(b *testing.B) {
	v := anOrder()
	b.Run("serde", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf = appendOrder(buf[:0], &v)
		}
	})
	b.Run("vmihailenco", func(b *testing.B) {
		b.ReportAllocs()
		plain := plainOrder(v)
		var w bytes.Buffer
		e := encoder(&w)
		for b.Loop() {
			w.Reset()
			if err := e.Encode(&plain); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	v := anOrder()
	data := appendOrder(nil, &v)
	b.Run("serde", func(b *testing.B) {
		b.ReportAllocs()
		var p serde.Parser
		var got order
		for b.Loop() {
			p.Reset(data)
			parseOrder(&p, &got)
		}
		require.NoError(b, p.Done())
		require.Equal(b, v, got)
	})
	b.Run("vmihailenco", func(b *testing.B) {
		b.ReportAllocs()
		var got plainOrder
		for b.Loop() {
			if err := msgpack.Unmarshal(data, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSkip(b *testing.B) {
	v := anOrder()
	data := appendOrder(nil, &v)
	var p serde.Parser
	for b.Loop() {
		p.Reset(data)
		p.Skip()
	}
}

func BenchmarkHash(b *testing.B) {
	var sum uint64
	b.Run("uint64", func(b *testing.B) {
		var x uint64
		for b.Loop() {
			sum += serde.HashUint64(x)
			x++
		}
	})
	for _, n := range []int{3, 8, 16, 64, 1024} {
		keys := make([]string, 64)
		for i := range keys {
			key := make([]byte, n)
			copy(key, strconv.Itoa(i))
			keys[i] = string(key)
		}
		b.Run("string"+strconv.Itoa(n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				sum += serde.HashString(keys[i&63])
				i++
			}
		})
	}
	_ = sum
}
