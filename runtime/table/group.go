package table

// group is the part of a table that holds one key group: open addressing with linear probing, at most half full: a look-up
// that ends at the first slot costs no mispredicted branch.
type group[K comparable, S any] struct {
	slots []slot[K, S] // a power of two of them, or none
	count int
}

type slot[K comparable, S any] struct {
	used  bool
	key   K
	state S
}

func (g *group[K, S]) full() bool { return g.count*2 >= len(g.slots) }

func (g *group[K, S]) find(key K, hash uint64) (int, bool) {
	if len(g.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(g.slots) - 1)
	for i := hash & mask; g.slots[i].used; i = (i + 1) & mask {
		if g.slots[i].key == key {
			return int(i), true
		}
	}
	return 0, false
}

// add takes a free slot for key, which the group must not hold, and there must be one.
func (g *group[K, S]) add(key K, hash uint64) *S {
	mask := uint64(len(g.slots) - 1)
	i := hash & mask
	for g.slots[i].used {
		i = (i + 1) & mask
	}
	s := &g.slots[i]
	s.used, s.key = true, key
	g.count++
	return &s.state
}

// grow makes room: it drops the entries whose state is zero and, if that is not enough, doubles the slots.
func (g *group[K, S]) grow(codec Codec[K, S]) {
	old := g.slots
	live := 0
	for i := range old {
		if old[i].used && !codec.IsZero(&old[i].state) {
			live++
		}
	}
	size := max(len(old), 8)
	if live*8 >= size*3 {
		size *= 2
	}
	g.slots, g.count = make([]slot[K, S], size), 0
	for i := range old {
		if s := &old[i]; s.used && !codec.IsZero(&s.state) {
			*g.add(s.key, codec.Hash(s.key)) = s.state
		}
	}
}

// remove frees slot i and moves those behind it that probed past it.
func (g *group[K, S]) remove(i int, codec Codec[K, S]) {
	mask := len(g.slots) - 1
	hole := i
	for j := (i + 1) & mask; g.slots[j].used; j = (j + 1) & mask {
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
