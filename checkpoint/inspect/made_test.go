package inspect

import (
	"path/filepath"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// made is a savepoint that a test makes of one operator, Count, with one state.
type made struct {
	state       checkpoint.State
	groups      int
	parallelism int
	// entries are keys with values, or elements with 0, each written by add.
	entries []number
}

// number is an entry: a key with its value, or an element of a list.
type number struct{ key, value int64 }

// write writes the savepoint to a folder. Entry i of a list lies in subtask i modulo the parallelism.
func (m made) write(t require.TestingT, fsys vfs.FS, path string) {
	groups, parallelism := max(m.groups, 1), max(m.parallelism, 1)
	sections := make([]map[int][]byte, parallelism) // by subtask and group
	counts := make([]map[int]int, parallelism)
	for i := range parallelism {
		sections[i], counts[i] = map[int][]byte{}, map[int]int{}
	}
	for i, e := range m.entries {
		subtask, group := i%parallelism, 0
		if m.state.Kind == checkpoint.KeyedState {
			group = serde.KeyGroup(serde.HashUint64(uint64(e.key)), groups)
			subtask = group * parallelism / groups
		}
		b := sections[subtask][group]
		switch m.state.Kind {
		case checkpoint.KeyedState:
			b = serde.AppendInt(serde.AppendArray(serde.AppendInt(b, e.key), 1), e.value)
		case checkpoint.BroadcastState:
			b = serde.AppendInt(serde.AppendInt(serde.AppendArray(b, 2), e.key), e.value)
		default:
			b = serde.AppendInt(b, e.key)
		}
		sections[subtask][group] = b
		counts[subtask][group]++
	}
	var subtasks []checkpoint.Subtask
	for i := range parallelism {
		w := snapshot.NewWriter(snapshot.S2)
		for g := range groups {
			require.NoError(t, w.Section("Count", m.state.Name, g, counts[i][g], sections[i][g]))
		}
		b := w.Finish()
		subtasks = append(subtasks, checkpoint.Subtask{
			Task: "Count", Index: i, Parallelism: parallelism, Data: checkpoint.Data{Inline: b, Size: int64(len(b))}, Watermark: checkpoint.NoWatermark,
			Operators: []checkpoint.Operator{{UID: "Count", States: []checkpoint.State{m.state}}},
		})
	}
	writeSubtasks(t, fsys, path, groups, subtasks)
}

func writeSubtasks(t require.TestingT, fsys vfs.FS, path string, groups int, subtasks []checkpoint.Subtask) {
	require.NoError(t, fsys.MkdirAll(filepath.Dir(path)))
	require.NoError(t, chain.WriteSavepoint(fsys, path, checkpoint.Manifest{Job: "WordCount", Checkpoint: &checkpoint.Checkpoint{
		ID: 1, Kind: checkpoint.Savepoint, KeyGroups: groups, Subtasks: slices.Clone(subtasks),
	}}, nil))
}

var (
	keyed     = checkpoint.State{Name: "State", Schema: "int: {N int}"}
	split     = checkpoint.State{Name: "State", Schema: "int", Kind: checkpoint.SplitList}
	union     = checkpoint.State{Name: "State", Schema: "int", Kind: checkpoint.UnionList}
	inFlight  = checkpoint.State{Name: "State", Schema: "int", Kind: checkpoint.InFlightOnce}
	broadcast = checkpoint.State{Name: "State", Schema: "{Key int, Value int}", Kind: checkpoint.BroadcastState}
)
