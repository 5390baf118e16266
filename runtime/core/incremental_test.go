package core

import (
	"bytes"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// numberCodec is that of a table of numbers by name.
type numberCodec struct{}

func (numberCodec) Schema() string                        { return "string: int64" }
func (numberCodec) Hash(key string) uint64                { return serde.HashString(key) }
func (numberCodec) IsZero(n *int64) bool                  { return *n == 0 }
func (numberCodec) AppendKey(b []byte, key string) []byte { return serde.AppendString(b, key) }
func (numberCodec) AppendState(b []byte, n *int64) []byte { return serde.AppendInt(b, *n) }
func (numberCodec) ParseKey(p *serde.Parser) string       { return p.String() }
func (numberCodec) ParseState(p *serde.Parser, n *int64)  { *n = p.Int() }

func keyedTask(subtask, parallelism, groups int) *Task {
	c := config.Default()
	c.Checkpointing.Incremental = true
	return &Task{subtask: subtask, env: &environment{config: c, groups: groups}, info: &vertexInfo{
		name: "Sum", parallelism: parallelism, info: TaskInfo{Operators: []Operator{Transform("Sum")}},
	}}
}

// summing is a subtask of an operator Sum, alone with its checkpoints.
type summing struct {
	*Task
	numbers table.Table[string, int64]
	lineage lineage
	next    int64
}

func newSumming(groups int) *summing {
	s := &summing{Task: keyedTask(0, 1, groups), numbers: table.New(numberCodec{}), next: 1}
	s.numbers.Open(0, groups, groups)
	s.numbers.Track()
	return s
}

func (s *summing) set(key string, n int64) { *s.numbers.At(key, serde.HashString(key)) = n }
func (s *summing) drop(key string)         { s.numbers.Drop(key, serde.HashString(key)) }

// take takes a snapshot as a subtask does.
func (s *summing) take(t require.TestingT, kind checkpoint.Kind) *checkpoint.Checkpoint {
	b := coordinator.Barrier{ID: s.next, Kind: kind}
	s.next++
	snap := &Snapshot{barrier: b, task: s.Task, data: snapshot.NewWriter(snapshot.S2), lineage: &s.lineage,
		held: checkpoint.Subtask{Task: "Sum", Parallelism: 1}}
	snap.image, snap.base = s.lineage.next(b)
	snap.Keyed("Sum", "int64", &s.numbers)
	require.NoError(t, snap.err)
	if snap.image != nil {
		snap.held.Bases = snap.image.rest(snap.base)
	}
	if snap.stored {
		file := snap.data.Finish()
		snap.held.Data = checkpoint.Data{Inline: file, Size: int64(len(file))}
		if snap.image != nil {
			snap.image.data = snap.held.Data
		}
	}
	return &checkpoint.Checkpoint{ID: b.ID, Kind: kind, KeyGroups: s.env.groups, Subtasks: []checkpoint.Subtask{snap.held}}
}

// restoredNumbers is what the subtasks of a run find in a checkpoint.
func restoredNumbers(t require.TestingT, c *checkpoint.Checkpoint, parallelism, groups int) map[string]int64 {
	all := map[string]int64{}
	for i := range parallelism {
		r := &Restore{task: keyedTask(i, parallelism, groups), states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{},
			from: &restored{checkpoint: c, groups: groups, read: func(d checkpoint.Data) (vfs.Reader, error) { return inMemory{bytes.NewReader(d.Inline)}, nil }}}
		numbers := table.New(numberCodec{})
		r.Keyed("Sum", "int64", &numbers)
		require.NoError(t, r.done())
		for key, n := range numbers.All() {
			all[key] = *n
		}
	}
	return all
}

// Any checkpoint restores what there was at its barrier, at any parallelism, whatever it rests on and whatever became of those before it; and nothing rests on
// a checkpoint that was not complete when it was taken.
func TestIncrementalCheckpointsRestore(t *testing.T) {
	resting := 0
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(1, 4).Draw(t, "groups")
		keys := rapid.SampledFrom([]int{3, 40, 120}).Draw(t, "keys")
		s, model := newSumming(groups), map[string]int64{}
		for i := range keys {
			key := fmt.Sprint(i)
			s.set(key, 1)
			model[key] = 1
		}
		var pending []int64
		for round := range rapid.IntRange(1, 40).Draw(t, "rounds") {
			switch rapid.IntRange(0, 15).Draw(t, "many") {
			case 0:
				for key := range maps.Clone(model) {
					s.drop(key)
					delete(model, key)
				}
			case 1:
				for i := range keys {
					s.set(fmt.Sprint(i), int64(round+2))
					model[fmt.Sprint(i)] = int64(round + 2)
				}
			}
			for range rapid.IntRange(0, 4).Draw(t, "few") {
				key := fmt.Sprint(rapid.IntRange(0, keys).Draw(t, "key"))
				if rapid.Bool().Draw(t, "drop") {
					s.drop(key)
					delete(model, key)
				} else {
					s.set(key, int64(round+2))
					model[key] = int64(round + 2)
				}
			}
			kind := rapid.SampledFrom([]checkpoint.Kind{checkpoint.Periodic, checkpoint.Periodic, checkpoint.Periodic, checkpoint.Savepoint}).Draw(t, "kind")
			c := s.take(t, kind)
			held := c.Subtasks[0]
			require.LessOrEqual(t, len(held.Bases), longest(3))
			require.Equal(t, model, restoredNumbers(t, c, rapid.IntRange(1, groups).Draw(t, "parallelism"), groups))
			if kind == checkpoint.Savepoint {
				require.Empty(t, held.Bases)
				continue
			}
			if len(held.Bases) > 0 {
				resting++
			}
			pending = append(pending, c.ID)
			for i := 0; i < len(pending); i++ {
				switch rapid.IntRange(0, 3).Draw(t, "outcome") {
				case 0:
					s.lineage.abort(pending[i])
					pending = append(pending[:i:i], pending[i+1:]...)
					i--
				case 1, 2:
					s.lineage.complete(pending[i])
					pending = pending[i+1:]
					i = -1
				}
			}
		}
	})
	if resting == 0 {
		t.Fatal("no checkpoint rests on another")
	}
}

// kinds are those of the sections in the newest snapshot of a checkpoint.
func kinds(t *testing.T, c *checkpoint.Checkpoint) []snapshot.Kind {
	t.Helper()
	var all []snapshot.Kind
	if d := c.Subtasks[0].Data; d.Size > 0 {
		r, err := snapshot.Open(bytes.NewReader(d.Inline), d.Size)
		require.NoError(t, err)
		for _, s := range r.Sections() {
			all = append(all, s.Kind)
		}
	}
	return all
}

// completed takes a checkpoint that becomes complete.
func (s *summing) completed(t *testing.T) *checkpoint.Checkpoint {
	t.Helper()
	c := s.take(t, checkpoint.Periodic)
	s.lineage.complete(c.ID)
	return c
}

func TestAKeyGroupIsWrittenWholeWhenThatIsBetter(t *testing.T) {
	whole, removed, changed := []snapshot.Kind{snapshot.Whole}, []snapshot.Kind{snapshot.Removed}, []snapshot.Kind{snapshot.Changed}
	s := newSumming(1)
	for i := range 20 {
		s.set(fmt.Sprint(i), 1)
	}
	require.Equal(t, whole, kinds(t, s.completed(t)), "the first")
	c := s.completed(t)
	require.Empty(t, kinds(t, c), "nothing has changed")
	require.Len(t, c.Subtasks[0].Bases, 1)
	for i := range 5 {
		s.set(fmt.Sprint(i), 2)
	}
	require.Equal(t, whole, kinds(t, s.completed(t)), "more than a fifth has changed")
	for round := range 5 {
		for i := range 4 {
			s.set(fmt.Sprint(i), int64(round+3))
		}
		require.Equal(t, changed, kinds(t, s.completed(t)))
	}
	s.drop("7")
	c = s.completed(t)
	require.Equal(t, whole, kinds(t, c), "the changes are as much as the group")
	require.Empty(t, c.Subtasks[0].Bases)
	s.drop("8")
	require.Equal(t, removed, kinds(t, s.completed(t)))
}

func TestNotTooManySnapshotsAreRead(t *testing.T) {
	s := newSumming(1)
	for i := range 1000 {
		s.set(fmt.Sprint(i), 1)
	}
	s.completed(t)
	for range longest(0) - 1 {
		s.set("1", 2)
		require.Equal(t, []snapshot.Kind{snapshot.Changed}, kinds(t, s.completed(t)))
	}
	c := s.completed(t)
	require.Equal(t, []snapshot.Kind{snapshot.Whole}, kinds(t, c), "although nothing has changed")
	require.Empty(t, c.Subtasks[0].Bases)
}

// A key group that has become empty stands in the snapshot, lest what older ones hold of it come back.
func TestAnEmptyKeyGroupIsCleared(t *testing.T) {
	s := newSumming(2)
	for i := range 100 {
		s.set(fmt.Sprint(i), 1)
	}
	s.completed(t)
	left := map[string]int64{}
	for i := range 100 {
		if key := fmt.Sprint(i); serde.KeyGroup(serde.HashString(key), 2) == 0 {
			s.drop(key)
		} else {
			left[key] = 1
		}
	}
	c := s.completed(t)
	require.Equal(t, []snapshot.Kind{snapshot.Whole}, kinds(t, c))
	require.Len(t, c.Subtasks[0].Bases, 1, "the other group is there")
	require.Equal(t, left, restoredNumbers(t, c, 1, 2))
}

// Of several snapshots the one that is damaged is named.
func TestADamagedBaseIsNamed(t *testing.T) {
	s := newSumming(1)
	for i := range 100 {
		s.set(fmt.Sprint(i), 1)
	}
	s.completed(t)
	s.set("1", 2)
	c := s.completed(t)
	held := &c.Subtasks[0]
	files := map[string][]byte{"data/base": held.Bases[0].Inline, "data/own": held.Data.Inline}
	held.Bases[0], held.Data = checkpoint.Data{File: "data/base", Size: held.Bases[0].Size}, checkpoint.Data{File: "data/own", Size: held.Data.Size}
	for _, file := range []string{"data/base", "data/own"} {
		for _, at := range []int{30, len(files[file]) - 50} { // a block, the index
			files[file][at] ^= 1
			r := &Restore{task: keyedTask(0, 1, 1), states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{},
				from: &restored{checkpoint: c, groups: 1, read: func(d checkpoint.Data) (vfs.Reader, error) { return inMemory{bytes.NewReader(files[d.File])}, nil }}}
			numbers := table.New(numberCodec{})
			r.Keyed("Sum", "int64", &numbers)
			err := r.done()
			require.ErrorContains(t, err, "checkpoint 2: snapshot of Sum")
			require.ErrorContains(t, err, file)
			require.ErrorContains(t, err, "put the file back from a backup")
			files[file][at] ^= 1
		}
	}
}

// Small snapshots are in the manifest as long as they are small together.
func TestInlineBasesAreSmallTogether(t *testing.T) {
	a := &attempt{env: &environment{config: config.Default()}}
	s := &subtask{task: keyedTask(0, 1, 1)}
	snap := func() *Snapshot {
		return &Snapshot{barrier: coordinator.Barrier{ID: 2}, data: snapshot.NewWriter(snapshot.None),
			held: checkpoint.Subtask{Bases: []checkpoint.Data{{Inline: make([]byte, 60), Size: 60}}}}
	}
	size := len(snap().data.Finish())
	a.env.config.Checkpointing.InlineThreshold = size + 60
	d, err := a.store(s, snap())
	require.NoError(t, err)
	require.Len(t, d.Inline, size)
	c, err := chain.Take(vfs.NewMem(), "jobs", "Summing")
	require.NoError(t, err)
	a.chain = c
	a.env.config.Checkpointing.InlineThreshold--
	d, err = a.store(s, snap())
	require.NoError(t, err)
	require.NotEmpty(t, d.File)
}
