package serde

import (
	"cmp"
	"slices"
)

// SortedKeys returns the keys of m in ascending order, the order in which every map
// is written: equal maps must give equal bytes.
//
// A map with float keys may hold NaN, several times even, and none of these entries
// can be looked up again; such a map cannot be written by its keys.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// SortedBoolKeys returns the keys of m, false before true.
func SortedBoolKeys[K ~bool, V any](m map[K]V) []K {
	keys := make([]K, 0, 2)
	for _, k := range []K{false, true} {
		if _, ok := m[k]; ok {
			keys = append(keys, k)
		}
	}
	return keys
}

// Put sets m[k] to v, a pair just read from p. It stops p if m has the key already,
// and does nothing if p has stopped before.
func Put[K comparable, V any](p *Parser, m map[K]V, k K, v V) {
	if p.err != nil {
		return
	}
	before := len(m)
	m[k] = v
	if len(m) == before {
		p.Failf("map key %#v stands twice", k)
	}
}
