package file

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type total struct {
	Word  string `json:"word"`
	Count int64  `json:"count"`
}

type plain struct {
	Text    string
	Yes     bool `json:"yes,omitempty"`
	Small   int8 `json:",omitempty"`
	Big     uint64
	Half    float32 `json:"half.2-x"`
	Whole   float64
	Skipped int `json:"-"`
	//lint:ignore SA5008 the name is a dash, as encoding/json reads it
	Dash   int    `json:"-,"`
	Nested *total `json:",omitempty"`
	List   []string
	Totals []total `json:",omitempty"`
	Pair   [2]uint8
	hidden int
}

// oracle is what encoding/json writes without escapes for HTML.
func oracle[T any](t require.TestingT, records []T) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i := range records {
		require.NoError(t, e.Encode(&records[i]))
	}
	return b.String()
}

func encoded[T any](t require.TestingT, e encoder[T], records []T) string {
	b, n, err := e(nil, records)
	require.NoError(t, err)
	require.Equal(t, len(records), n)
	return string(b)
}

func TestPlainJSONIsThatOfEncodingJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		word := rapid.Custom(func(rt *rapid.T) total { return total{text.Draw(rt, "word"), rapid.Int64().Draw(rt, "count")} })
		records := rapid.SliceOf(rapid.Custom(func(rt *rapid.T) plain {
			p := plain{
				Text: text.Draw(rt, "text"), Yes: rapid.Bool().Draw(rt, "yes"), Small: rapid.Int8().Draw(rt, "small"), Big: rapid.Uint64().Draw(rt, "big"),
				Half: rapid.Float32().Draw(rt, "half"), Whole: rapid.Float64().Draw(rt, "whole"), Skipped: 1, Dash: 2, hidden: 3,
				List: rapid.SliceOf(text).Draw(rt, "list"), Totals: rapid.SliceOfN(word, 0, 2).Draw(rt, "totals"), Pair: [2]uint8{0, 255},
			}
			if rapid.Bool().Draw(rt, "nested") {
				w := word.Draw(rt, "word")
				p.Nested = &w
			}
			if rapid.Bool().Draw(rt, "nil") {
				p.List = nil
			}
			return p
		})).Draw(rt, "records")
		appendValue, ok := appenderOf(reflect.TypeFor[plain](), nil)
		require.True(rt, ok)
		require.Equal(rt, oracle(rt, records), encoded(rt, plainEncoder[plain](appendValue), records))
		require.Equal(rt, oracle(rt, records), encoded(rt, anyEncoder[plain](), records))
	})
}

func TestNumbersAndStrings(t *testing.T) {
	floats := []float64{0, math.Copysign(0, -1), 1, -1.5, 1e20, 1e21, 1e-6, 9.99e-7, 1e-9, 1e-10, 1e100, math.MaxFloat64, math.SmallestNonzeroFloat64, 1 / 3.0}
	require.Equal(t, oracle(t, floats), encoded(t, jsonEncoder[float64](), floats))
	halves := []float32{0, 1e20, 1e21, 1e-6, 9.99e-7, 1e-9, math.MaxFloat32, 1 / 3.0}
	require.Equal(t, oracle(t, halves), encoded(t, jsonEncoder[float32](), halves))
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	strings := []string{"", "<a&b>", "\u2028\u2029\ufffd\x7f", string(all), "ünï", "\xe2\x80", "\xed\xa0\x80"}
	require.Equal(t, oracle(t, strings), encoded(t, jsonEncoder[string](), strings))
	for _, f := range []float64{math.NaN(), math.Inf(-1)} {
		_, _, err := jsonEncoder[float64]()(nil, []float64{f})
		require.ErrorContains(t, err, "JSON has no number")
	}
}

type byPointer struct{ X int }

func (b *byPointer) MarshalJSON() ([]byte, error) { return []byte(`"<p>"`), nil }

type linked struct {
	X    int
	Next *linked
}

func TestTypesLeftToEncodingJSON(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[time.Time](), reflect.TypeFor[any](), reflect.TypeFor[map[string]int](), reflect.TypeFor[[]byte](), reflect.TypeFor[byPointer](),
		reflect.TypeFor[linked](), reflect.TypeFor[struct{ total }](), reflect.TypeFor[json.Number](),
		reflect.TypeFor[struct {
			A int `json:"a,string"`
		}](),
		reflect.TypeFor[struct {
			A int `json:"B"`
			B int
		}](),
		reflect.TypeFor[struct {
			A int `json:"ä<"`
		}](),
		reflect.TypeFor[struct {
			A int `json:"a,omitzero"`
		}](),
	} {
		_, ok := appenderOf(typ, nil)
		require.False(t, ok, typ)
	}
	times := []time.Time{time.Unix(0, 0).UTC()}
	require.Equal(t, "\"1970-01-01T00:00:00Z\"\n", encoded(t, jsonEncoder[time.Time](), times))
	require.Equal(t, "\"<p>\"\n", encoded(t, jsonEncoder[byPointer](), []byPointer{{1}}))
	require.Equal(t, "{\"X\":1,\"Next\":{\"X\":2,\"Next\":null}}\n", encoded(t, jsonEncoder[linked](), []linked{{1, &linked{X: 2}}}))
}

func BenchmarkJSONL(b *testing.B) {
	records := make([]total, 256)
	for i := range records {
		records[i] = total{"somebody", int64(i) * 1000}
	}
	for name, e := range map[string]encoder[total]{"prepared": jsonEncoder[total](), "encoding-json": anyEncoder[total]()} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 64<<10)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				_, n, _ = e(buf, records)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
		})
	}
}

func BenchmarkWriteJSONL(b *testing.B) {
	records := make([]total, 256)
	for i := range records {
		records[i] = total{"somebody", int64(i) * 1000}
	}
	w, err := JSONL[total](b.TempDir()).Open(sinkContext("Totals", 1))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(records)), "ns/record")
	require.NoError(b, w.Close())
}
