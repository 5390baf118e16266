package inspect_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

const folder = "jobs/WordCount"

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// job is a folder in which a job has taken three checkpoints, of which two are retained, and a savepoint.
func job(t *testing.T) vfs.FS {
	t.Helper()
	fsys := vfs.NewMem()
	require.NoError(t, fsys.MkdirAll("jobs"))
	c, err := chain.Take(fsys, folder, "WordCount")
	require.NoError(t, err)
	for id := int64(1); id <= 3; id++ {
		m := *c.Head()
		m.Committed = false
		m.Checkpoint = &checkpoint.Checkpoint{
			ID: id, KeyGroups: 128, Triggered: began.Add(time.Duration(id) * time.Second), Duration: 20 * time.Millisecond,
			Subtasks: []checkpoint.Subtask{subtask(t, c, id, 0), subtask(t, c, id, 1)},
		}
		require.NoError(t, c.Publish(m))
		m.Committed = true
		require.NoError(t, c.Publish(m))
		require.NoError(t, c.Collect(2))
	}
	m := *c.Head()
	saved := *m.Checkpoint
	saved.Kind = checkpoint.Savepoint
	m.Checkpoint = &saved
	require.NoError(t, chain.WriteSavepoint(fsys, folder+"/savepoints/savepoint-WordCount-3", m, c.ReadData))
	return fsys
}

func subtask(t *testing.T, c *chain.Chain, id int64, index int) checkpoint.Subtask {
	t.Helper()
	w := snapshot.NewWriter(snapshot.None)
	for group := range 3 {
		require.NoError(t, w.Section("Count", "CountState", group, 1, []byte(strings.Repeat(fmt.Sprint(id, index, group), 10))))
	}
	data, err := c.WriteData(id, fmt.Sprintf("Count-%d", index), w.Finish())
	require.NoError(t, err)
	return checkpoint.Subtask{
		Task: "Count", Index: index, Parallelism: 2, Data: data,
		Operators: []checkpoint.Operator{{UID: "Count", States: []checkpoint.State{{Name: "CountState", Schema: "string: {N int}"}}}},
	}
}

func ids(entries []inspect.Entry) []string {
	var all []string
	for _, e := range entries {
		mark := ""
		if e.Head {
			mark = "*"
		}
		all = append(all, fmt.Sprintf("%d%s %s", e.ID, mark, e.Kind))
	}
	return all
}

func TestFindInTheFolderOfAJobAndInTheOneAbove(t *testing.T) {
	fsys := job(t)
	for _, dir := range []string{folder, "jobs"} {
		entries, err := inspect.Find(fsys, dir)
		require.NoError(t, err)
		require.Equal(t, []string{"3* periodic", "3 savepoint", "2 periodic"}, ids(entries), dir)
		first := entries[0]
		require.Equal(t, "WordCount", first.Job)
		require.True(t, first.Triggered.Equal(began.Add(3*time.Second)))
		require.Equal(t, 20*time.Millisecond, first.Duration)
		require.Equal(t, 2, first.Subtasks)
		require.Positive(t, first.Size)
		require.False(t, first.Savepoint)
		require.True(t, entries[1].Savepoint)
		require.Equal(t, first.Size, entries[1].Size)
	}
	entries, err := inspect.Find(fsys, folder+"/savepoints/savepoint-WordCount-3")
	require.NoError(t, err)
	require.Equal(t, []string{"3 savepoint"}, ids(entries))
}

func TestFindNothing(t *testing.T) {
	fsys := vfs.NewMem()
	require.NoError(t, fsys.MkdirAll("jobs/other/data"))
	entries, err := inspect.Find(fsys, "jobs")
	require.NoError(t, err)
	require.Empty(t, entries)

	_, err = inspect.Find(fsys, "nowhere")
	require.Error(t, err)

	c, err := chain.Take(fsys, folder, "WordCount") // a job that has taken none yet
	require.NoError(t, err)
	entries, err = inspect.Find(fsys, "jobs")
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NotNil(t, c)
}

func TestFindSaysWhatIsDamaged(t *testing.T) {
	fsys := job(t)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	flip(t, fsys, entries[2].Path, 30)
	entries, err = inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Contains(t, entries[0].Error, "damaged", "first, since it has no number")
	require.True(t, entries[1].Head)
}

// flip changes one byte of a file.
func flip(t *testing.T, fsys vfs.FS, name string, at int) {
	t.Helper()
	b, err := fsys.ReadFile(name)
	require.NoError(t, err)
	b[at] ^= 1
	require.NoError(t, fsys.Remove(name))
	f, err := fsys.Create(name)
	require.NoError(t, err)
	_, err = f.Write(b)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// A byte that changed anywhere in any file of a checkpoint is found.
func TestVerifyFindsEveryChangedByte(t *testing.T) {
	fsys := job(t)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	for _, e := range entries {
		var read, total int64
		require.NoError(t, inspect.Verify(fsys, e.Path, func(r, n int64) error { read, total = r, n; return nil }))
		require.Equal(t, e.Size, read)
		require.Equal(t, e.Size, total)
	}
	saved, err := inspect.Read(fsys, entries[0].Path)
	require.NoError(t, err)
	names := []string{entries[0].Path}
	for _, s := range saved.Manifest.Checkpoint.Subtasks {
		names = append(names, path.Join(folder, s.Data.File))
	}
	for _, name := range names {
		b, err := fsys.ReadFile(name)
		require.NoError(t, err)
		for at := range b {
			flip(t, fsys, name, at)
			require.Error(t, inspect.Verify(fsys, entries[0].Path, nil), "byte %d of %s", at, name)
			flip(t, fsys, name, at)
		}
	}
	require.NoError(t, inspect.Verify(fsys, entries[0].Path, nil))
}

func TestRemove(t *testing.T) {
	fsys := job(t)
	_, err := chain.Take(fsys, folder, "WordCount")
	require.NoError(t, err, "the run that has written them is over")
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	head, savepoint, older := entries[0], entries[1], entries[2]

	_, err = inspect.Remove(fsys, head.Path)
	require.ErrorContains(t, err, "is the checkpoint that its job goes on from")

	for _, e := range []inspect.Entry{older, savepoint} {
		freed, err := inspect.Remove(fsys, e.Path)
		require.NoError(t, err)
		require.Greater(t, freed, e.Size, "its data and its manifest")
	}
	entries, err = inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Equal(t, []string{"3* periodic"}, ids(entries))
	require.NoError(t, inspect.Verify(fsys, head.Path, nil))
	data, err := fsys.ReadDir(folder + "/data")
	require.NoError(t, err)
	require.Len(t, data, 2, "those of the head")
	saved, err := fsys.ReadDir(folder + "/savepoints")
	require.NoError(t, err)
	require.Empty(t, saved)

	c, err := chain.Take(fsys, folder, "WordCount")
	require.NoError(t, err, "the job goes on")
	require.Equal(t, int64(3), c.Head().Checkpoint.ID)
}

// Checkpoints that share files with each other are told whole, and to remove one leaves what another rests on.
func TestWhatACheckpointRestsOn(t *testing.T) {
	fsys := job(t)
	c, err := chain.Take(fsys, folder, "WordCount")
	require.NoError(t, err)
	base := c.Head().Checkpoint.Subtasks[0].Data
	m := *c.Head()
	top := subtask(t, c, 4, 0)
	top.Bases = []checkpoint.Data{base}
	m.Checkpoint = &checkpoint.Checkpoint{ID: 4, KeyGroups: 128, Subtasks: []checkpoint.Subtask{top}}
	require.NoError(t, c.Publish(m))

	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Equal(t, []string{"4* periodic", "3 periodic", "3 savepoint", "2 periodic"}, ids(entries))
	require.Equal(t, base.Size+top.Data.Size, entries[0].Size)
	_, err = inspect.Remove(fsys, entries[1].Path)
	require.NoError(t, err)
	var read int64
	require.NoError(t, inspect.Verify(fsys, entries[0].Path, func(n, _ int64) error { read = n; return nil }))
	require.Equal(t, entries[0].Size, read)
	flip(t, fsys, path.Join(folder, base.File), 30)
	require.ErrorContains(t, inspect.Verify(fsys, entries[0].Path, nil), base.File)
}

func TestRemoveKeepsWhatIsNoPartOfIt(t *testing.T) {
	fsys := job(t)
	savepoint := folder + "/savepoints/savepoint-WordCount-3"
	f, err := fsys.Create(savepoint + "/notes.txt")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = inspect.Remove(fsys, savepoint)
	require.ErrorContains(t, err, "holds notes.txt, which is no part of a savepoint: nothing was removed")
	require.NoError(t, inspect.Verify(fsys, savepoint, nil))

	_, err = inspect.Remove(fsys, folder)
	require.Error(t, err)
	_, err = inspect.Remove(fsys, "jobs")
	require.Error(t, err)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Len(t, entries, 3)
}

// Whatever the operation that fails, or at which the machine dies, the savepoint is whole or none, and to remove it again removes the rest.
func TestRemoveIsFinished(t *testing.T) {
	const savepoint = folder + "/savepoints/savepoint-WordCount-3"
	for _, name := range []string{savepoint, savepoint + "/" + chain.SavepointManifest} {
		for point, over := 0, false; !over; point++ {
			for seed := range uint64(8) {
				disk := job(t).(*vfs.Mem)
				left := point
				_, err := inspect.Remove(vfs.Inject(disk, func(op vfs.Op, _ string) error {
					if left--; left < 0 {
						return syscall.EIO
					}
					return nil
				}), name)
				over = left >= 0
				if seed > 0 {
					disk = disk.Crash(rand.New(rand.NewPCG(seed, uint64(point))))
				}
				if _, missing := disk.Stat(savepoint); over || missing != nil {
					continue
				}
				require.Error(t, err)
				if _, err := disk.Stat(savepoint + "/" + chain.SavepointManifest); err == nil {
					require.NoError(t, inspect.Verify(disk, savepoint, nil), "operation %d, seed %d: half of it is taken for a whole one", point, seed)
				}
				_, err = inspect.Remove(disk, name)
				require.NoError(t, err, "operation %d, seed %d", point, seed)
				_, err = disk.Stat(savepoint)
				require.ErrorIs(t, err, fs.ErrNotExist, "operation %d, seed %d", point, seed)
			}
		}
	}
}

// Who names the folder of another program must not lose it.
func TestRemoveOfWhatIsNoSavepoint(t *testing.T) {
	fsys := vfs.NewMem()
	write := func(name string, b []byte) {
		f, err := fsys.Create(name)
		require.NoError(t, err)
		_, err = f.Write(b)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	refused := func(want string) {
		t.Helper()
		before, err := fsys.ReadDir("mine")
		require.NoError(t, err)
		_, err = inspect.Remove(fsys, "mine")
		require.ErrorContains(t, err, want)
		after, err := fsys.ReadDir("mine")
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
	require.NoError(t, fsys.MkdirAll("mine"))
	write("mine/data-2026.csv", []byte("1,2,3"))
	refused("mine is no savepoint, since it has no file manifest: nothing was removed")
	write("mine/manifest", []byte("data-2026.csv"))
	refused("mine/manifest is no manifest of a savepoint, or a damaged one: ")

	empty, err := checkpoint.EncodeManifest(&checkpoint.Manifest{Job: "WordCount", Epoch: 1, Sequence: 1})
	require.NoError(t, err)
	require.NoError(t, fsys.Remove("mine/manifest"))
	write("mine/manifest", empty)
	refused("mine/manifest is no manifest of a savepoint, or a damaged one: it holds no checkpoint")

	m := checkpoint.Manifest{Job: "WordCount", Checkpoint: &checkpoint.Checkpoint{ID: 1, KeyGroups: 128}}
	require.NoError(t, chain.WriteSavepoint(fsys, "whole", m, nil))
	whole, err := fsys.ReadFile("whole/manifest")
	require.NoError(t, err)
	require.NoError(t, fsys.Remove("mine/manifest"))
	write("mine/manifest", whole)
	refused("mine holds data-2026.csv, which is no part of a savepoint")
}

// A checkpoint under way may rest on one that is retained and is not the newest, so what that has of the present run is left to the job that may run.
func TestRemoveLeavesWhatACheckpointUnderWayMayRestOn(t *testing.T) {
	fsys := vfs.NewMem()
	require.NoError(t, fsys.MkdirAll("jobs"))
	c, err := chain.Take(fsys, folder, "WordCount")
	require.NoError(t, err)
	publish := func(id int64, bases ...checkpoint.Data) checkpoint.Data {
		s := subtask(t, c, id, 0)
		s.Index, s.Parallelism, s.Bases = 0, 1, bases
		m := *c.Head()
		m.Checkpoint = &checkpoint.Checkpoint{ID: id, KeyGroups: 128, Subtasks: []checkpoint.Subtask{s}}
		require.NoError(t, c.Publish(m))
		return s.Data
	}
	first := publish(1)
	second := publish(2, first)
	publish(3) // whole
	under := subtask(t, c, 4, 0)
	under.Index, under.Parallelism, under.Bases = 0, 1, []checkpoint.Data{first, second}

	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Equal(t, []string{"3* periodic", "2 periodic", "1 periodic"}, ids(entries))
	for _, e := range entries[1:] {
		_, err = inspect.Remove(fsys, e.Path)
		require.NoError(t, err)
	}
	m := *c.Head()
	m.Checkpoint = &checkpoint.Checkpoint{ID: 4, KeyGroups: 128, Subtasks: []checkpoint.Subtask{under}}
	require.NoError(t, c.Publish(m))
	require.NoError(t, inspect.Verify(fsys, folder, nil))

	// The collector of the job deletes it when nothing rests on it any more.
	publish(5)
	require.NoError(t, c.Collect(1))
	files, err := fsys.ReadDir(folder + "/data")
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func TestReadOfAJob(t *testing.T) {
	fsys := job(t)
	saved, err := inspect.Read(fsys, folder)
	require.NoError(t, err)
	require.Equal(t, int64(3), saved.Manifest.Checkpoint.ID)
	require.Equal(t, checkpoint.Periodic, saved.Manifest.Checkpoint.Kind)

	_, err = chain.Take(fsys, "jobs/New", "New")
	require.NoError(t, err)
	_, err = inspect.Read(fsys, "jobs/New")
	require.EqualError(t, err, "checkpoint: jobs/New holds no checkpoint that its job goes on from")
	_, err = inspect.Read(fsys, "jobs")
	require.ErrorContains(t, err, "name one of them, jobs/New or jobs/WordCount")
	_, err = inspect.Read(fsys, folder+"/data")
	require.ErrorContains(t, err, "there is no savepoint in the folder")
	flip(t, fsys, folder+"/savepoints/savepoint-WordCount-3/manifest", 30)
	_, err = inspect.Read(fsys, folder+"/savepoints/savepoint-WordCount-3")
	require.ErrorContains(t, err, "savepoint: jobs/WordCount/savepoints/savepoint-WordCount-3/manifest is damaged")
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	flip(t, fsys, entries[1].Path, 30)
	_, err = inspect.Read(fsys, entries[1].Path)
	require.ErrorContains(t, err, "checkpoint: "+entries[1].Path+" is damaged")
	require.NotContains(t, err.Error(), "savepoint")
}

// The manifest of a savepoint stands for it.
func TestManifestOfASavepoint(t *testing.T) {
	fsys := job(t)
	manifest := folder + "/savepoints/savepoint-WordCount-3/manifest"
	e := inspect.One(fsys, manifest)
	require.True(t, e.Savepoint)
	require.Empty(t, e.Error)
	require.Equal(t, path.Dir(manifest), e.Path)
	require.NoError(t, inspect.Verify(fsys, manifest, nil))
	_, err := inspect.Remove(fsys, manifest)
	require.NoError(t, err)
	_, err = fsys.Stat(path.Dir(manifest))
	require.Error(t, err)
}

// vanishing is a file system on which the job deletes data files itself, just before they are to be removed.
type vanishing struct{ vfs.FS }

func (v vanishing) Remove(name string) error {
	if strings.Contains(name, "data") {
		if err := v.FS.Remove(name); err != nil {
			return err
		}
	}
	return v.FS.Remove(name)
}

func TestRemoveWhileTheJobDeletes(t *testing.T) {
	fsys := job(t)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	_, err = inspect.Remove(vanishing{fsys}, entries[2].Path)
	require.NoError(t, err)
	entries, err = inspect.Find(fsys, folder)
	require.NoError(t, err)
	require.Equal(t, []string{"3* periodic", "3 savepoint"}, ids(entries))
}

// While the manifest of another checkpoint cannot be read, nobody knows what it needs.
func TestRemoveBesideDamage(t *testing.T) {
	fsys := job(t)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	flip(t, fsys, entries[0].Path, 30)
	_, err = inspect.Remove(fsys, entries[2].Path)
	require.ErrorContains(t, err, "nothing was removed")
}

// Savepoints stand among the checkpoints, by their numbers, not by their names; those of one job follow one another.
func TestFindListsTheNewestFirst(t *testing.T) {
	fsys := vfs.NewMem()
	for _, job := range []string{"B", "A"} {
		for _, id := range []int64{9, 10, 2} {
			dir := fmt.Sprintf("saved/savepoint-%s-%d", job, id)
			require.NoError(t, chain.WriteSavepoint(fsys, dir, checkpoint.Manifest{Job: job, Checkpoint: &checkpoint.Checkpoint{
				ID: id, Kind: checkpoint.Savepoint, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{Task: "T", Parallelism: 1}},
			}}, nil))
		}
	}
	entries, err := inspect.Find(fsys, "saved")
	require.NoError(t, err)
	var found []string
	for _, e := range entries {
		found = append(found, fmt.Sprint(e.Job, e.ID))
	}
	require.Equal(t, []string{"A10", "A9", "A2", "B10", "B9", "B2"}, found)
}
