package core_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
)

// items is a source of a topology: splits of so many items.
type items struct {
	name    string
	lengths []int
	endless bool // it waits for more when all is read

	// random draws how many items are read at a time, and pauses. In the live driver, where readers run beside each other, it is nil.
	random *rand.Rand
	most   int
	// allowed says how far a split of some length may be read for now; nil: to its end.
	allowed func(length int) int
	// idle is called by a reader that waits for more, opened when one is opened; nil: nobody is told.
	idle, opened func()
}

// item is the nth of a split, from 1.
func (s *items) item(split int, n int64) topologies.Item {
	return topologies.Item{
		From: fmt.Sprint(s.name, split), N: n, Key: (n*7 + int64(split)) % 5, At: runtime.Time(1000 + 2*n),
	}
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
}

func (r *itemReader) Read(records []topologies.Item) (int, error) {
	r.last = 0
	if r.random != nil && r.random.IntN(8) == 0 {
		r.ctx.WakeAfter(time.Duration(r.random.IntN(int(3 * time.Millisecond))))
		return 0, nil
	}
	left := false
	for range r.splits {
		r.turn = (r.turn + 1) % len(r.splits)
		length := r.lengths[r.numbers[r.turn]]
		n := length - r.next[r.turn]
		left = left || n > 0
		if r.allowed != nil {
			n = min(n, r.allowed(length)-r.next[r.turn])
		}
		if n <= 0 {
			continue
		}
		n = min(n, r.most)
		if r.random != nil {
			n = 1 + r.random.IntN(n)
		}
		for i := range n {
			records[i] = r.item(r.numbers[r.turn], int64(r.next[r.turn]+i+1))
		}
		r.next[r.turn] += n
		r.last = n
		return n, nil
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
