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

	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
)

// disorder is how far a tick may come behind a later one: the tag outoforder says the same.
const disorder = 4

// drawTicks draws splits of ticks of so many keys whose times rise, but for the disorder. Now and then time leaps, so that much is due at once.
func drawTicks(random *rand.Rand, keys int) [][]timed.Tick {
	splits := make([][]timed.Tick, 3)
	most := 1 + random.IntN(12) // reminders
	for i := range splits {
		at := runtime.Time(1000)
		for range random.IntN(60) {
			switch at += runtime.Time(random.IntN(3)); random.IntN(20) {
			case 0:
				at += 30
			case 1:
				at += runtime.Time(random.IntN(5000))
			}
			splits[i] = append(splits[i], timed.Tick{
				Key: fmt.Sprint("key", random.IntN(keys)), At: at - runtime.Time(random.IntN(disorder+1)), Reminders: random.IntN(most + 1),
			})
		}
	}
	return splits
}

// ticks is a source of ticks. Each reader merges its splits by their times, pauses now and then, and before the end for longer than any timer
// in processing time.
type ticks struct {
	splits [][]timed.Tick
	random *rand.Rand
	most   int // ticks of a Read
}

func (*ticks) Connector() runtime.Connector { return runtime.Connector{Kind: "test.ticks", Version: 1} }

func (t *ticks) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if len(known) > 0 {
		return known, nil
	}
	var splits []runtime.Split
	for i, s := range t.splits {
		splits = append(splits, runtime.Split{ID: strconv.Itoa(i), Weight: int64(len(s)), Position: []byte{0}})
	}
	return splits, nil
}

func (t *ticks) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[timed.Tick], error) {
	r := &tickReader{ticks: t, ctx: ctx, splits: splits, next: make([]int, len(splits))}
	for i, s := range splits {
		at, _ := binary.Uvarint(s.Position)
		r.next[i] = int(at)
	}
	return r, nil
}

type tickReader struct {
	*ticks
	ctx    runtime.SourceContext
	splits []runtime.Split
	next   []int // tick of each split
	last   []int // splits that the last Read took ticks of
	end    time.Duration
}

func (r *tickReader) of(split int) []timed.Tick {
	i, _ := strconv.Atoi(r.splits[split].ID)
	return r.ticks.splits[i]
}

// first is the split whose next tick is the earliest, -1 if there is none.
func (r *tickReader) first() int {
	first := -1
	for i := range r.splits {
		if r.next[i] < len(r.of(i)) && (first < 0 || r.of(i)[r.next[i]].At < r.of(first)[r.next[first]].At) {
			first = i
		}
	}
	return first
}

func (r *tickReader) Read(records []timed.Tick) (int, error) {
	r.last = r.last[:0]
	if r.first() < 0 {
		const pause = 200 * time.Millisecond
		if r.end == 0 {
			r.end = r.ctx.Now() + pause
		}
		if r.ctx.Now() >= r.end {
			return 0, io.EOF
		}
		r.ctx.WakeAfter(r.end - r.ctx.Now())
		return 0, nil
	}
	if r.random.IntN(6) == 0 {
		r.ctx.WakeAfter(time.Duration(r.random.IntN(int(12 * time.Millisecond))))
		return 0, nil
	}
	for range 1 + r.random.IntN(r.most) {
		i := r.first()
		if i < 0 {
			break
		}
		records[len(r.last)] = r.of(i)[r.next[i]]
		r.next[i]++
		r.last = append(r.last, i)
	}
	return len(r.last), nil
}

func (r *tickReader) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	next := slices.Clone(r.next)
	for _, i := range r.last[consumed:] {
		next[i]--
	}
	splits := slices.Clone(r.splits)
	for i := range splits {
		splits[i].Position = binary.AppendUvarint(nil, uint64(next[i]))
		splits[i].Done = next[i] == len(r.of(i))
	}
	return splits, nil
}

func (r *tickReader) Close() error { return nil }
