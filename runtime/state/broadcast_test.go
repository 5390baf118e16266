package state_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/state"
	"github.com/streamgen/streamgen/serde"
)

var ctx runtime.BroadcastContext

// A broadcast state is a map whose keys are ordered, also while it changes.
func TestBroadcastIsAnOrderedMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b state.Broadcast[int, string]
		model := map[int]string{}
		key := rapid.IntRange(-5, 5)
		change := func(t *rapid.T) {
			k := key.Draw(t, "key")
			if rapid.Bool().Draw(t, "put") {
				v := rapid.String().Draw(t, "value")
				b.Put(ctx, k, v)
				model[k] = v
				return
			}
			b.Delete(ctx, k)
			delete(model, k)
		}
		t.Repeat(map[string]func(*rapid.T){
			"change": change,
			"clear":  func(*rapid.T) { b.Clear(ctx); clear(model) },
			"range while it changes": func(t *rapid.T) {
				before, last := maps.Clone(model), -100
				for k, v := range b.All() {
					if model[k] != v || k <= last {
						t.Fatalf("%d: %q comes after %d, want %q", k, v, last, model[k])
					}
					if _, ok := before[k]; !ok {
						t.Fatalf("%d was put meanwhile", k)
					}
					last = k
					change(t)
					for range b.All() { // one within the other
						break
					}
				}
			},
			"": func(t *rapid.T) {
				if b.Len() != len(model) {
					t.Fatalf("%d keys, want %d", b.Len(), len(model))
				}
				keys := slices.Sorted(maps.Keys(model))
				for k, v := range b.All() {
					if len(keys) == 0 || k != keys[0] || v != model[k] {
						t.Fatalf("found %d: %q, want %v", k, v, keys)
					}
					keys = keys[1:]
				}
				for k := -5; k <= 5; k++ {
					want, there := model[k]
					if v, ok := b.Get(k); v != want || ok != there {
						t.Fatalf("%d: %q %v, want %q %v", k, v, ok, want, there)
					}
				}
			},
		})
	})
}

// Keys of every kind that a checkpoint can hold have an order.
func TestBroadcastOrdersKeys(t *testing.T) {
	type name string
	type place struct {
		floor  uint8
		indoor bool
		row    [2]int
	}
	orders(t, "", "a", "ab", "b")
	orders(t, name("a"), name("b"))
	orders(t, -2, -1, 0, 7)
	orders(t, uint64(0), uint64(1<<63))
	orders(t, false, true)
	orders(t, [2]string{"a", "z"}, [2]string{"b", "a"}, [2]string{"b", "b"})
	orders(t, place{}, place{row: [2]int{0, 1}}, place{indoor: true}, place{floor: 1})
}

func orders[K comparable](t *testing.T, ordered ...K) {
	t.Helper()
	var b state.Broadcast[K, int]
	for i, k := range slices.Backward(ordered) {
		b.Put(ctx, k, i)
	}
	var found []K
	for k := range b.All() {
		found = append(found, k)
	}
	require.Equal(t, ordered, found)
}

type rule struct{}

func (rule) Schema() string { return "{Key string, Value int}" }
func (rule) Append(b []byte, e *state.Entry[string, int]) []byte {
	return serde.AppendInt(serde.AppendString(serde.AppendArray(b, 2), e.Key), int64(e.Value))
}
func (rule) Parse(p *serde.Parser, e *state.Entry[string, int]) {
	p.ArrayOf(2)
	e.Key, e.Value = p.String(), p.NativeInt()
}

func TestABroadcastStateComesBack(t *testing.T) {
	var from, to state.Broadcast[string, int]
	for i := range 100 {
		from.Put(ctx, fmt.Sprint(i), i)
	}
	for i := range 100 {
		if i%3 == 0 {
			from.Delete(ctx, fmt.Sprint(i))
		}
	}
	saved := state.BroadcastOf(&from, rule{})
	var b []byte
	for i := range saved.Len() {
		b = saved.AppendElement(b, i)
	}
	p := serde.NewParser(b)
	back := state.BroadcastOf(&to, rule{})
	for range saved.Len() {
		back.ParseElement(&p, true)
	}
	require.NoError(t, p.Done())
	require.Equal(t, maps.Collect(from.All()), maps.Collect(to.All()))
	require.Equal(t, from.Len(), to.Len())

	p = serde.NewParser(b)
	back.ParseElement(&p, true)
	require.ErrorContains(t, p.Err(), "a key of a broadcast state stands there twice")
}

// Reading costs nothing but the look-up.
func TestBroadcastReadsWithoutAllocating(t *testing.T) {
	var b state.Broadcast[string, [4]int]
	b.Put(ctx, "a", [4]int{1})
	b.Put(ctx, "b", [4]int{2})
	sum := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		v, _ := b.Get("a")
		sum += v[0]
		for _, v := range b.All() {
			sum += v[0]
		}
	}))
	require.NotZero(t, sum)
}
