package table

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/serde"
)

// image is what a snapshot of a table holds, and when it was taken.
type image struct {
	epoch    uint64
	contents map[string]int64
}

// changesOf applies what has changed since a snapshot to it. It reports how many key groups were not written whole.
func changesOf(t require.TestingT, table *Table[string, tally], codec tallies, base image) (got map[string]int64, partly int) {
	got = map[string]int64{}
	groupOf := func(key string) int { return serde.KeyGroup(codec.Hash(key), len(table.groups)) }
	var c Changes
	for g := range table.groups {
		if _, pays := table.AppendChanges(&c, g, base.epoch); !pays {
			b, n := table.AppendGroup(nil, g)
			put(t, got, b, n)
			continue
		}
		partly++
		for key, n := range base.contents {
			if groupOf(key) == g {
				got[key] = n
			}
		}
		p := serde.NewParser(c.Removed)
		for range c.Keys {
			delete(got, p.String())
		}
		require.NoError(t, p.Done())
		put(t, got, c.Changed, c.Entries)
	}
	return got, partly
}

func put(t require.TestingT, m map[string]int64, entries []byte, count int) {
	p := serde.NewParser(entries)
	for range count {
		key := p.String()
		m[key] = p.Int()
	}
	require.NoError(t, p.Done())
}

// What a snapshot of changes holds, put onto the snapshot that it is based on, is what the table holds, whatever was dropped, made anew or moved by
// growth in between, and whether the snapshots meanwhile became complete, in time or late, or never.
func TestChangesOntoTheirBase(t *testing.T) {
	partly := 0
	rapid.Check(t, func(t *rapid.T) {
		codec := tallies{mask: rapid.SampledFrom([]uint64{^uint64(0), 0xF00000000000000F, 0x7, 0}).Draw(t, "mask")}
		groups := rapid.SampledFrom([]int{1, 3}).Draw(t, "groups")
		keys := rapid.SampledFrom([]int{10, 60, 300}).Draw(t, "keys")
		table, model := open(codec, groups), map[string]int64{}
		table.Track()
		for i := range keys / 2 {
			key := fmt.Sprint("key", i)
			table.At(key, codec.Hash(key)).N, model[key] = 1, 1
		}
		var base *image
		var pending []image
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			for range rapid.IntRange(0, 20).Draw(t, "calls") {
				key := fmt.Sprint("key", rapid.IntRange(0, keys).Draw(t, "key"))
				switch rapid.IntRange(0, 4).Draw(t, "call") {
				case 0:
					table.Drop(key, codec.Hash(key))
					delete(model, key)
				case 1:
					*table.At(key, codec.Hash(key)) = tally{}
					delete(model, key)
				case 2:
					if s := table.Find(key, codec.Hash(key)); s != nil {
						s.N += 2
						model[key] += 2
					}
				case 3:
					own := key
					table.AtOwn(&own, codec.Hash(key)).N++
					model[key]++
				default:
					table.At(key, codec.Hash(key)).N++
					model[key]++
				}
			}
			require.Equal(t, model, contents(&table))
			if base != nil {
				got, n := changesOf(t, &table, codec, *base)
				require.Equal(t, model, got)
				partly += n
			}
			if rapid.Bool().Draw(t, "snapshot") {
				pending = append(pending, image{table.Advance(), maps.Clone(model)})
			}
			if n := len(pending); n > 0 && rapid.Bool().Draw(t, "completes") {
				i := rapid.IntRange(0, n-1).Draw(t, "which")
				base, pending = &pending[i], pending[i+1:]
				table.Cover(base.epoch)
			}
		}
	})
	if partly == 0 {
		t.Fatal("every key group was written whole")
	}
}

func TestChangesThatDoNotPay(t *testing.T) {
	codec := tallies{mask: ^uint64(0)}
	table := open(codec, 1)
	table.Track()
	for i := range 10 {
		key := fmt.Sprint(i)
		table.At(key, codec.Hash(key)).N = 1
	}
	since := table.Advance()
	var c Changes
	for i, pays := range []bool{true, true, true, false} {
		count, got := table.AppendChanges(&c, 0, since)
		require.Equal(t, 10, count)
		require.Equal(t, pays, got, "%d of 10 have changed", i)
		key := fmt.Sprint(i)
		table.At(key, codec.Hash(key)).N = 2
	}
}

// Keys that come and go between two snapshots take no more room than a share of those that stay.
func TestDroppedKeysAreForgottenWhenTheyAreMany(t *testing.T) {
	codec := tallies{mask: ^uint64(0)}
	table := open(codec, 1)
	table.Track()
	since := table.Advance()
	for i := range 10_000 {
		key := fmt.Sprint(i)
		table.At(key, codec.Hash(key)).N = 1
		table.Drop(key, codec.Hash(key))
	}
	require.LessOrEqual(t, len(table.groups[0].slots), 16)
	_, pays := table.AppendChanges(&Changes{}, 0, since)
	require.False(t, pays, "it is not known which keys were dropped")

	since = table.Advance()
	table.Cover(since)
	_, pays = table.AppendChanges(&Changes{}, 0, since)
	require.True(t, pays, "a later snapshot covers that")
}
