package timer_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/timer"
)

// state is one of an operator with a timer and a set of timers, and what stands beside it in its entry.
type state struct {
	Expire timer.Event
	Remind timer.EventSet
	expire timer.Stamp
	remind timer.Stamp
}

type operator struct {
	queue  timer.Queue[int]
	states map[int]*state
}

func hash(key int) uint64 { return uint64(key*7919) % 64 }

func (o *operator) follow(key int, s *state) {
	o.queue.Follow(key, hash(key), 0, s.Expire.Stamp(), &s.expire)
	o.queue.Follow(key, hash(key), 1, s.Remind.Stamp(), &s.remind)
}

// fired is a call of a callback.
type fired struct {
	at    runtime.Time
	timer int
	key   int
}

// advance fires what is due; at most n a step, as a task does.
func (o *operator) advance(to runtime.Time, n int, call func(fired, *state)) (calls []fired) {
	o.queue.Begin(to)
	for o.queue.IsDue() {
		for range n {
			d, ok := o.queue.Take()
			if !ok {
				break
			}
			s := o.states[d.Key]
			if s == nil {
				continue
			}
			switch d.Timer {
			case 0:
				if !o.queue.Fires(d, &s.Expire, &s.expire) {
					continue
				}
			case 1:
				if !o.queue.Fires(d, &s.Remind, &s.remind) {
					continue
				}
			}
			f := fired{d.Time(), d.Timer, d.Key}
			calls = append(calls, f)
			if call != nil {
				call(f, s)
			}
			o.follow(d.Key, s)
		}
	}
	o.queue.End()
	return calls
}

// model is what the queue stands for: a look at every field.
func (o *operator) model(to runtime.Time) []fired {
	return o.modelOf(func(int) runtime.Time { return to })
}

// modelOf is model with a time for each key.
func (o *operator) modelOf(until func(key int) runtime.Time) (calls []fired) {
	for key, s := range o.states {
		to := until(key)
		if s.Expire.IsSet() && s.Expire.At() <= to {
			calls = append(calls, fired{s.Expire.At(), 0, key})
		}
		for _, at := range s.Remind.Times() {
			if at <= to {
				calls = append(calls, fired{at, 1, key})
			}
		}
	}
	slices.SortFunc(calls, func(a, b fired) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.timer, b.timer), cmp.Compare(hash(a.key), hash(b.key)))
	})
	return calls
}

// Whatever is set, put off, brought forward, cleared or restored, each watermark fires what the fields say, in their order.
func TestQueueFiresWhatTheFieldsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := &operator{states: map[int]*state{}}
		// Times that lie close together, and such that differ in every digit.
		scale := rapid.SampledFrom([]int64{1, 64, 1_000_000, 1 << 50}).Draw(t, "scale")
		base := rapid.SampledFrom([]runtime.Time{0, -500, 1_700_000_000_000}).Draw(t, "base")
		draw := func(name string) runtime.Time {
			return base + runtime.Time(rapid.Int64Range(-20, 300).Draw(t, name)*scale)
		}
		watermark := runtime.MinTime
		for range rapid.IntRange(0, 120).Draw(t, "calls") {
			key := rapid.IntRange(0, 11).Draw(t, "key")
			s := o.states[key]
			if s == nil {
				s = &state{}
				o.states[key] = s
			}
			switch rapid.IntRange(0, 9).Draw(t, "call") {
			case 0:
				delete(o.states, key)
				continue
			case 1:
				s.Expire.Clear()
			case 2:
				if times := s.Remind.Times(); len(times) > 0 {
					require.True(t, s.Remind.Remove(rapid.SampledFrom(times).Draw(t, "removed")))
				}
			case 3, 4:
				s.Remind.Add(draw("added"))
			case 5: // a restart
				o.queue = timer.Queue[int]{}
				for key, s := range o.states {
					s.expire, s.remind = 0, 0
					o.follow(key, s)
				}
				continue
			case 6:
				watermark = max(watermark, draw("watermark"))
				want := o.model(watermark)
				got := o.advance(watermark, rapid.IntRange(1, 5).Draw(t, "step"), nil)
				require.Equal(t, want, got)
				continue
			default:
				s.Expire.Set(draw("set"))
			}
			o.follow(key, s)
		}
		want := o.model(runtime.MaxTime)
		require.Equal(t, want, o.advance(runtime.MaxTime, 3, nil))
		_, queued := o.queue.Next()
		require.False(t, queued, "what is queued is forgotten when nothing is set any more")
	})
}

// While event time has come further for some keys, each fires as if it had for all, in its own order, whatever callbacks set meanwhile.
func TestKeysThatAreAheadFireAsIfAllWere(t *testing.T) {
	const keys, last = 6, 60
	draw := func(t *rapid.T, name string) runtime.Time {
		return runtime.Time(rapid.Int64Range(0, last).Draw(t, name))
	}
	byKey := func(calls []fired) map[int][]fired {
		of := map[int][]fired{}
		for _, f := range calls {
			of[f.key] = append(of[f.key], f)
		}
		return of
	}
	rapid.Check(t, func(t *rapid.T) {
		// Ahead is the queue whose keys have floors; for each key there is one whose own event time has come to its floor.
		floors := map[uint64]runtime.Time{}
		alone := make([]*operator, keys)
		ahead := &operator{states: map[int]*state{}}
		latest := runtime.MinTime
		for key := range keys {
			floors[hash(key)] = runtime.MinTime
			if rapid.Bool().Draw(t, "ahead") {
				floors[hash(key)] = draw(t, "floor")
			}
			latest = max(latest, floors[hash(key)])
			ahead.states[key], alone[key] = &state{}, &operator{states: map[int]*state{key: {}}}
		}
		ahead.queue.Floor(func(hash uint64) runtime.Time { return floors[hash] })
		watermark := runtime.MinTime
		for range rapid.IntRange(0, 60).Draw(t, "calls") {
			key := rapid.IntRange(0, keys-1).Draw(t, "key")
			if rapid.IntRange(0, 3).Draw(t, "call") > 0 {
				at, add := draw(t, "at"), rapid.Bool().Draw(t, "add")
				for _, o := range []*operator{ahead, alone[key]} {
					if s := o.states[key]; add {
						s.Remind.Add(at)
					} else {
						s.Expire.Set(at)
					}
					o.follow(key, o.states[key])
				}
				continue
			}
			watermark = max(watermark, draw(t, "watermark"))
			if watermark >= latest {
				ahead.queue.Floor(nil)
			}
			left := rapid.IntRange(0, 3).Draw(t, "set by a callback")
			step := runtime.Time(rapid.IntRange(-9, 9).Draw(t, "to a time that is later by"))
			sets := func() func(fired, *state) { // each key some
				n := map[int]int{}
				return func(f fired, s *state) {
					if n[f.key]++; n[f.key] <= left {
						s.Expire.Set(f.at + step)
					}
				}
			}
			got := byKey(ahead.advance(watermark, rapid.IntRange(1, 5).Draw(t, "step"), sets()))
			for key, o := range alone {
				require.Equal(t, o.advance(max(watermark, floors[hash(key)]), 3, sets()), got[key])
			}
		}
	})
}

// A callback may set timers: those to a later time fire in the same pass if they are due, the others at the next watermark.
func TestWhatACallbackSets(t *testing.T) {
	o := &operator{states: map[int]*state{1: {}}}
	o.states[1].Expire.Set(10)
	o.follow(1, o.states[1])
	every := func(d runtime.Time) func(fired, *state) {
		return func(f fired, s *state) { s.Expire.Set(f.at + d) }
	}
	require.Equal(t, []fired{{10, 0, 1}, {30, 0, 1}, {50, 0, 1}}, o.advance(60, 256, every(20)))
	require.Equal(t, []fired{{70, 0, 1}}, o.advance(70, 256, every(0)), "it is not set again for ever")
	require.Equal(t, []fired{{70, 0, 1}}, o.advance(71, 256, every(-5)))
	require.Equal(t, []fired{{65, 0, 1}}, o.advance(72, 256, every(20)))
	until := func(f fired, s *state) {
		if f.at < 120 {
			s.Expire.Set(f.at + 20)
		}
	}
	require.Equal(t, []fired{{85, 0, 1}, {105, 0, 1}, {125, 0, 1}}, o.advance(runtime.MaxTime, 256, until), "at the end of input too")
}

func TestASetCallsBackForEachTime(t *testing.T) {
	o := &operator{states: map[int]*state{1: {}}}
	s := o.states[1]
	s.Remind.Add(10)
	s.Remind.Add(40)
	o.follow(1, s)
	require.Equal(t, []fired{{10, 1, 1}}, o.advance(20, 256, func(f fired, s *state) { s.Remind.Add(f.at + 20) }))
	require.Equal(t, []runtime.Time{30, 40}, s.Remind.Times())
	require.Equal(t, []fired{{30, 1, 1}, {40, 1, 1}}, o.advance(runtime.MaxTime, 256, nil))
	require.Zero(t, s.Remind.Len())
}

// One timer may set another at the end of input.
func TestTheLastPassGoesOnWithOtherTimers(t *testing.T) {
	o := &operator{states: map[int]*state{1: {}}}
	s := o.states[1]
	s.Expire.Set(10)
	o.follow(1, s)
	require.Equal(t, []fired{{10, 0, 1}, {15, 1, 1}}, o.advance(runtime.MaxTime, 1, func(f fired, s *state) {
		if f.timer == 0 {
			s.Remind.Add(f.at + 5)
		}
	}))
}

// Next leads to what is due, without a look at what is not.
func TestNext(t *testing.T) {
	var q timer.Queue[int]
	var queued timer.Stamp
	_, ok := q.Next()
	require.False(t, ok)
	at := runtime.Time(1_700_000_000_123)
	q.Follow(1, 1, 0, timer.StampOf(at), &queued)
	looks := 0
	for now := runtime.Time(0); ; looks++ {
		next, ok := q.Next()
		require.True(t, ok)
		require.LessOrEqual(t, next, at)
		now = max(now, next)
		q.Begin(now)
		if d, ok := q.Take(); ok {
			require.Equal(t, at, d.Time())
			require.Equal(t, at, now)
			break
		}
		q.End()
	}
	require.Less(t, looks, 12, "each look comes down a wheel")
}

// What is put off a million times is queued once.
func TestPuttingOffQueuesNothing(t *testing.T) {
	var q timer.Queue[int]
	var e timer.Event
	var queued timer.Stamp
	e.Set(1000)
	q.Follow(1, 1, 0, e.Stamp(), &queued)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		e.Set(e.At() + 1)
		q.Follow(1, 1, 0, e.Stamp(), &queued)
	}))
	q.Begin(e.At())
	calls := 0
	for {
		d, ok := q.Take()
		if !ok {
			break
		}
		if q.Fires(d, &e, &queued) {
			calls++
		}
	}
	require.Equal(t, 1, calls)
}

func ExampleEvent() {
	var e timer.Event
	fmt.Println(e)
	e.Set(1_700_000_000_000)
	fmt.Println(e)
	// Output:
	// unset
	// 2023-11-14T22:13:20.000Z
}

// BenchmarkPutOff is a timer that each record puts off and that fires in the end, as that of a session does.
func BenchmarkPutOff(b *testing.B) {
	var q timer.Queue[int]
	const keys = 10_000
	events, queued := make([]timer.Event, keys), make([]timer.Stamp, keys)
	b.ReportAllocs()
	i, now := 0, runtime.Time(1_700_000_000_000)
	for b.Loop() {
		key := i * 7919 % keys
		events[key].Set(now + 30_000)
		q.Follow(key, uint64(key), 0, events[key].Stamp(), &queued[key])
		i++
		if i%256 == 0 {
			now += 20
			q.Begin(now)
			for {
				d, ok := q.Take()
				if !ok {
					break
				}
				q.Fires(d, &events[d.Key], &queued[d.Key])
			}
			q.End()
		}
	}
}
