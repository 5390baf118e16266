package state

import (
	"iter"
	"slices"

	"github.com/streamgen/streamgen/runtime"
)

// Broadcast maps keys to values, the same in every subtask of an operator. All methods of the operator read it; only its methods
// Broadcast<Input> change it, which see every record of their input in every subtask: changing takes their context.
//
// Subtasks stay alike as long as these methods are deterministic and depend on the records and this state alone, not on the subtask, the clock
// or a random number, and as long as the order does not matter in which records from several subtasks come: it may be another one in each
// subtask. Give the input one sender (parallelism:"1") where it does. At a restore every subtask gets a copy of what one of them held.
//
// A value must not be changed through the slices, maps and pointers in it: put a new one.
//
// The source is Flink's BroadcastState.
type Broadcast[K comparable, V any] struct {
	byKey map[K]*broadcastEntry[K, V]
	// entries are those of byKey, ordered by key unless stale, and those that were deleted meanwhile. A slice that was once handed out is
	// never ordered again in place: whoever ranges over it goes on.
	entries []*broadcastEntry[K, V]
	stale   bool
}

type broadcastEntry[K comparable, V any] struct {
	key     K
	value   V
	deleted bool
}

// Get returns the value of key, and whether there is one.
func (b *Broadcast[K, V]) Get(key K) (V, bool) {
	if e := b.byKey[key]; e != nil {
		return e.value, true
	}
	var none V
	return none, false
}

// Len is the number of keys.
func (b *Broadcast[K, V]) Len() int { return len(b.byKey) }

// All yields the keys with their values in the order of the keys: by number, by bytes, false before true, arrays and structs by
// their first difference. A key that is deleted meanwhile is not yielded any more; one that is put meanwhile is not yielded yet.
func (b *Broadcast[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, e := range b.ordered() {
			if !e.deleted && !yield(e.key, e.value) {
				return
			}
		}
	}
}

// Put sets the value of key. Ctx is that of a method Broadcast<Input>.
func (b *Broadcast[K, V]) Put(_ runtime.BroadcastContext, key K, value V) { b.put(key, value) }

func (b *Broadcast[K, V]) put(key K, value V) {
	if e := b.byKey[key]; e != nil {
		e.value = value
		return
	}
	if b.byKey == nil {
		b.byKey = map[K]*broadcastEntry[K, V]{}
	}
	if len(b.entries) > 2*len(b.byKey)+16 {
		b.entries = b.there() // most were deleted, and nobody has ranged over them since
	}
	e := &broadcastEntry[K, V]{key: key, value: value}
	b.byKey[key] = e
	b.entries, b.stale = append(b.entries, e), true
}

// Delete removes key and its value, if there is one. Ctx is that of a method Broadcast<Input>.
func (b *Broadcast[K, V]) Delete(_ runtime.BroadcastContext, key K) {
	if e := b.byKey[key]; e != nil {
		e.deleted, b.stale = true, true
		delete(b.byKey, key)
	}
}

// Clear removes all keys. Ctx is that of a method Broadcast<Input>.
func (b *Broadcast[K, V]) Clear(runtime.BroadcastContext) {
	for _, e := range b.byKey {
		e.deleted = true
	}
	clear(b.byKey)
	b.entries, b.stale = nil, false
}

// ordered returns the entries that there are, ordered.
func (b *Broadcast[K, V]) ordered() []*broadcastEntry[K, V] {
	if b.stale {
		there := b.there()
		slices.SortStableFunc(there, func(x, y *broadcastEntry[K, V]) int { return compareKeys(x.key, y.key) })
		b.entries, b.stale = there, false
	}
	return b.entries
}

// there returns a new slice of the entries that were not deleted.
func (b *Broadcast[K, V]) there() []*broadcastEntry[K, V] {
	there := make([]*broadcastEntry[K, V], 0, len(b.byKey)+1)
	for _, e := range b.entries {
		if !e.deleted {
			there = append(there, e)
		}
	}
	return there
}
