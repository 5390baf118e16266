package chain_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// overwrite puts other bytes into a file, as a failing disk does.
func overwrite(t testing.TB, fsys vfs.FS, name string, b []byte) {
	t.Helper()
	require.NoError(t, fsys.Remove(name))
	f, err := fsys.Create(name)
	require.NoError(t, err)
	_, err = f.Write(b)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestDamagedHead(t *testing.T) {
	const head = dir + "/epoch-0000000001/manifest-000000000005"
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 2)
	whole, err := fsys.ReadFile(head)
	require.NoError(t, err)
	before := files(t, fsys)

	for i := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		overwrite(t, fsys, head, b)
		_, err := chain.Take(fsys, dir, job)
		require.ErrorIs(t, err, chain.ErrDamaged, "bit %d of byte %d", i%8, i/8)
		var at *checkpoint.DamagedError
		require.ErrorAs(t, err, &at)
		require.ErrorContains(t, err, head)
	}
	require.Equal(t, before, files(t, fsys), "nothing was changed")

	const moveIt = "; nothing was changed; put the file back from a backup, or move it out of the folder to go on from the next older one that is whole, "
	tests := []struct {
		name   string
		damage func(t *testing.T)
		err    string
	}{
		{"cut off", func(t *testing.T) { overwrite(t, fsys, head, whole[:7]) },
			"checkpoint chain: " + head + " is damaged: manifest damaged at offset 0: 7 bytes are fewer than the 20 of a frame: the file is cut off" +
				moveIt + "checkpoint 2 of jobs/wordcount/epoch-0000000001/manifest-000000000004: what was committed after that is then done again"},
		{"the next older one is damaged too", func(t *testing.T) { overwrite(t, fsys, dir+"/epoch-0000000001/manifest-000000000004", nil) },
			"checkpoint chain: " + head + " is damaged: manifest damaged at offset 0: 7 bytes are fewer than the 20 of a frame: the file is cut off" +
				moveIt + "checkpoint 1 of jobs/wordcount/epoch-0000000001/manifest-000000000003: what was committed after that is then done again"},
		{"no older one has its data", func(t *testing.T) {
			require.NoError(t, fsys.Remove(dir+"/data/epoch-0000000001-checkpoint-1-Count-0"))
		}, "checkpoint chain: " + head + " is damaged: manifest damaged at offset 0: 7 bytes are fewer than the 20 of a frame: the file is cut off" +
			"; nothing was changed; put the file back from a backup; there is no older checkpoint that is whole"},
		{"of another place", func(t *testing.T) {
			b, err := fsys.ReadFile(dir + "/epoch-0000000001/manifest-000000000003")
			require.NoError(t, err)
			overwrite(t, fsys, head, b)
		}, "checkpoint chain: " + head + " is damaged: it says epoch 1, sequence 3: it was copied here from elsewhere" +
			"; nothing was changed; put the file back from a backup; there is no older checkpoint that is whole"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.damage(t)
			_, err := chain.Take(fsys, dir, job)
			require.EqualError(t, err, test.err)
		})
	}

	// What the message advises works.
	require.NoError(t, fsys.Rename(head, "moved-away"))
	require.NoError(t, fsys.Remove(dir+"/epoch-0000000001/manifest-000000000004"))
	c = take(t, fsys)
	require.EqualValues(t, 1, c.Head().Checkpoint.ID)
}

func TestDamagedData(t *testing.T) {
	const name = dir + "/data/epoch-0000000001-checkpoint-1-Count-0"
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	d := c.Head().Checkpoint.Subtasks[0].Data

	overwrite(t, fsys, name, []byte("short"))
	_, err := c.ReadData(d)
	require.EqualError(t, err, "checkpoint chain: the checkpoint is damaged, its data file "+name+" has 5 bytes, written were 96; "+
		"put the file back from a backup, or start from an older checkpoint or a savepoint")
	require.ErrorIs(t, err, chain.ErrDamaged)
	require.NoError(t, fsys.Remove(name))
	_, err = c.ReadData(d)
	require.EqualError(t, err, "checkpoint chain: the checkpoint is damaged, one of its data files is missing: open "+name+": no such file or directory; "+
		"put the file back from a backup, or start from an older checkpoint or a savepoint")
	_, err = c.ReadData(checkpoint.Data{File: "../../secret", Size: 1})
	require.EqualError(t, err, `checkpoint chain: data file "../../secret" is not a path within jobs/wordcount`)
}

// A runner that begins slowly may find that its successor has deleted what it was to restore: that is no damage.
func TestDataThatASuccessorHasDeleted(t *testing.T) {
	fsys := vfs.NewMem()
	slow := take(t, fsys)
	mustAdvance(t, slow, 1)
	d := slow.Head().Checkpoint.Subtasks[0].Data
	c := take(t, fsys)
	mustAdvance(t, c, 2)
	require.NoError(t, c.Collect(1))
	_, err := slow.ReadData(d)
	require.ErrorIs(t, err, chain.ErrFenced)
	require.NotErrorIs(t, err, chain.ErrDamaged)
}

func TestCollect(t *testing.T) {
	ids := func(fsys vfs.FS) (manifests, data []string) {
		for _, f := range files(t, fsys) {
			switch {
			case strings.Contains(f, "/manifest-"):
				manifests = append(manifests, strings.TrimPrefix(f, "epoch-000000000"))
			case strings.HasPrefix(f, "data/e"):
				data = append(data, strings.TrimPrefix(f, "data/epoch-000000000"))
			}
		}
		return manifests, data
	}
	t.Run("keeps the newest of each checkpoint, over epochs", func(t *testing.T) {
		fsys := vfs.NewMem()
		mustAdvance(t, take(t, fsys), 2)
		c := take(t, fsys)
		mustAdvance(t, c, 1)
		require.NoError(t, c.Collect(3))
		manifests, data := ids(fsys)
		require.Equal(t, []string{"1.fenced/manifest-000000000003", "2/manifest-000000000006", "2/manifest-000000000008"}, manifests)
		require.Equal(t, []string{"1-checkpoint-1-Count-0", "1-checkpoint-2-Count-0", "2-checkpoint-3-Count-0"}, data)
		require.NoError(t, c.Collect(2))
		manifests, data = ids(fsys)
		require.Equal(t, []string{"2/manifest-000000000006", "2/manifest-000000000008"}, manifests)
		require.Equal(t, []string{"1-checkpoint-2-Count-0", "2-checkpoint-3-Count-0"}, data)
	})
	t.Run("leaves what is pending alone", func(t *testing.T) {
		fsys := vfs.NewMem()
		c := take(t, fsys)
		_, err := c.WriteData(7, "savepoint", []byte("x"))
		require.NoError(t, err)
		mustAdvance(t, c, 2)
		require.NoError(t, c.Collect(1))
		_, data := ids(fsys)
		require.Equal(t, []string{"1-checkpoint-2-Count-0", "1-checkpoint-7-savepoint"}, data)
		require.NoError(t, c.Discard(7))
		_, data = ids(fsys)
		require.Equal(t, []string{"1-checkpoint-2-Count-0"}, data)
	})
	t.Run("a discard does not touch what is published", func(t *testing.T) {
		fsys := vfs.NewMem()
		c := take(t, fsys)
		mustAdvance(t, c, 1)
		require.NoError(t, c.Discard(1))
		check(t, fsys, []string{"1/1"})
	})
	t.Run("all that a finished job leaves", func(t *testing.T) {
		fsys := vfs.NewMem()
		mustAdvance(t, take(t, fsys), 2)
		c := take(t, fsys)
		mustAdvance(t, c, 1)
		require.NoError(t, c.Publish(checkpoint.Manifest{Status: checkpoint.Finished, Committed: true}))
		require.NoError(t, c.Collect(0))
		manifests, data := ids(fsys)
		require.Equal(t, []string{"2/manifest-000000000009"}, manifests)
		require.Empty(t, data)
	})
	t.Run("touches nothing when there is nothing to do", func(t *testing.T) {
		count := 0
		fsys := vfs.Inject(vfs.NewMem(), func(vfs.Op, string) error { count++; return nil })
		mustAdvance(t, take(t, fsys), 2)
		c := take(t, fsys)
		require.NoError(t, c.Collect(5))
		count = 0
		require.NoError(t, c.Collect(5))
		require.Zero(t, count)
	})
	t.Run("tries again", func(t *testing.T) {
		fail := false
		mem := vfs.NewMem()
		mustAdvance(t, take(t, mem), 2)
		c := take(t, vfs.Inject(mem, func(op vfs.Op, name string) error {
			if fail && (op == vfs.OpRemove || op == vfs.OpReadFile || op == vfs.OpReadDir) {
				return errors.New("busy")
			}
			return nil
		}))
		fail = true
		require.ErrorContains(t, c.Collect(1), "busy")
		fail = false
		require.NoError(t, c.Collect(1))
		manifests, data := ids(mem)
		require.Equal(t, []string{"2/manifest-000000000006"}, manifests)
		require.Equal(t, []string{"1-checkpoint-2-Count-0"}, data)
	})
	t.Run("a damaged older link keeps what it may name", func(t *testing.T) {
		fsys := vfs.NewMem()
		mustAdvance(t, take(t, fsys), 2)
		overwrite(t, fsys, dir+"/epoch-0000000001/manifest-000000000003", nil)
		c := take(t, fsys)
		err := c.Collect(1)
		require.ErrorIs(t, err, chain.ErrDamaged)
		require.ErrorContains(t, err, "delete it, or else the data of earlier runs is never deleted")
		require.NoError(t, c.Collect(1), "it is said once")
		manifests, data := ids(fsys)
		require.Equal(t, []string{"1.fenced/manifest-000000000003", "2/manifest-000000000006"}, manifests)
		require.Len(t, data, 2)
	})
	t.Run("a fenced folder with something of the user's stays", func(t *testing.T) {
		fsys := vfs.NewMem()
		mustAdvance(t, take(t, fsys), 1)
		f, err := fsys.Create(dir + "/epoch-0000000001/notes.txt")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		c := take(t, fsys)
		require.NoError(t, c.Collect(1))
		require.Contains(t, files(t, fsys), "epoch-0000000001.fenced/notes.txt")
	})
}
