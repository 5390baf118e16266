package core

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/serde"
)

// words is a list of any kind. What others keep stands in brackets.
type words struct {
	kind checkpoint.StateKind
	all  []string
}

func (w *words) Kind() checkpoint.StateKind { return w.kind }
func (w *words) Schema() string             { return "string" }
func (w *words) Len() int                   { return len(w.all) }

func (w *words) AppendElement(b []byte, i int) []byte {
	if strings.HasPrefix(w.all[i], "[") {
		return b
	}
	return serde.AppendString(b, w.all[i])
}

func (w *words) ParseElement(p *serde.Parser, own bool) {
	word := p.String()
	if !own {
		word = "[" + word + "]"
	}
	w.all = append(w.all, word)
}

// inMemory is what a snapshot in the manifest is read from.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// listTask is a subtask of an operator Words.
func listTask(subtask, parallelism int) *Task {
	return &Task{subtask: subtask, info: &vertexInfo{
		name: "Words", parallelism: parallelism, info: TaskInfo{Operators: []Operator{Transform("Words")}},
	}}
}

// heldLists is a checkpoint of an operator Words whose subtasks held these words.
func heldLists(t *testing.T, kind checkpoint.StateKind, parts ...[]string) *restored {
	t.Helper()
	c := &checkpoint.Checkpoint{ID: 3}
	for i, part := range parts {
		s := &Snapshot{barrier: coordinator.Barrier{ID: 3}, task: listTask(i, len(parts)), data: snapshot.NewWriter(snapshot.S2),
			held: checkpoint.Subtask{Task: "Words", Index: i, Parallelism: len(parts)}}
		s.List("Words", "State.List", &words{kind, part})
		require.NoError(t, s.err)
		require.Equal(t, s.stored, len(part) > 0)
		if s.stored {
			b := s.data.Finish()
			s.held.Data = checkpoint.Data{Inline: b, Size: int64(len(b))}
		}
		c.Subtasks = append(c.Subtasks, s.held)
	}
	return &restored{checkpoint: c, read: func(d checkpoint.Data) (vfs.Reader, error) { return inMemory{bytes.NewReader(d.Inline)}, nil }}
}

// restoreLists is what each subtask gets of it.
func restoreLists(t *testing.T, from *restored, kind checkpoint.StateKind, parallelism int) [][]string {
	t.Helper()
	var parts [][]string
	for i := range parallelism {
		r := &Restore{task: listTask(i, parallelism), from: from, states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{}}
		w := &words{kind: kind}
		r.List("Words", "State.List", w)
		require.NoError(t, r.done())
		parts = append(parts, w.all)
	}
	return parts
}

func TestListsAreHandedOut(t *testing.T) {
	split, union, broadcast := checkpoint.SplitList, checkpoint.UnionList, checkpoint.BroadcastState
	tests := []struct {
		name  string
		kind  checkpoint.StateKind
		held  [][]string
		found [][]string
	}{
		{"split, as it was", split, [][]string{{"a", "b", "c"}, {}, {"d"}}, [][]string{{"a", "b", "c"}, nil, {"d"}}},
		{"split, out", split, [][]string{{"a", "b", "c"}, {"d"}}, [][]string{{"a", "d"}, {"b"}, {"c"}}},
		{"split, in", split, [][]string{{"a", "b", "c"}, {}, {"d", "e"}}, [][]string{{"a", "c", "e"}, {"b", "d"}}},
		{"split, of nothing", split, [][]string{{}, {}}, [][]string{nil}},
		{"union, as it was", union, [][]string{{"a", "b"}, {"c"}}, [][]string{{"a", "b", "[c]"}, {"[a]", "[b]", "c"}}},
		{"union, out", union, [][]string{{"a", "b"}, {"c", "[a]"}}, [][]string{{"a", "[b]", "[c]"}, {"[a]", "b", "[c]"}, {"[a]", "[b]", "c"}}},
		{"union, in", union, [][]string{{"a"}, {"b"}, {"c"}}, [][]string{{"a", "b", "c"}}},
		{"broadcast, as it was", broadcast, [][]string{{"a", "b"}, {"a", "b"}}, [][]string{{"a", "b"}, {"a", "b"}}},
		{"broadcast, out", broadcast, [][]string{{"a", "b"}}, [][]string{{"a", "b"}, {"a", "b"}, {"a", "b"}}},
		{"broadcast, in: the first copy where they differ", broadcast, [][]string{{"a"}, {"a", "b"}}, [][]string{{"a"}}},
		{"broadcast, empty in the first copy", broadcast, [][]string{{}, {"a"}}, [][]string{nil, nil, nil}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.found, restoreLists(t, heldLists(t, test.kind, test.held...), test.kind, len(test.found)))
		})
	}
}

// A list of several blocks comes back whole, wherever a block ends.
func TestALongListComesBack(t *testing.T) {
	var long []string
	for i := range 50_000 {
		long = append(long, fmt.Sprintf("%d is a word of some length", i))
	}
	from := heldLists(t, checkpoint.SplitList, nil, long)
	require.Equal(t, [][]string{nil, long}, restoreLists(t, from, checkpoint.SplitList, 2))
	parts := restoreLists(t, from, checkpoint.SplitList, 3)
	for i, word := range long {
		require.Equal(t, word, parts[i%3][i/3])
	}
}

func TestAListOfAnotherKindIsRefused(t *testing.T) {
	from := heldLists(t, checkpoint.SplitList, []string{"a"})
	r := &Restore{task: listTask(0, 1), from: from, states: map[string][]checkpoint.TakenState{}, asking: true}
	r.List("Words", "State.List", &words{kind: checkpoint.UnionList})
	require.EqualError(t, r.done(), "checkpoint 3 holds state State.List of operator Words as a split list, but the program has a union list there: "+
		"give the new one another name and set execution.state-recovery.ignore-unclaimed-state=true to drop the old one, or run the program that wrote it")
}

// What is damaged in a way that its checksum does not show ends the start.
func TestAListThatCannotBeReadIsRefused(t *testing.T) {
	from := heldLists(t, checkpoint.SplitList, []string{"a"})
	w := snapshot.NewWriter(snapshot.None)
	require.NoError(t, w.Section("Words", "State.List", 0, 1, serde.AppendInt(nil, 7)))
	b := w.Finish()
	from.checkpoint.Subtasks[0].Data = checkpoint.Data{Inline: b, Size: int64(len(b))}
	r := &Restore{task: listTask(0, 1), from: from, states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{}}
	r.List("Words", "State.List", &words{kind: checkpoint.SplitList})
	require.EqualError(t, r.done(), "checkpoint 3: snapshot of Words (1/1), in the manifest: state State.List of operator Words: "+
		"msgpack at offset 0: expected a string, found an int (0x07)")
}

// points is a list whose elements have got a second field, of a type with a codec of its own. Where the writer had none it is a byte that is no msgpack value.
type points struct {
	schema string
	xs     []int
}

func (*points) Kind() checkpoint.StateKind { return checkpoint.SplitList }
func (l *points) Schema() string           { return l.schema }
func (l *points) Len() int                 { return len(l.xs) }
func (l *points) AppendElement(b []byte, i int) []byte {
	return serde.AppendInt(serde.AppendArray(b, 1), int64(l.xs[i]))
}

func (l *points) ParseElement(p *serde.Parser, _ bool) {
	p.ArrayOf(2)
	l.xs = append(l.xs, p.NativeInt())
	if !p.Absent() {
		p.Failf("there is a second field")
	}
}

// Elements of another form are dealt out as the writer wrote them, and only then brought into the form of the program.
func TestAListOfAnotherFormIsDealtOut(t *testing.T) {
	s := &Snapshot{barrier: coordinator.Barrier{ID: 3}, task: listTask(0, 1), data: snapshot.NewWriter(snapshot.S2),
		held: checkpoint.Subtask{Task: "Points", Parallelism: 1}}
	s.List("Points", "State.List", &points{"{X int}", []int{1, 2, 3}})
	require.NoError(t, s.err)
	b := s.data.Finish()
	s.held.Data = checkpoint.Data{Inline: b, Size: int64(len(b))}
	from := &restored{checkpoint: &checkpoint.Checkpoint{ID: 3, Subtasks: []checkpoint.Subtask{s.held}},
		read: func(d checkpoint.Data) (vfs.Reader, error) { return inMemory{bytes.NewReader(d.Inline)}, nil }}
	for i, want := range [][]int{{1, 3}, {2}} {
		r := &Restore{task: listTask(i, 2), from: from, states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{}}
		l := &points{schema: "{X int, Y binary(example.com/geo.Place)}"}
		r.List("Points", "State.List", l)
		require.NoError(t, r.done())
		require.Equal(t, want, l.xs)
	}
}

// What a list held comes back under its new name.
func TestARenamedListComesBack(t *testing.T) {
	from := heldLists(t, checkpoint.UnionList, []string{"a"}, []string{"b"})
	r := &Restore{task: listTask(0, 1), from: from, states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{}}
	w := &words{kind: checkpoint.UnionList}
	r.List("Words", "Kept.Words", w, "Older", "List")
	require.NoError(t, r.done())
	require.Equal(t, []string{"a", "b"}, w.all)
}

// A list is found by the name of its field, whatever the struct around it is called now, and by a former name where no field has the present one.
func TestListsAreFoundByTheirFields(t *testing.T) {
	list := func(name string) checkpoint.State { return checkpoint.State{Name: name, Kind: checkpoint.UnionList} }
	held := []checkpoint.State{{Name: "State", Kind: checkpoint.KeyedState}, list("State.Held"), list("State.Old")}
	for name, test := range map[string]struct {
		taken string
		was   []string
		want  int
	}{
		"the same name":          {"State.Held", nil, 1},
		"a struct renamed":       {"Lists.Held", nil, 1},
		"a field renamed":        {"State.New", []string{"Old"}, 2},
		"both renamed":           {"Lists.New", []string{"Older", "Old"}, 2},
		"the present name first": {"State.Held", []string{"Old"}, 1},
		"another one":            {"State.New", nil, -1},
		"calls in flight":        {"Async", nil, -1},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, checkpoint.TakenState{State: list(test.taken), Was: test.was}.In(held))
		})
	}
}
