package table

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/serde"
)

type tally struct{ N int64 }

// tallies is a codec whose hash can be made bad, so that keys collide.
type tallies struct{ mask uint64 }

func (tallies) Schema() string           { return "string: {N int64}" }
func (c tallies) Hash(key string) uint64 { return serde.HashString(key) & c.mask }
func (tallies) IsZero(s *tally) bool     { return *s == tally{} }

func (tallies) AppendKey(b []byte, key string) []byte { return serde.AppendString(b, key) }
func (tallies) AppendState(b []byte, s *tally) []byte { return serde.AppendInt(b, s.N) }
func (tallies) ParseKey(p *serde.Parser) string       { return p.String() }
func (tallies) ParseState(p *serde.Parser, s *tally)  { s.N = p.Int() }

func open(c tallies, groups int) (t Table[string, tally]) {
	t = New(c)
	t.Open(0, groups, groups)
	return t
}

// A table behaves as a map in which zero states are absent, whatever the keys collide, and so does the copy that is written and read.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codec := tallies{mask: rapid.SampledFrom([]uint64{^uint64(0), 0xF00000000000000F, 0x7, 0}).Draw(t, "mask")}
		groups := rapid.SampledFrom([]int{1, 3, 128}).Draw(t, "groups")
		table, model := open(codec, groups), map[string]int64{}
		for range rapid.IntRange(0, 300).Draw(t, "calls") {
			key := fmt.Sprint("key", rapid.IntRange(0, 60).Draw(t, "key"))
			switch rapid.IntRange(0, 3).Draw(t, "call") {
			case 0:
				table.Drop(key, codec.Hash(key))
				delete(model, key)
			case 1:
				*table.At(key, codec.Hash(key)) = tally{}
				delete(model, key)
			default:
				table.At(key, codec.Hash(key)).N++
				model[key]++
			}
			if s := table.Find(key, codec.Hash(key)); s == nil {
				require.Zero(t, model[key])
			} else {
				require.Equal(t, model[key], s.N)
			}
		}
		require.Equal(t, model, contents(&table))

		copied := open(codec, groups)
		for g := range groups {
			b, n := table.AppendGroup(nil, g)
			p := serde.NewParser(b)
			require.NoError(t, copied.ParseGroup(&p, g, groups, n))
		}
		require.Equal(t, model, contents(&copied))
	})
}

func contents(table *Table[string, tally]) map[string]int64 {
	m := map[string]int64{}
	for key, s := range table.All() {
		if s.N != 0 {
			m[key] = s.N
		}
	}
	return m
}

func TestAKeyOfAnotherGroupIsRefused(t *testing.T) {
	codec := tallies{mask: ^uint64(0)}
	table := open(codec, 2)
	other := 1 - serde.KeyGroup(codec.Hash("a"), 2)
	p := serde.NewParser(codec.AppendState(codec.AppendKey(nil, "a"), &tally{1}))
	require.ErrorContains(t, table.ParseGroup(&p, other, 2, 1), "stands among those of group")
}

// Each table of a finer cut takes from the old groups the keys of its own, whatever its range, and together they take all of them.
func TestGroupsAreSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codec := tallies{mask: ^uint64(0)}
		groups, factor := rapid.IntRange(1, 9).Draw(t, "groups"), rapid.IntRange(1, 5).Draw(t, "factor")
		table := open(codec, groups)
		for i := range rapid.IntRange(0, 300).Draw(t, "keys") {
			key := fmt.Sprint("key", i)
			table.At(key, codec.Hash(key)).N = int64(i + 1)
		}
		finer, all := groups*factor, map[string]int64{}
		for first := 0; first < finer; {
			end := rapid.IntRange(first+1, finer).Draw(t, "end")
			part := New(codec)
			part.Open(first, end, finer)
			for g := range groups {
				b, n := table.AppendGroup(nil, g)
				p := serde.NewParser(b)
				require.NoError(t, part.ParseGroup(&p, g, groups, n))
			}
			for key, n := range contents(&part) {
				require.NotContains(t, all, key)
				all[key] = n
			}
			first = end
		}
		require.Equal(t, contents(&table), all)
	})
}

func TestAKeyThatStandsTwiceIsRefused(t *testing.T) {
	codec := tallies{mask: ^uint64(0)}
	table := open(codec, 6)
	entry := codec.AppendState(codec.AppendKey(nil, "a"), &tally{1})
	p := serde.NewParser(append(entry, entry...))
	old := serde.KeyGroup(codec.Hash("a"), 2)
	require.ErrorContains(t, table.ParseGroup(&p, old, 2, 2), "stands twice in group")
}

func TestAKeyIsCopiedWhenItIsStored(t *testing.T) {
	codec := tallies{mask: ^uint64(0)}
	table := open(codec, 1)
	text := []byte("a word of a long line")
	word := string(text[2:6])
	table.At(word, codec.Hash(word)).N = 1
	for key := range table.All() {
		require.Equal(t, "word", key)
	}
	require.True(t, table.clones)
	ints := New[int64, tally](nil)
	require.False(t, ints.clones)
}

// benchmarkAt looks keys up at random, in a table and in a map of pointers.
func benchmarkAt[K comparable](b *testing.B, codec Codec[K, tally], keyOf func(i int) K) {
	for _, n := range []int{1000, 100_000} {
		keys := make([]K, n)
		order := make([]K, 1<<20)
		for i := range keys {
			keys[i] = keyOf(i)
		}
		random := rand.New(rand.NewPCG(1, 2))
		for i := range order {
			order[i] = keys[random.IntN(n)]
		}
		b.Run(fmt.Sprint("table/", n), func(b *testing.B) {
			table := New(codec)
			table.Open(0, 128, 128)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				key := order[i&(1<<20-1)]
				table.At(key, codec.Hash(key)).N++
				i++
			}
		})
		b.Run(fmt.Sprint("map/", n), func(b *testing.B) {
			m := map[K]*tally{}
			for _, key := range keys {
				m[key] = &tally{}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				m[order[i&(1<<20-1)]].N++
				i++
			}
		})
	}
}

func BenchmarkAtString(b *testing.B) {
	benchmarkAt(b, tallies{mask: ^uint64(0)}, func(i int) string { return fmt.Sprint("word", i) })
}

func BenchmarkAtInt(b *testing.B) { benchmarkAt(b, numbers{}, func(i int) int64 { return int64(i) }) }

type numbers struct{}

func (numbers) Schema() string                        { return "int64: {N int64}" }
func (numbers) Hash(key int64) uint64                 { return serde.HashUint64(uint64(key)) }
func (numbers) IsZero(s *tally) bool                  { return *s == tally{} }
func (numbers) AppendKey(b []byte, key int64) []byte  { return serde.AppendInt(b, key) }
func (numbers) AppendState(b []byte, s *tally) []byte { return serde.AppendInt(b, s.N) }
func (numbers) ParseKey(p *serde.Parser) int64        { return p.Int() }
func (numbers) ParseState(p *serde.Parser, s *tally)  { s.N = p.Int() }

// stubborn is a codec of states that cannot be written while they are zero.
type stubborn struct{ numbers }

func (stubborn) Hash(key string) uint64 { return serde.HashString(key) }

func (stubborn) AppendKey(b []byte, key string) []byte { return serde.AppendString(b, key) }
func (stubborn) ParseKey(p *serde.Parser) string       { return p.String() }

func (stubborn) AppendState(b []byte, s *tally) []byte {
	if s.N == 0 {
		panic("there is nothing to write")
	}
	return serde.AppendInt(b, s.N)
}

// A key is copied without its state, whose own codec may refuse what is zero.
func TestNewKeyDoesNotWriteItsState(t *testing.T) {
	table := New(stubborn{})
	table.Open(0, 1, 1)
	table.At("a", serde.HashString("a")).N = 1
	b, n := table.AppendGroup(nil, 0)
	require.Equal(t, 1, n)
	require.Equal(t, serde.AppendInt(serde.AppendString(nil, "a"), 1), b)
}
