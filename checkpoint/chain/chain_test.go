package chain_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func TestLife(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	require.Equal(t, &checkpoint.Manifest{Job: job, Epoch: 1, Sequence: 1}, c.Head())
	require.Equal(t, []string{"data/", "epoch-0000000001/", "epoch-0000000001/.new/", "epoch-0000000001/manifest-000000000001"}, files(t, fsys))

	mustAdvance(t, c, 2)
	require.EqualValues(t, 5, c.Head().Sequence)
	require.True(t, c.Head().Committed)
	require.NoError(t, c.Collect(1))
	require.Equal(t, []string{
		"data/", "data/epoch-0000000001-checkpoint-2-Count-0",
		"epoch-0000000001/", "epoch-0000000001/.new/", "epoch-0000000001/manifest-000000000005",
	}, files(t, fsys))

	// A restart goes on under a new epoch with the same state.
	c = check(t, fsys, []string{"1/1", "1/2"})
	require.EqualValues(t, 2, c.Epoch())
	require.EqualValues(t, 6, c.Head().Sequence)
	require.True(t, c.Head().Committed)
	require.Equal(t, []string{
		"data/", "data/epoch-0000000001-checkpoint-2-Count-0",
		"epoch-0000000001.fenced/", "epoch-0000000001.fenced/.new/", "epoch-0000000001.fenced/manifest-000000000005",
		"epoch-0000000002/", "epoch-0000000002/.new/", "epoch-0000000002/manifest-000000000006",
	}, files(t, fsys))

	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	require.Equal(t, []string{
		"data/", "data/epoch-0000000002-checkpoint-3-Count-0",
		"epoch-0000000002/", "epoch-0000000002/.new/", "epoch-0000000002/manifest-000000000008",
	}, files(t, fsys))
	check(t, fsys, []string{"1/1", "1/2", "2/3"})
}

func TestLifeOnTheRealFileSystem(t *testing.T) {
	t.Chdir(t.TempDir())
	var published []string
	for range 3 {
		require.NoError(t, run(vfs.OS(), 2, 1, func(mark string) { published = append(published, mark) }))
	}
	c := check(t, vfs.OS(), published)
	require.NoError(t, c.Collect(1))
	old := c
	c = take(t, vfs.OS())
	_, err := advance(old)
	require.ErrorIs(t, err, chain.ErrFenced)
	require.NoError(t, c.Collect(1))
	require.Equal(t, []string{
		"data/", "data/epoch-0000000003-checkpoint-6-Count-0",
		"epoch-0000000005/", "epoch-0000000005/.new/", "epoch-0000000005/manifest-000000000017",
	}, files(t, vfs.OS()))
}

func TestFenced(t *testing.T) {
	fsys := vfs.NewMem()
	old := take(t, fsys)
	mustAdvance(t, old, 1)
	take(t, fsys)
	_, err := advance(old)
	require.EqualError(t, err, "checkpoint chain: another runner has taken over the job folder jobs/wordcount: it is epoch 2; this one, epoch 1, stops and commits nothing more")
	require.ErrorIs(t, err, chain.ErrFenced)
	require.ErrorIs(t, old.Check(), chain.ErrFenced)

	// From then on it does nothing.
	before := files(t, fsys)
	_, err = old.WriteData(9, "x", nil)
	require.ErrorIs(t, err, chain.ErrFenced)
	require.ErrorIs(t, old.Publish(*old.Head()), chain.ErrFenced)
	require.ErrorIs(t, old.Collect(0), chain.ErrFenced)
	require.ErrorIs(t, old.Discard(2), chain.ErrFenced)
	require.Equal(t, before, files(t, fsys))
	check(t, fsys, []string{"1/1"})
}

func TestAmbiguous(t *testing.T) {
	tests := []struct {
		name string
		op   vfs.Op
		err  error
		took bool
	}{
		{"a link with effect", vfs.OpLink, vfs.After(syscall.EIO), true},
		{"a link without effect", vfs.OpLink, syscall.EIO, false},
		{"a link that says it was refused, but was not", vfs.OpLink, vfs.After(syscall.ENOSPC), true},
		{"a link that was made twice", vfs.OpLink, vfs.After(syscall.EEXIST), true},
		{"the sync of the folder", vfs.OpSyncDir, syscall.EIO, true},
		{"the removal of the temporary file", vfs.OpRemove, syscall.EIO, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mem := vfs.NewMem()
			armed := false
			c := take(t, vfs.Inject(mem, func(op vfs.Op, name string) error {
				if armed && op == test.op && name != dir+"/data" {
					armed = false
					return test.err
				}
				return nil
			}))
			mustAdvance(t, c, 1)
			armed = true
			_, err := advance(c)
			require.ErrorIs(t, err, chain.ErrAmbiguous)
			require.NotErrorIs(t, err, chain.ErrFenced)

			// What the link names may not be deleted, and no other link may follow it.
			require.ErrorIs(t, c.Discard(2), chain.ErrAmbiguous)
			require.ErrorIs(t, c.Publish(*c.Head()), chain.ErrAmbiguous)
			published := []string{"1/1"}
			if test.took {
				published = append(published, "1/2")
			}
			check(t, mem, published)
		})
	}
}

// An error that is neither fenced nor ambiguous costs one checkpoint.
func TestFailedPublish(t *testing.T) {
	tests := []struct {
		name string
		op   vfs.Op
		err  error
	}{
		{"create", vfs.OpCreate, syscall.ENOSPC},
		{"create with effect", vfs.OpCreate, vfs.After(syscall.EIO)},
		{"write", vfs.OpWrite, syscall.ENOSPC},
		{"short write", vfs.OpWrite, vfs.Short(5, syscall.ENOSPC)},
		{"sync", vfs.OpSync, syscall.EIO},
		{"close", vfs.OpClose, syscall.EIO},
		{"link", vfs.OpLink, syscall.ENOSPC},
		{"sync of the data folder", vfs.OpSyncDir, syscall.EIO},
	}
	for _, test := range tests {
		for skip := range 2 { // the data file, the manifest
			mem := vfs.NewMem()
			left := -1
			c := take(t, vfs.Inject(mem, func(op vfs.Op, name string) error {
				if op != test.op {
					return nil
				}
				left--
				if left == 0 {
					return test.err
				}
				return nil
			}))
			mustAdvance(t, c, 1)
			left = 1 + skip
			if skip > 0 && (test.op == vfs.OpSyncDir || test.op == vfs.OpLink) {
				continue
			}
			t.Run(test.name, func(t *testing.T) {
				id := c.Head().Checkpoint.ID
				_, err := advance(c)
				require.Error(t, err)
				require.NotErrorIs(t, err, chain.ErrFenced)
				require.NotErrorIs(t, err, chain.ErrAmbiguous)
				require.Equal(t, id, c.Head().Checkpoint.ID)
				require.NoError(t, c.Discard(id+1))
				mustAdvance(t, c, 1)
				check(t, mem.Crash(nil), []string{"1/1", "1/2"})
			})
		}
	}
}

// A data file whose name could not be made durable may not be named later, by a manifest that finds the folder synced.
func TestLostDataIsNotNamed(t *testing.T) {
	fail := false
	mem := vfs.NewMem()
	c := take(t, vfs.Inject(mem, func(op vfs.Op, name string) error {
		if fail && op == vfs.OpSyncDir {
			fail = false
			return syscall.EIO
		}
		return nil
	}))
	m, _, err := next(c)
	require.NoError(t, err)
	fail = true
	require.ErrorIs(t, c.Publish(m), syscall.EIO)
	require.EqualError(t, c.Publish(m), "checkpoint chain: the manifest names data file data/epoch-0000000001-checkpoint-1-Count-0, "+
		"which was not written, could not be made durable or was deleted: discard the checkpoint")
	require.NoError(t, c.Discard(1))
	require.Error(t, c.Publish(m))
	mustAdvance(t, c, 1)
	check(t, mem.Crash(nil), []string{"1/1"})
}

func TestWriteDataNames(t *testing.T) {
	c := take(t, vfs.NewMem())
	for _, name := range []string{"", "a/b", "../x", "a b", "ä"} {
		_, err := c.WriteData(1, name, nil)
		require.ErrorContains(t, err, "a name has letters, digits, dots, dashes and underscores only")
	}
	_, err := c.WriteData(1, "a", nil)
	require.NoError(t, err)
	_, err = c.WriteData(1, "a", nil)
	require.EqualError(t, err, "checkpoint chain: data file data/epoch-0000000001-checkpoint-1-a is written twice")
	_, err = c.WriteData(2, "a", nil)
	require.NoError(t, err)
}

func TestAnotherJobIsRefusedBeforeItIsFenced(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	_, err := chain.Take(fsys, dir, "Other")
	require.EqualError(t, err, "checkpoint chain: jobs/wordcount is the folder of job WordCount, not of Other: give each job a folder of its own, or move this one away to start from nothing")
	mustAdvance(t, c, 1)
}

func TestFolderErrors(t *testing.T) {
	tests := []struct {
		name string
		file string
		err  string
	}{
		{"a file for the job folder", dir, "checkpoint chain: make the job folder: mkdir jobs/wordcount: not a directory (a file is where a folder should be: move it away, or choose another folder)"},
		{"a file above it", "jobs", "checkpoint chain: make the job folder: stat jobs/wordcount: not a directory (a file is where a folder should be: move it away, or choose another folder)"},
		{"a file for an epoch", dir + "/epoch-0000000001", "checkpoint chain: list the links of epoch 1: open jobs/wordcount/epoch-0000000001: not a directory (a file is where a folder should be: move it away, or choose another folder)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fsys := vfs.NewMem()
			if test.file != "jobs" {
				require.NoError(t, fsys.Mkdir("jobs"))
				if test.file != dir {
					require.NoError(t, fsys.Mkdir(dir))
				}
			}
			f, err := fsys.Create(test.file)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			_, err = chain.Take(fsys, dir, job)
			require.EqualError(t, err, test.err)
		})
	}
	t.Run("no permission", func(t *testing.T) {
		_, err := chain.Take(vfs.Inject(vfs.NewMem(), func(op vfs.Op, name string) error {
			if op == vfs.OpMkdir && name == dir {
				return syscall.EACCES
			}
			return nil
		}), dir, job)
		require.EqualError(t, err, "checkpoint chain: make the job folder: mkdir jobs/wordcount: permission denied (the user that runs the job must be allowed to read and write all of the job folder)")
	})
}

// rest publishes a checkpoint whose snapshot rests on those of the head.
func rest(t *testing.T, c *chain.Chain) {
	t.Helper()
	before := c.Head().Checkpoint.Subtasks[0]
	m, _, err := next(c)
	require.NoError(t, err)
	m.Checkpoint.Subtasks[0].Bases = before.Snapshots()
	require.NoError(t, c.Publish(m))
}

// A file stays as long as a retained manifest names it, whichever checkpoint wrote it.
func TestBasesStay(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	rest(t, c)
	rest(t, c)
	require.NoError(t, c.Collect(1))
	require.Subset(t, files(t, fsys), []string{
		"data/epoch-0000000001-checkpoint-1-Count-0", "data/epoch-0000000001-checkpoint-2-Count-0", "data/epoch-0000000001-checkpoint-3-Count-0",
	})

	// One that fails after it has named them takes only its own with it.
	_, err := c.WriteData(4, "Count-0", []byte("x"))
	require.NoError(t, err)
	require.NoError(t, c.Discard(4))
	require.NotContains(t, files(t, fsys), "data/epoch-0000000001-checkpoint-4-Count-0")
	c = take(t, fsys)
	require.Equal(t, content(1, 1), readData(t, c.ReadData, c.Head().Checkpoint.Subtasks[0].Bases[0]))
	require.NoError(t, c.Collect(1))
	saved, err := chain.ReadCheckpoint(fsys, dir+"/epoch-0000000002/manifest-000000000006")
	require.NoError(t, err, "all that it names is there")
	require.Len(t, saved.Manifest.Checkpoint.Subtasks[0].Bases, 2)

	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	require.Equal(t, []string{
		"data/", "data/epoch-0000000002-checkpoint-4-Count-0",
		"epoch-0000000002/", "epoch-0000000002/.new/", "epoch-0000000002/manifest-000000000008",
	}, files(t, fsys), "nothing rests on them any more")
}

func TestWhatACheckpointUnderWayMayRestOnStays(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	before := c.Head().Checkpoint.Subtasks[0]
	mustAdvance(t, c, 2)
	c.KeepFrom(1)
	require.NoError(t, c.Collect(1))
	m, _, err := next(c)
	require.NoError(t, err)
	m.Checkpoint.Subtasks[0].Bases = before.Snapshots()
	require.NoError(t, c.Publish(m))
	c.KeepFrom(4)
	require.NoError(t, c.Collect(1))
	require.Subset(t, files(t, fsys), []string{"data/epoch-0000000001-checkpoint-1-Count-0", "data/epoch-0000000001-checkpoint-4-Count-0"})
	require.NotContains(t, files(t, fsys), "data/epoch-0000000001-checkpoint-2-Count-0")
}

func TestSavepointCopiesBasesToo(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	rest(t, c)
	require.NoError(t, chain.WriteSavepoint(fsys, "saved", *c.Head(), c.ReadData))
	s, err := chain.ReadSavepoint(fsys, "saved")
	require.NoError(t, err)
	subtask := s.Manifest.Checkpoint.Subtasks[0]
	require.Equal(t, content(1, 1), readData(t, s.ReadData, subtask.Bases[0]))
	require.Equal(t, content(1, 2), readData(t, s.ReadData, subtask.Data))
}

// A data file that is written in parts is the same as one that is written at once, and so is its copy.
func TestDataInParts(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	c.Keep(chain.Copies{Dirs: []string{"copies"}, Write: true, Warn: func(string, error) { t.Error("a copy fails") }})
	whole, err := c.WriteData(1, "whole", []byte("one two three"))
	require.NoError(t, err)
	f, err := c.CreateData(1, "parts")
	require.NoError(t, err)
	for _, part := range []string{"one", " two", " three"} {
		_, err := f.Write([]byte(part))
		require.NoError(t, err)
	}
	parts, err := f.Close()
	require.NoError(t, err)
	require.Equal(t, checkpoint.Data{File: strings.Replace(whole.File, "whole", "parts", 1), Size: whole.Size, Sum: whole.Sum}, parts)
	folders, err := fsys.ReadDir("copies")
	require.NoError(t, err)
	for _, name := range []string{dir + "/" + parts.File, "copies/" + folders[0].Name + "/" + strings.TrimPrefix(parts.File, "data/")} {
		b, err := fsys.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, "one two three", string(b))
	}
}

// After an error of a part no manifest may name the file.
func TestDataInPartsFails(t *testing.T) {
	mem := vfs.NewMem()
	c := take(t, vfs.Inject(mem, func(op vfs.Op, name string) error {
		if op == vfs.OpWrite && strings.Contains(name, "parts") {
			return syscall.ENOSPC
		}
		return nil
	}))
	f, err := c.CreateData(1, "parts")
	require.NoError(t, err)
	_, err = f.Write([]byte("one"))
	require.ErrorIs(t, err, syscall.ENOSPC)
	_, err = f.Close()
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, c.Discard(1))
	require.NotContains(t, files(t, mem), "data/epoch-0000000001-checkpoint-1-parts")
}
