package table

// group is the part of a table that holds one key group: open addressing with linear probing, at most half full: a look-up
// that ends at the first slot costs no mispredicted branch.
type group[K comparable, S any] struct {
	slots []slot[K, S] // a power of two of them, or none
	count int
	// forgot is the last epoch in which keys were dropped that are not remembered.
	forgot uint64
}

type slot[K comparable, S any] struct {
	changed uint64 // the epoch in which the state was last handed out, 0 for a free slot
	key     K
	state   S
}

func (g *group[K, S]) full() bool { return g.count*2 >= len(g.slots) }

func (g *group[K, S]) find(key K, hash uint64) (int, bool) {
	if len(g.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(g.slots) - 1)
	for i := hash & mask; g.slots[i].changed != 0; i = (i + 1) & mask {
		if g.slots[i].key == key {
			return int(i), true
		}
	}
	return 0, false
}

// add takes a free slot for key, which the group must not hold, and there must be one.
func (g *group[K, S]) add(key K, hash, changed uint64) *S {
	mask := uint64(len(g.slots) - 1)
	i := hash & mask
	for g.slots[i].changed != 0 {
		i = (i + 1) & mask
	}
	s := &g.slots[i]
	s.changed, s.key = changed, key
	g.count++
	return &s.state
}

// grow makes room: it takes the entries out whose state is zero and, if that is not enough, doubles the slots. Those that changes are to tell of stay,
// unless they are so many that all of the group will be written anyway.
func (g *group[K, S]) grow(t *Table[K, S]) {
	codec, old := t.codec, g.slots
	live, dropped := 0, 0
	remembered := func(s *slot[K, S]) bool { return t.tracks && s.changed > t.covered }
	for i := range old {
		switch s := &old[i]; {
		case s.changed == 0:
		case !codec.IsZero(&s.state):
			live++
		case remembered(s):
			dropped++
		}
	}
	forgets := dropped*worth > live
	if forgets {
		g.forgot, dropped = t.epoch, 0
	}
	live += dropped
	size := max(len(old), 8)
	if live*8 >= size*3 {
		size *= 2
	}
	g.slots, g.count = make([]slot[K, S], size), 0
	for i := range old {
		if s := &old[i]; s.changed != 0 && (!codec.IsZero(&s.state) || remembered(s) && !forgets) {
			*g.add(s.key, codec.Hash(s.key), s.changed) = s.state
		}
	}
}

// remove frees slot i and moves those behind it that probed past it.
func (g *group[K, S]) remove(i int, codec Codec[K, S]) {
	mask := len(g.slots) - 1
	hole := i
	for j := (i + 1) & mask; g.slots[j].changed != 0; j = (j + 1) & mask {
		home := int(codec.Hash(g.slots[j].key) & uint64(mask))
		// The entry at j may move into the hole unless its home lies behind the hole, cyclically, up to j.
		if (j-home)&mask >= (j-hole)&mask {
			g.slots[hole] = g.slots[j]
			hole = j
		}
	}
	g.slots[hole] = slot[K, S]{}
	g.count--
}
