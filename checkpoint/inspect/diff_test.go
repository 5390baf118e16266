package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// changed is an entry that differs, as diff prints it.
type changed struct {
	Operator, State, Change string
	Key                     *int64
	Value, Before, After    json.RawMessage
}

// Whatever two states of any kind hold, in whatever blocks of memory they are compared, and however many key groups and subtasks there were, what
// differs is what a map says.
func TestDiffIsThatOfMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.SampledFrom([]checkpoint.State{keyed, split, union, inFlight, broadcast}).Draw(t, "state")
		hasKeys := state.Kind == checkpoint.KeyedState || state.Kind == checkpoint.BroadcastState
		draw := func(name string) (made, map[number]int) {
			m := made{state: state, groups: 1, parallelism: rapid.IntRange(1, 3).Draw(t, "parallelism")}
			switch state.Kind {
			case checkpoint.KeyedState:
				m.groups = rapid.SampledFrom([]int{4, 7}).Draw(t, "groups")
			case checkpoint.BroadcastState:
				m.parallelism = 1
			}
			drawn := rapid.SliceOf(rapid.Custom(func(t *rapid.T) number {
				return number{rapid.Int64Range(0, 20).Draw(t, "key"), rapid.Int64Range(0, 2).Draw(t, "value")}
			})).Draw(t, name)
			model, seen := map[number]int{}, map[int64]bool{}
			for _, e := range drawn {
				if !hasKeys {
					e.value = 0
				} else if seen[e.key] {
					continue
				}
				seen[e.key] = true
				m.entries = append(m.entries, e)
				model[e]++
			}
			return m, model
		}
		a, before := draw("a")
		b, after := draw("b")
		fsys := vfs.NewMem()
		a.write(t, fsys, "s/a")
		b.write(t, fsys, "s/b")
		var out bytes.Buffer
		found, err := diff(fsys, "s/a", "s/b", &out, nil, rapid.SampledFrom([]int64{1, 10, passSize}).Draw(t, "pass"))
		require.NoError(t, err)

		var want Counts
		keysBefore, keysAfter := map[int64]bool{}, map[int64]bool{}
		for e := range before {
			keysBefore[e.key] = true
		}
		for e, n := range after {
			keysAfter[e.key] = true
			same := min(n, before[e])
			want.Same += int64(same)
			switch {
			case hasKeys && same == 0 && keysBefore[e.key]:
				want.Changed++
			default:
				want.Added += int64(n - same)
			}
		}
		for e, n := range before {
			if !hasKeys || !keysAfter[e.key] {
				want.Removed += int64(n - min(n, after[e]))
			}
		}
		if want.differ() {
			require.Equal(t, []Difference{{Operator: "Count", State: "State", Entries: want}}, found)
		} else {
			require.Empty(t, found)
		}
		printed := Counts{Same: want.Same}
		for line := range strings.Lines(out.String()) {
			var c changed
			require.NoError(t, json.Unmarshal([]byte(line), &c))
			require.Equal(t, hasKeys, c.Key != nil)
			switch c.Change {
			case "added":
				printed.Added++
			case "removed":
				printed.Removed++
			case "changed":
				printed.Changed++
				require.NotEqual(t, string(c.Before), string(c.After))
			}
		}
		require.Equal(t, want, printed)
	})
}

// What is in one checkpoint alone is all added or removed, and forms that have nothing in common are not compared.
func TestDiffOfOperatorsAndStates(t *testing.T) {
	fsys := vfs.NewMem()
	three := []number{{1, 1}, {2, 2}, {3, 3}}
	subtask := func(uid string) []checkpoint.Subtask {
		return []checkpoint.Subtask{{Task: uid, Parallelism: 1, Operators: []checkpoint.Operator{{UID: uid, Splits: []checkpoint.Split{{ID: "a"}}}}}}
	}
	made{state: keyed, entries: three}.write(t, fsys, "s/keyed")
	made{state: union, entries: three}.write(t, fsys, "s/union")
	made{state: split, entries: three[:2]}.write(t, fsys, "s/split")
	other := keyed
	other.Name = "Other"
	made{state: other, entries: three[:1]}.write(t, fsys, "s/other")
	text := keyed
	text.Schema = "string: {N int}"
	made{state: text}.write(t, fsys, "s/text")
	wider := keyed
	wider.Schema = "int: {N int64}"
	made{state: wider, entries: three}.write(t, fsys, "s/wider")
	writeSubtasks(t, fsys, "s/source", 1, subtask("Lines"))

	for _, test := range []struct {
		a, b string
		want []Difference
	}{
		{"keyed", "other", []Difference{ // an operator has but one keyed state, whatever its type is called
			{Operator: "Count", State: "Other", Before: "State, int: {N int}", After: "Other, int: {N int}", Entries: Counts{Removed: 2, Same: 1}},
		}},
		{"union", "other", []Difference{
			{Operator: "Count", State: "State", Only: "a", Entries: Counts{Removed: 3}},
			{Operator: "Count", State: "Other", Only: "b", Entries: Counts{Added: 1}},
		}},
		{"source", "other", []Difference{
			{Operator: "Lines", Only: "a"},
			{Operator: "Count", Only: "b"},
			{Operator: "Count", State: "Other", Only: "b", Entries: Counts{Added: 1}},
		}},
		{"union", "split", []Difference{
			{Operator: "Count", State: "State", Before: "union list, int", After: "split list, int", Entries: Counts{Removed: 1, Same: 2}},
		}},
		{"keyed", "union", []Difference{
			{Operator: "Count", State: "State", Before: "keyed state, int: {N int}", After: "union list, int",
				Incomparable: errors.New("a keyed state has other entries than a union list")},
		}},
		{"keyed", "text", []Difference{
			{Operator: "Count", State: "State", Before: "int: {N int}", After: "string: {N int}", Incomparable: errors.New("keys of int are no keys of string")},
		}},
	} {
		found, err := Diff(fsys, "s/"+test.a, "s/"+test.b, nil, nil)
		require.NoError(t, err)
		require.Len(t, found, len(test.want))
		for i := range found {
			if test.want[i].Incomparable != nil {
				require.EqualError(t, found[i].Incomparable, test.want[i].Incomparable.Error())
				found[i].Incomparable = test.want[i].Incomparable
			}
		}
		require.Equal(t, test.want, found)
	}
	found, err := Diff(fsys, "s/keyed", "s/wider", nil, nil)
	require.NoError(t, err)
	require.ErrorContains(t, found[0].Incomparable, "N: int became int64")
}

// The splits of a source are told apart by their ids, whichever subtask has them.
func TestDiffOfSplits(t *testing.T) {
	fsys := vfs.NewMem()
	source := func(path string, splits ...checkpoint.Split) {
		writeSubtasks(t, fsys, path, 1, []checkpoint.Subtask{{Task: "Lines", Parallelism: 1, Operators: []checkpoint.Operator{{UID: "Lines", Splits: splits}}}})
	}
	source("s/a", checkpoint.Split{ID: "gone"}, checkpoint.Split{ID: "same", Position: []byte{1}}, checkpoint.Split{ID: "moved", Position: []byte{1}},
		checkpoint.Split{ID: "ended"})
	source("s/b", checkpoint.Split{ID: "same", Position: []byte{1}}, checkpoint.Split{ID: "moved", Position: []byte{2}},
		checkpoint.Split{ID: "ended", Done: true}, checkpoint.Split{ID: "new"})
	found, err := Diff(fsys, "s/a", "s/b", nil, nil)
	require.NoError(t, err)
	require.Equal(t, []Difference{{Operator: "Lines", Splits: Counts{Added: 1, Removed: 1, Changed: 2, Same: 1}}}, found)
}

// Progress reaches the total, whatever is in it, and an error of it ends the work.
func TestProgressOfReading(t *testing.T) {
	fsys := vfs.NewMem()
	var many []number
	for i := range 1000 {
		many = append(many, number{int64(i), 1})
	}
	made{state: keyed, groups: 8, parallelism: 2, entries: many}.write(t, fsys, "s/a")
	made{state: keyed, groups: 4, parallelism: 3, entries: many}.write(t, fsys, "s/b")
	for name, work := range map[string]func(Progress) error{
		"verify": func(p Progress) error { return Verify(fsys, "s/a", p) },
		"dump": func(p Progress) error {
			_, err := Dump(fsys, "s/a", Selection{Name: "Count"}, &bytes.Buffer{}, p)
			return err
		},
		"diff": func(p Progress) error { _, err := Diff(fsys, "s/a", "s/b", nil, p); return err },
		"diff in passes": func(p Progress) error {
			_, err := diff(fsys, "s/a", "s/b", nil, p, 500)
			return err
		},
	} {
		var seen []int64
		require.NoError(t, work(func(read, total int64) error {
			require.LessOrEqual(t, read, total)
			seen = append(seen, read, total)
			return nil
		}), name)
		require.Equal(t, seen[len(seen)-1], seen[len(seen)-2], name)
		stop := errors.New("stop")
		calls := 0
		require.ErrorIs(t, work(func(int64, int64) error { calls++; return stop }), stop, name)
		require.Equal(t, 1, calls, name)
	}
}
