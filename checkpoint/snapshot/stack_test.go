package snapshot_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/serde"
)

func opened(t require.TestingT, w *snapshot.Writer) *snapshot.Reader {
	b := w.Finish()
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	return r
}

func pair(key string, n int64) []byte { return serde.AppendInt(serde.AppendString(nil, key), n) }

// contents reads a stack of a state whose keys are texts.
func contents(t require.TestingT, s snapshot.Stack) map[string]int64 {
	all := map[string]int64{}
	for _, g := range s.Groups("Count", "state") {
		entries, n, err := s.Read(g, []byte("before"))
		require.NoError(t, err)
		p := serde.NewParser(bytes.TrimPrefix(entries, []byte("before")))
		for range n {
			key := fmt.Sprint(g.Group, p.String())
			require.NotContains(t, all, key)
			all[key] = p.Int()
		}
		require.NoError(t, p.Done())
	}
	return all
}

func TestStackOfWholeAndChanged(t *testing.T) {
	first := snapshot.NewWriter(snapshot.S2)
	require.NoError(t, first.Section("Count", "state", 0, 2, append(pair("a", 1), pair("b", 1)...)))
	require.NoError(t, first.Section("Count", "state", 1, 1, pair("a", 1)))
	require.NoError(t, first.Section("Count", "state", 3, 1, pair("a", 1)))
	second := snapshot.NewWriter(snapshot.S2)
	require.NoError(t, second.Removed("Count", "state", 0, 2, serde.AppendString(serde.AppendString(nil, "a"), "never")))
	require.NoError(t, second.Changed("Count", "state", 0, 2, append(pair("b", 2), pair("c", 2)...)))
	require.NoError(t, second.Section("Count", "state", 1, 1, pair("z", 2)))
	require.NoError(t, second.Changed("Count", "state", 2, 1, pair("d", 2)))
	require.NoError(t, second.Cleared("Count", "state", 3))
	third := snapshot.NewWriter(snapshot.None)
	require.NoError(t, third.Changed("Count", "state", 0, 1, pair("a", 3)))

	stack := snapshot.Stack{opened(t, first), opened(t, second), opened(t, third)}
	require.Equal(t, map[string]int64{"0a": 3, "0b": 2, "0c": 2, "1z": 2, "2d": 2}, contents(t, stack))
	require.Equal(t, map[string]int64{"0b": 2, "0c": 2, "1z": 2, "2d": 2}, contents(t, stack[:2]))
	require.Empty(t, stack.Groups("Count", "other"))
}

// A stack holds what a map does to which the same was done, wherever whole sections stand among the changes.
func TestStackIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]int64{}
		var stack snapshot.Stack
		for n := range rapid.IntRange(1, 6).Draw(t, "snapshots") {
			w := snapshot.NewWriter(snapshot.S2)
			if n == 0 || rapid.IntRange(0, 4).Draw(t, "whole") == 0 {
				clear(model)
				require.NoError(t, w.Cleared("Count", "state", 0))
				for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), rapid.ID[string]).Draw(t, "keys") {
					model["0"+key] = int64(n)
					require.NoError(t, w.Section("Count", "state", 0, 1, pair(key, int64(n))))
				}
			} else {
				keys := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), rapid.ID[string]).Draw(t, "keys")
				removed := rapid.IntRange(0, len(keys)).Draw(t, "removed")
				for _, key := range keys[:removed] {
					delete(model, "0"+key)
					require.NoError(t, w.Removed("Count", "state", 0, 1, serde.AppendString(nil, key)))
				}
				for _, key := range keys[removed:] {
					model["0"+key] = int64(n)
					require.NoError(t, w.Changed("Count", "state", 0, 1, pair(key, int64(n))))
				}
			}
			stack = append(stack, opened(t, w))
		}
		require.Equal(t, model, contents(t, stack))
	})
}

// Bytes that no entry is are damage, although their checksum is right.
func TestStackFindsEntriesThatAreNone(t *testing.T) {
	w := snapshot.NewWriter(snapshot.S2)
	require.NoError(t, w.Changed("Count", "state", 4, 1, []byte{0xc1}))
	stack := snapshot.Stack{opened(t, w)}
	_, _, err := stack.Read(stack.Groups("Count", "state")[0], nil)
	var damaged *snapshot.DamagedError
	require.ErrorAs(t, err, &damaged)
	require.ErrorContains(t, err, "section Count.state, key group 4, changed cannot be read")
}

// What version 1 wrote is read for ever: its golden file is never written anew.
func TestSnapshotOfVersion1(t *testing.T) {
	golden, err := os.ReadFile("testdata/snapshot-v1.hex")
	require.NoError(t, err)
	var digits []byte
	for line := range bytes.Lines(golden) {
		digits = append(digits, bytes.ReplaceAll(line[10:59], []byte(" "), nil)...)
	}
	b, err := hex.DecodeString(string(digits))
	require.NoError(t, err)
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"3a": 7, "5b": 8, "5c": 9}, contents(t, snapshot.Stack{r}))
}

func TestAHeaderAndAFooterOfOneVersion(t *testing.T) {
	b := sample(t)
	b[4] = byte(snapshot.VersionBlocks)
	_, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	require.ErrorContains(t, err, "the footer says version 2, the header says 1")
}
