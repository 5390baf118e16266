package inspect

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// data is a snapshot in a manifest.
func data(t *testing.T, write func(*snapshot.Writer) error) checkpoint.Data {
	t.Helper()
	w := snapshot.NewWriter(snapshot.S2)
	require.NoError(t, write(w))
	b := w.Finish()
	return checkpoint.Data{Inline: b, Size: int64(len(b))}
}

// pairOf is an entry of the state keyed.
func pairOf(key, value int64) []byte {
	return serde.AppendInt(serde.AppendArray(serde.AppendInt(nil, key), 1), value)
}

// What an incremental checkpoint holds is shown, dumped and compared with what it rests on, but for lists, which are whole in it.
func TestWhatChangedIsReadWithItsBase(t *testing.T) {
	const group = 3
	list := checkpoint.State{Name: "List", Schema: "int", Kind: checkpoint.SplitList}
	base := data(t, func(w *snapshot.Writer) error {
		require.NoError(t, w.Section("Count", "State", group, 2, append(pairOf(1, 10), pairOf(2, 20)...)))
		require.NoError(t, w.Section("Count", "State", group+1, 1, pairOf(4, 40)))
		return w.Section("Count", "List", 0, 1, serde.AppendInt(nil, 7))
	})
	changes := data(t, func(w *snapshot.Writer) error {
		require.NoError(t, w.Removed("Count", "State", group, 1, serde.AppendInt(nil, 1)))
		require.NoError(t, w.Changed("Count", "State", group, 2, append(pairOf(2, 21), pairOf(3, 30)...)))
		require.NoError(t, w.Removed("Count", "State", group+1, 1, serde.AppendInt(nil, 4)))
		return w.Section("Count", "List", 0, 1, serde.AppendInt(nil, 8))
	})
	fsys := vfs.NewMem()
	write := func(path string, d checkpoint.Data, bases ...checkpoint.Data) {
		writeSubtasks(t, fsys, path, 8, []checkpoint.Subtask{{Task: "Count", Parallelism: 1, Data: d, Bases: bases, Watermark: checkpoint.NoWatermark,
			Operators: []checkpoint.Operator{{UID: "Count", States: []checkpoint.State{keyed, list}}}}})
	}
	write("s/before", base)
	write("s/after", changes, base)
	write("s/same", checkpoint.Data{}, base, changes)

	for _, path := range []string{"s/after", "s/same"} {
		got, err := dumpOf(fsys, path, Selection{Name: "Count.State"})
		require.NoError(t, err)
		require.Equal(t, `{"key":2,"value":{"N":21}}`+"\n"+`{"key":3,"value":{"N":30}}`+"\n", got, path)
		require.NoError(t, Verify(fsys, path, nil))
	}
	got, err := dumpOf(fsys, "s/after", Selection{Name: "Count.List"})
	require.NoError(t, err)
	require.Equal(t, `{"subtask":0,"value":8}`+"\n", got)

	var entries bytes.Buffer
	_, err = Diff(fsys, "s/before", "s/after", &entries, nil)
	require.NoError(t, err)
	for _, line := range []string{`"change":"removed","key":1,"value":{"N":10}`, `"change":"changed","key":2,"before":{"N":20},"after":{"N":21}`,
		`"change":"added","key":3,"value":{"N":30}`, `"change":"removed","key":4,"value":{"N":40}`} {
		require.Contains(t, entries.String(), line)
	}
	require.Equal(t, 6, bytes.Count(entries.Bytes(), []byte("\n")), "and the element of the list, removed and added")

	c, err := Show(fsys, "s/after")
	require.NoError(t, err)
	require.Equal(t, base.Size+changes.Size, c.Size)
	require.Equal(t, Subtask{Size: changes.Size, Bases: 1, BaseSize: base.Size}, c.Tasks[0].Subtasks[0])
	state := c.Operators[0].States[0]
	require.Equal(t, []int64{2, int64(len(pairOf(2, 21)) + len(pairOf(3, 30)))}, []int64{state.Entries, state.Size})
	require.Equal(t, 1, state.KeyGroups, "the other one is empty")
	require.Equal(t, []int{group, group}, []int{state.Subtasks[0].FirstKeyGroup, state.Subtasks[0].LastKeyGroup})
}
