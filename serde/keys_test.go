package serde_test

import (
	"testing"

	"github.com/streamgen/streamgen/serde"
	"github.com/stretchr/testify/require"
)

func TestSortedKeys(t *testing.T) {
	type name string
	require.Equal(t, []name{"", "a", "b"}, serde.SortedKeys(map[name]int{"b": 1, "": 2, "a": 3}))
	require.Equal(t, []int8{-1, 0, 5}, serde.SortedKeys(map[int8]bool{5: true, -1: true, 0: false}))
	require.Empty(t, serde.SortedKeys(map[string]int(nil)))
}

func TestSortedBoolKeys(t *testing.T) {
	type flag bool
	require.Equal(t, []flag{false, true}, serde.SortedBoolKeys(map[flag]int{true: 1, false: 0}))
	require.Equal(t, []flag{true}, serde.SortedBoolKeys(map[flag]int{true: 0}))
	require.Empty(t, serde.SortedBoolKeys(map[bool]int(nil)))
}

func appendTotals(b []byte, m map[string]int64) []byte {
	b = serde.AppendMap(b, len(m))
	for _, k := range serde.SortedKeys(m) {
		b = serde.AppendString(b, k)
		b = serde.AppendInt(b, m[k])
	}
	return b
}

func parseTotals(p *serde.Parser) map[string]int64 {
	n := p.Map()
	m := make(map[string]int64, p.Cap(n, 24))
	for i := 0; i < n && p.Err() == nil; i++ {
		k := p.String()
		serde.Put(p, m, k, p.Int())
	}
	return m
}

func TestMapsComeBack(t *testing.T) {
	m := map[string]int64{"one": 1, "two": 2, "": 0}
	p := serde.NewParser(appendTotals(nil, m))
	require.Equal(t, m, parseTotals(&p))
	require.NoError(t, p.Done())
}

func TestDuplicateKeysAreRefused(t *testing.T) {
	b := serde.AppendMap(nil, 2)
	for range 2 {
		b = serde.AppendInt(serde.AppendString(b, "one"), 1)
	}
	p := serde.NewParser(b)
	parseTotals(&p)
	require.EqualError(t, p.Err(), `msgpack at offset 11: map key "one" stands twice`)
}

func TestNothingIsPutAfterAnError(t *testing.T) {
	p := serde.NewParser(nil)
	m := map[string]int64{}
	serde.Put(&p, m, p.String(), 1)
	require.Empty(t, m)
}
