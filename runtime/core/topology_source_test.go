package core_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
)

// items is a source of a topology: splits of so many items.
type items struct {
	name    string
	lengths []int
	endless bool  // it waits for more when all is read
	keys    int64 // how many there are; 0: 5

	// random draws how many items are read at a time, and pauses. In the live driver, where readers run beside each other, it is nil.
	random *rand.Rand
	most   int
	// allowed says how far a split of some length may be read for now; nil: to its end.
	allowed func(length int) int
	// idle is called by a reader that waits for more, opened when one is opened; nil: nobody is told.
	idle, opened func()
	// disordered gives the items times that are out of order, and makes some laggards. The splits are read abreast, so that no other item lags by more
	// than 20 ms behind what its reader has read before.
	disordered bool
	abreast    abreast
	// held says that an item must not be read yet; nil: none is.
	held func(topologies.Item) bool
	// waits hears how long nobody has asked for more since some items were read; nil: nobody does.
	waits func(time.Duration)
	// reads hears how many items are read, and may fail; nil: nobody does.
	reads func(n int) error
}

// isLaggard says which items of a split come too late, far behind all others.
func isLaggard(n int64) bool { return n%35 == 0 }

// abreast is how far the splits are read that are not at their end, by any reader.
type abreast struct {
	mu sync.Mutex
	at map[int]int
}

func (a *abreast) reach(split, next, length int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == nil {
		a.at = map[int]int{}
	}
	if a.at[split] = next; next == length {
		delete(a.at, split)
	}
}

// isAhead says that others should be read before a split that is read so far.
func (a *abreast) isAhead(next int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, other := range a.at {
		if other < next-2 {
			return true
		}
	}
	return false
}

// item is the nth of a split, from 1.
func (s *items) item(split int, n int64) topologies.Item {
	at := 1000 + 2*n
	switch {
	case s.disordered && isLaggard(n):
		at -= 64
	case s.disordered:
		at -= 2 * ((13*n + 5*int64(split)) % 4)
	}
	return topologies.Item{From: fmt.Sprint(s.name, split), N: n, Key: (n*7 + int64(split)) % cmp.Or(s.keys, 5), At: runtime.Time(at)}
}

func (*items) Connector() runtime.Connector { return runtime.Connector{Kind: "test.items", Version: 1} }

func (s *items) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if len(known) > 0 {
		return known, nil
	}
	var splits []runtime.Split
	for i, length := range s.lengths {
		splits = append(splits, runtime.Split{ID: strconv.Itoa(i), Weight: int64(length), Position: []byte{0}})
	}
	return splits, nil
}

func (s *items) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[topologies.Item], error) {
	if s.opened != nil {
		s.opened()
	}
	r := &itemReader{items: s, ctx: ctx, splits: slices.Clone(splits)}
	for _, split := range splits {
		i, err := strconv.Atoi(split.ID)
		if err != nil {
			return nil, err
		}
		next, _ := binary.Uvarint(split.Position)
		r.numbers, r.next = append(r.numbers, i), append(r.next, int(next))
		s.abreast.reach(i, int(next), s.lengths[i])
	}
	return r, nil
}

// itemReader reads its splits in turns, so that each of them ends by itself.
type itemReader struct {
	*items
	ctx     runtime.SourceContext
	splits  []runtime.Split
	numbers []int
	next    []int // item of each split
	turn    int   // the split that was read last
	last    int   // items of the last Read
	readAt  time.Duration
}

func (r *itemReader) Read(records []topologies.Item) (int, error) {
	if r.last > 0 && r.waits != nil {
		r.waits(r.ctx.Now() - r.readAt)
	}
	r.last, r.readAt = 0, r.ctx.Now()
	if r.random != nil && r.random.IntN(8) == 0 {
		r.ctx.WakeAfter(time.Duration(r.random.IntN(int(3 * time.Millisecond))))
		return 0, nil
	}
	left := false
	for range r.splits {
		r.turn = (r.turn + 1) % len(r.splits)
		left = left || r.left(r.turn) > 0
		if n := r.mayRead(r.turn); n > 0 {
			return r.read(records, n)
		}
	}
	if !left && !r.endless {
		return 0, io.EOF
	}
	if !left {
		r.idle()
	}
	r.ctx.WakeAfter(time.Millisecond)
	return 0, nil
}

// left is how many items there are to be read of a split.
func (r *itemReader) left(split int) int { return r.lengths[r.numbers[split]] - r.next[split] }

// mayRead is how many items may be read of a split for now.
func (r *itemReader) mayRead(split int) int {
	n := min(r.left(split), r.most)
	if r.allowed != nil {
		n = min(n, r.allowed(r.lengths[r.numbers[split]])-r.next[split])
	}
	if !r.disordered {
		return n
	}
	if r.abreast.isAhead(r.next[split]) {
		return 0
	}
	n = min(n, 2)
	for i := range n {
		if r.held != nil && r.held(r.item(r.numbers[split], int64(r.next[split]+i+1))) {
			return i
		}
	}
	return n
}

// read reads up to so many items of the split whose turn it is.
func (r *itemReader) read(records []topologies.Item, n int) (int, error) {
	if r.random != nil {
		n = 1 + r.random.IntN(n)
	}
	for i := range n {
		records[i] = r.item(r.numbers[r.turn], int64(r.next[r.turn]+i+1))
	}
	r.next[r.turn] += n
	r.last = n
	r.abreast.reach(r.numbers[r.turn], r.next[r.turn], r.lengths[r.numbers[r.turn]])
	if r.reads != nil {
		return n, r.reads(n)
	}
	return n, nil
}

func (r *itemReader) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	splits := slices.Clone(r.splits)
	for i := range splits {
		next := r.next[i]
		if i == r.turn {
			next -= r.last - consumed
		}
		splits[i].Position = binary.AppendUvarint(nil, uint64(next))
		splits[i].Done = next == r.lengths[r.numbers[i]] && !r.endless
	}
	return splits, nil
}

func (r *itemReader) Close() error { return nil }
