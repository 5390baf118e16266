// Package table holds keyed state: one table per operator and subtask, cut into key groups.
package table

import (
	"iter"
	"reflect"

	"github.com/streamgen/streamgen/serde"
)

// Codec writes and reads the entries of a table. Streamgen generates one per keyed operator.
type Codec[K comparable, S any] interface {
	// Schema names the form of the entries.
	Schema() string
	// Hash places a key: its high word says the key group. Callers of a table hash with the same function.
	Hash(key K) uint64
	// IsZero reports whether a state is absent.
	IsZero(s *S) bool
	// AppendKey and, behind it, AppendState add an entry to b.
	AppendKey(b []byte, key K) []byte
	AppendState(b []byte, s *S) []byte
	// ParseKey and, behind it, ParseState read what they wrote.
	ParseKey(p *serde.Parser) K
	ParseState(p *serde.Parser, s *S)
}

// Table maps keys to states. A state that is all zero is absent: it is dropped when its group grows or is written.
//
// A table has one open-addressing part per key group that the subtask owns, so that a group can be written and read by itself. The
// caller hashes: a call through Codec for every record would cost more than the look-up.
//
// Time in a table is counted in epochs, which Advance ends. Each entry bears the epoch in which its state was last handed out, and so may have
// changed: AppendChanges writes those of the epochs since another snapshot. For that a table that keeps Track does not take a dropped key out: its
// entry stays, with a zero state, until a snapshot covers that it is gone.
type Table[K comparable, S any] struct {
	epoch  uint64 // the present one, from 1 on
	codec  Codec[K, S]
	first  int // the first key group owned
	total  int // the key groups of the job
	groups []group[K, S]

	tracks  bool
	covered uint64 // the last epoch whose dropped keys need not be remembered

	clones  bool // keys hold pointers, into memory that is not ours
	scratch []byte
}

// New returns a table that Open must give its key groups.
func New[K comparable, S any](codec Codec[K, S]) Table[K, S] {
	return Table[K, S]{codec: codec, clones: holdsPointers(reflect.TypeFor[K]())}
}

// Open makes the table own the key groups from first up to but without end, of total.
func (t *Table[K, S]) Open(first, end, total int) {
	t.first, t.total, t.epoch = first, total, 1
	t.groups = make([]group[K, S], end-first)
}

// Schema names the form of the table's entries.
func (t *Table[K, S]) Schema() string { return t.codec.Schema() }

// Track makes the table remember which keys were dropped, for AppendChanges.
func (t *Table[K, S]) Track() { t.tracks = true }

// Advance ends the present epoch, and returns it.
func (t *Table[K, S]) Advance() uint64 {
	t.epoch++
	return t.epoch - 1
}

// Cover says that no changes will be asked for since an epoch before this one: keys that were dropped up to it may be forgotten.
func (t *Table[K, S]) Cover(epoch uint64) { t.covered = epoch }

// At returns the state of key, a new zero one if it has none. It counts as changed. The pointer is valid until the next call of a method that may
// add or drop a key, and of Advance.
func (t *Table[K, S]) At(key K, hash uint64) *S {
	g := &t.groups[serde.KeyGroup(hash, t.total)-t.first]
	mask := uint64(len(g.slots) - 1)
	if len(g.slots) != 0 {
		for i := hash & mask; ; i = (i + 1) & mask {
			s := &g.slots[i]
			if s.changed != 0 && s.key == key {
				s.changed = t.epoch
				return &s.state
			}
			if s.changed == 0 {
				break
			}
		}
	}
	return t.insert(g, key, hash)
}

// AtOwn is At, and leaves in key the copy that the table keeps: it outlives the text that key may be a part of.
func (t *Table[K, S]) AtOwn(key *K, hash uint64) *S {
	g := &t.groups[serde.KeyGroup(hash, t.total)-t.first]
	i, ok := g.find(*key, hash)
	if !ok {
		t.insert(g, *key, hash)
		i, _ = g.find(*key, hash)
	}
	s := &g.slots[i]
	*key, s.changed = s.key, t.epoch
	return &s.state
}

// Find returns the state of key, nil if it has none. It counts as changed.
func (t *Table[K, S]) Find(key K, hash uint64) *S {
	g := &t.groups[serde.KeyGroup(hash, t.total)-t.first]
	if i, ok := g.find(key, hash); ok {
		g.slots[i].changed = t.epoch
		return &g.slots[i].state
	}
	return nil
}

// Drop removes key and its state.
func (t *Table[K, S]) Drop(key K, hash uint64) {
	g := &t.groups[serde.KeyGroup(hash, t.total)-t.first]
	i, ok := g.find(key, hash)
	switch {
	case !ok:
	case t.tracks:
		var none S
		g.slots[i].state, g.slots[i].changed = none, t.epoch
	default:
		g.remove(i, t.codec)
	}
}

// Len is the number of keys, those included whose state is zero and that are not forgotten yet.
func (t *Table[K, S]) Len() int {
	n := 0
	for i := range t.groups {
		n += t.groups[i].count
	}
	return n
}

// All yields every key with its state, group by group. The table must not be changed meanwhile, but through the states.
func (t *Table[K, S]) All() iter.Seq2[K, *S] {
	return func(yield func(K, *S) bool) {
		for i := range t.groups {
			for j := range t.groups[i].slots {
				s := &t.groups[i].slots[j]
				if s.changed != 0 && !yield(s.key, &s.state) {
					return
				}
			}
		}
	}
}

// AppendGroup adds the entries of a key group to b and returns their number.
func (t *Table[K, S]) AppendGroup(b []byte, keyGroup int) ([]byte, int) {
	g := &t.groups[keyGroup-t.first]
	n := 0
	for i := range g.slots {
		if s := &g.slots[i]; s.changed != 0 && !t.codec.IsZero(&s.state) {
			b = t.codec.AppendState(t.codec.AppendKey(b, s.key), &s.state)
			n++
		}
	}
	return b, n
}

// ParseGroup reads what AppendGroup wrote: count entries of a key group of that many groups. There may be more groups now, by a whole factor: then
// the entries belong to several, and those of groups that this table does not own are passed over.
func (t *Table[K, S]) ParseGroup(p *serde.Parser, keyGroup, groups, count int) error {
	for range count {
		key := t.codec.ParseKey(p)
		hash := t.codec.Hash(key)
		if p.Err() != nil {
			break
		}
		if serde.KeyGroup(hash, groups) != keyGroup {
			p.Failf("a key of group %d stands among those of group %d", serde.KeyGroup(hash, groups), keyGroup)
			break
		}
		own := serde.KeyGroup(hash, t.total) - t.first
		if own < 0 || own >= len(t.groups) {
			var others S
			t.codec.ParseState(p, &others)
			continue
		}
		g := &t.groups[own]
		if _, ok := g.find(key, hash); ok {
			p.Failf("a key stands twice in group %d", keyGroup)
			break
		}
		t.codec.ParseState(p, t.insert(g, key, hash))
	}
	return p.Done()
}

// insert adds key, which the group does not hold. It stores a copy of its own: a key may be a part of a much larger text that it
// would keep alive.
func (t *Table[K, S]) insert(g *group[K, S], key K, hash uint64) *S {
	if t.clones {
		t.scratch = t.codec.AppendKey(t.scratch[:0], key)
		p := serde.NewParser(t.scratch)
		key = t.codec.ParseKey(&p)
	}
	if g.full() {
		g.grow(t)
	}
	return g.add(key, hash, t.epoch)
}

func holdsPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && holdsPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Chan, reflect.Func:
		return true
	default:
		return false
	}
}
