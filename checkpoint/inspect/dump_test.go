package inspect

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func dumpOf(fsys vfs.FS, path string, selected Selection) (string, error) {
	var out bytes.Buffer
	_, err := Dump(fsys, path, selected, &out, nil)
	return out.String(), err
}

func TestDumpByKind(t *testing.T) {
	fsys := vfs.NewMem()
	for _, test := range []struct {
		name  string
		state checkpoint.State
		want  string
	}{
		{"keyed", keyed, `{"key":7,"value":{"N":1}}` + "\n"},
		{"split", split, `{"subtask":0,"value":7}` + "\n" + `{"subtask":1,"value":8}` + "\n"},
		{"union", union, `{"subtask":0,"value":7}` + "\n" + `{"subtask":1,"value":8}` + "\n"},
		{"in flight", inFlight, `{"subtask":0,"value":7}` + "\n" + `{"subtask":1,"value":8}` + "\n"},
		{"broadcast", broadcast, `{"key":7,"value":1}` + "\n"}, // of the first subtask
	} {
		entries := []number{{7, 1}, {8, 2}}
		if test.state.Kind == checkpoint.KeyedState {
			entries = entries[:1]
		}
		made{state: test.state, groups: 1, parallelism: 2, entries: entries}.write(t, fsys, "s/"+test.name)
		got, err := dumpOf(fsys, "s/"+test.name, Selection{Name: "Count.State"})
		require.NoError(t, err)
		require.Equal(t, test.want, got)
		got, err = dumpOf(fsys, "s/"+test.name, Selection{Name: "Count"})
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
}

// written is a savepoint of one subtask, whose snapshot has the sections that write adds.
func written(t testing.TB, fsys vfs.FS, path string, states []checkpoint.State, write func(*snapshot.Writer)) {
	t.Helper()
	w := snapshot.NewWriter(snapshot.S2)
	write(w)
	b := w.Finish()
	writeSubtasks(t, fsys, path, 8, []checkpoint.Subtask{{
		Task: "Count", Parallelism: 1, Data: checkpoint.Data{Inline: b, Size: int64(len(b))}, Operators: []checkpoint.Operator{{UID: "Count", States: states}},
	}})
}

func TestDumpRefuses(t *testing.T) {
	fsys := vfs.NewMem()
	section := func(bytes string) func(*snapshot.Writer) {
		return func(w *snapshot.Writer) { require.NoError(t, w.Section("Count", "State", 3, 1, []byte(bytes))) }
	}
	state := func(schema string, kind checkpoint.StateKind) []checkpoint.State {
		return []checkpoint.State{{Name: "State", Schema: schema, Kind: kind}}
	}
	for _, test := range []struct {
		name   string
		states []checkpoint.State
		bytes  string
		err    string
	}{
		{"no schema", state("nonsense", checkpoint.KeyedState), "\x05\x05",
			`state Count.State: the checkpoint is damaged: schema at offset 0, before "nonsense": unknown type nonsense`},
		{"no key", state("int", checkpoint.KeyedState), "\x05\x05", "state Count.State: the checkpoint is damaged: int is no schema of a keyed state"},
		{"a list with a key", state("int: int", checkpoint.UnionList), "\x05\x05", "state Count.State: the checkpoint is damaged: int: int is no schema of a union list"},
		{"no pairs", state("{A int}", checkpoint.BroadcastState), "\x91\x05", "state Count.State: the checkpoint is damaged: {A int} is no schema of a broadcast state"},
		{"another value", state("int: string", checkpoint.KeyedState), "\x05\x05", "Count (1/1): the manifest: " +
			"section Count.State, key group 3: msgpack at offset 0: expected a string, found an int (0x05)"},
		{"a cut value", state("int: string", checkpoint.KeyedState), "\x05\xa5a", "Count (1/1): the manifest: " +
			"section Count.State, key group 3: msgpack at offset 1: expected a value, found a string (0xa5) that goes beyond the 2 bytes that remain"},
		{"too much", state("int: int", checkpoint.KeyedState), "\x05\x05\x05", "Count (1/1): the manifest: " +
			"section Count.State, key group 3: msgpack at offset 2: expected the end of the input, found 1 more bytes"},
		{"undeclared", nil, "\x05\x05", "state Count.State: the checkpoint does not say in which form it is written: a newer streamgen may know"},
	} {
		t.Run(test.name, func(t *testing.T) {
			written(t, fsys, "s/"+test.name, test.states, section(test.bytes))
			_, err := dumpOf(fsys, "s/"+test.name, Selection{Name: "Count.State"})
			require.EqualError(t, err, test.err)
			_, err = Show(fsys, "s/"+test.name)
			require.NoError(t, err, "it can be shown all the same")
		})
	}

	// A section that belongs to no state, as of records on their way, is left out where states are meant.
	written(t, fsys, "s/both", state("int: int", checkpoint.KeyedState), func(w *snapshot.Writer) {
		section("\x05\x06")(w)
		require.NoError(t, w.Section("Count", "in flight", 0, 1, []byte("\xc0")))
	})
	got, err := dumpOf(fsys, "s/both", Selection{Name: "Count"})
	require.NoError(t, err)
	require.Equal(t, `{"key":5,"value":6}`+"\n", got)
	names, err := Names(fsys, "s/both")
	require.NoError(t, err)
	require.Equal(t, []string{"Count", "Count.State"}, names)
	c, err := Show(fsys, "s/both")
	require.NoError(t, err)
	require.Equal(t, "unknown", c.Operators[0].States[1].Kind)
	found, err := Diff(fsys, "s/both", "s/both", nil, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestNamesThatAreNotThere(t *testing.T) {
	fsys := vfs.NewMem()
	made{state: keyed}.write(t, fsys, "s/keyed")
	for name, want := range map[string]string{
		"Coutn":       "there is no state Coutn: did you mean Count? it holds Count, Count.State",
		"Count.Satte": "there is no state Count.Satte: did you mean Count.State? it holds Count, Count.State",
		"Something":   "there is no state Something: it holds Count, Count.State",
	} {
		_, err := dumpOf(fsys, "s/keyed", Selection{Name: name})
		require.EqualError(t, err, want)
	}
	writeSubtasks(t, fsys, "s/none", 1, []checkpoint.Subtask{{Task: "Lines", Parallelism: 1, Operators: []checkpoint.Operator{{UID: "Lines"}}}})
	_, err := dumpOf(fsys, "s/none", Selection{Name: "Lines"})
	require.EqualError(t, err, "the checkpoint holds no state of any operator")
}

// Subtasks that say different things of one state make no sense together.
func TestSubtasksThatDisagree(t *testing.T) {
	fsys := vfs.NewMem()
	var subtasks []checkpoint.Subtask
	for i, schema := range []string{"int: int", "int: string"} {
		subtasks = append(subtasks, checkpoint.Subtask{
			Task: "Count", Index: i, Parallelism: 2, Operators: []checkpoint.Operator{{UID: "Count", States: []checkpoint.State{{Name: "State", Schema: schema}}}},
		})
	}
	writeSubtasks(t, fsys, "s/a", 1, subtasks)
	_, err := Show(fsys, "s/a")
	require.ErrorIs(t, err, chain.ErrDamaged)
	require.ErrorContains(t, err, "its subtasks do not agree on state Count.State: keyed state as int: int, and keyed state as int: string")
}

// More snapshots than are open at once are read in turn.
func TestManySubtasks(t *testing.T) {
	fsys := vfs.NewMem()
	var many []number
	for i := range 400 {
		many = append(many, number{int64(i), 1})
	}
	made{state: keyed, groups: 64, parallelism: 2*openFiles + 1, entries: many}.write(t, fsys, "s/a")
	made{state: keyed, groups: 64, parallelism: 3, entries: many}.write(t, fsys, "s/b")
	found, err := Diff(fsys, "s/a", "s/b", nil, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestConnectorsOfOthersAreOpaque(t *testing.T) {
	ours, others := checkpoint.Connector{Kind: "file.lines", Version: 1}, checkpoint.Connector{Kind: "queue", Version: 1}
	require.Equal(t, "300", position(ours, []byte{0xac, 0x02}))
	require.Equal(t, "not begun", position(ours, nil))
	require.Equal(t, "3 bytes, 010203", position(ours, []byte{1, 2, 3}), "no varint")
	require.Equal(t, "2 bytes, ac02", position(others, []byte{0xac, 0x02}))
	require.Equal(t, "20 bytes, 61616161616161616161616161616161…", handle(others, bytes.Repeat([]byte("a"), 20)))
	require.Equal(t, "1 5 .a b", handle(ours, []byte("1 5 .a b")))
	require.Equal(t, "1 bytes, 1b", handle(ours, []byte{0x1b}))
}
