package timer

import "math/bits"

// wheels keep what is queued by its time: hierarchical wheels of 64 slots, the finest slot a millisecond wide. What shares all digits (of
// six bits) with the present but the last is in the lowest wheel, in the slot of its digit; what differs in a higher digit is in a wheel
// above, and comes down when the present reaches its slot. So what is queued moves at most once for each digit, however far
// time jumps, and nothing is done for times at which there is nothing.
type wheels[K comparable] struct {
	now    Stamp // nothing is queued before it
	levels [levels]*wheel[K]
	count  int
	spare  [][]Due[K] // slots that were emptied
}

const (
	digit  = 6
	levels = (64 + digit - 1) / digit
)

// wheel is one level; a bit of used says that its slot holds something.
type wheel[K comparable] struct {
	used  uint64
	slots [1 << digit][]Due[K]
}

// add queues d. What is due before the present goes where the present is.
func (w *wheels[K]) add(d Due[K]) {
	at := max(d.stamp, w.now)
	level := 0
	if at != w.now {
		level = (bits.Len64(uint64(at^w.now)) - 1) / digit
	}
	if w.levels[level] == nil {
		w.levels[level] = &wheel[K]{}
	}
	l := w.levels[level]
	i := at >> (level * digit) & (1<<digit - 1)
	if l.used&(1<<i) == 0 {
		l.used |= 1 << i
		if n := len(w.spare); n > 0 {
			l.slots[i], w.spare = w.spare[n-1], w.spare[:n-1]
		}
	}
	l.slots[i] = append(l.slots[i], d)
	w.count++
}

// take returns what is due first if that is at until or before, all of it that is due at the same time, and goes on to that time. What it
// returns is to be given back.
func (w *wheels[K]) take(until Stamp) []Due[K] {
	for w.count > 0 {
		level, i, begin := w.first()
		if begin > until {
			return nil
		}
		l := w.levels[level]
		slot := l.slots[i]
		l.slots[i] = nil
		l.used &^= 1 << i
		w.count -= len(slot)
		w.now = max(w.now, begin)
		if level == 0 {
			return slot
		}
		for _, d := range slot {
			w.add(d)
		}
		w.giveBack(slot)
	}
	return nil
}

// first finds the first slot that holds something, and the first time that belongs to it. There must be one.
func (w *wheels[K]) first() (level, slot int, begin Stamp) {
	for w.levels[level] == nil || w.levels[level].used == 0 {
		level++
	}
	slot = bits.TrailingZeros64(w.levels[level].used)
	// Its digits above are those of the present, and those below are 0.
	shift := level * digit
	return level, slot, (w.now>>shift&^(1<<digit-1) | Stamp(slot)) << shift
}

// next is a time at which something may be due, and before which nothing is; 0 if there is nothing.
func (w *wheels[K]) next() Stamp {
	if w.count == 0 {
		return 0
	}
	_, _, begin := w.first()
	return max(begin, 1)
}

// giveBack takes a slot that was emptied, to be used again unless it is large.
func (w *wheels[K]) giveBack(slot []Due[K]) {
	if cap(slot) <= 1024 && len(w.spare) < 1<<digit {
		clear(slot)
		w.spare = append(w.spare, slot[:0])
	}
}
