package serde

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"time"
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

// SortedTimeKeys returns the keys of m in ascending order. It panics with an [EncodeError] at a key that would be another one once it was read
// again: one that is not in UTC or has a monotonic reading.
func SortedTimeKeys[V any](m map[time.Time]V) []time.Time {
	keys := make([]time.Time, 0, len(m))
	for k := range m {
		if k != time.Unix(k.Unix(), int64(k.Nanosecond())).UTC() {
			panic(&EncodeError{Type: typeOf(&m), Err: errors.New("its key " + k.String() + " would not be found again: make keys of t.UTC().Round(0)")})
		}
		keys = append(keys, k)
	}
	slices.SortFunc(keys, time.Time.Compare)
	return keys
}

// KeysByBytes returns the keys of m in the order of the bytes that appendKey makes of them. It panics with an [EncodeError] where two keys have
// the same: they could not be told apart when they are read again.
func KeysByBytes[K comparable, V any](m map[K]V, appendKey func([]byte, K) []byte) []K {
	type written struct {
		key        K
		start, end int
	}
	var b []byte
	all := make([]written, 0, len(m))
	for k := range m {
		start := len(b)
		b = appendKey(b, k)
		all = append(all, written{k, start, len(b)})
	}
	slices.SortFunc(all, func(x, y written) int { return bytes.Compare(b[x.start:x.end], b[y.start:y.end]) })
	keys := make([]K, len(all))
	for i, w := range all {
		if i > 0 && bytes.Equal(b[w.start:w.end], b[all[i-1].start:all[i-1].end]) {
			panic(&EncodeError{Type: typeOf(&m), Err: errors.New("two of its keys differ, but are the same once they are written")})
		}
		keys[i] = w.key
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
