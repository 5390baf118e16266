package chain_test

import (
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

const savepoint = dir + "/savepoints/savepoint-2"

func TestSavepoint(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	m, _, err := next(c)
	require.NoError(t, err)
	m.Checkpoint.Subtasks = append(m.Checkpoint.Subtasks, m.Checkpoint.Subtasks[0])
	m.Checkpoint.Subtasks[1].Data.File, m.Checkpoint.Subtasks[1].Data.Inline = "", []byte("inline")
	file := m.Checkpoint.Subtasks[0].Data.File
	require.NoError(t, chain.WriteSavepoint(fsys, savepoint, m, c.ReadData))
	require.Equal(t, file, m.Checkpoint.Subtasks[0].Data.File, "the caller's manifest is left as it was")
	require.NoError(t, c.Discard(2))
	require.ErrorContains(t, chain.WriteSavepoint(fsys, savepoint, m, c.ReadData), "file exists")

	// It is durable at once, needs nothing outside of it and can be moved.
	left := fsys.Crash(nil)
	require.NoError(t, left.Rename(savepoint, "elsewhere"))
	s, err := chain.ReadSavepoint(left, "elsewhere")
	require.NoError(t, err)
	require.EqualValues(t, 2, s.Manifest.Checkpoint.ID)
	require.Equal(t, content(1, 2), readData(t, s.ReadData, s.Manifest.Checkpoint.Subtasks[0].Data))
	require.Equal(t, "inline", readData(t, s.ReadData, s.Manifest.Checkpoint.Subtasks[1].Data))

	require.NoError(t, left.Remove("elsewhere/data-000000"))
	_, err = chain.ReadSavepoint(left, "elsewhere")
	require.ErrorIs(t, err, chain.ErrDamaged)
	_, err = chain.ReadSavepoint(left, "nowhere")
	require.EqualError(t, err, "savepoint: open nowhere/manifest: no such file or directory: there is no such folder")
}

func TestRetainedCheckpoint(t *testing.T) {
	fsys := vfs.NewMem()
	c := take(t, fsys)
	mustAdvance(t, c, 1)
	s, err := chain.ReadCheckpoint(fsys, dir+"/epoch-0000000001/manifest-000000000003")
	require.NoError(t, err)
	require.Equal(t, content(1, 1), readData(t, s.ReadData, s.Manifest.Checkpoint.Subtasks[0].Data))
	_, err = chain.ReadCheckpoint(fsys, dir+"/epoch-0000000001/manifest-000000000001")
	require.ErrorContains(t, err, "it holds no checkpoint")

	mustAdvance(t, c, 2)
	s, err = chain.ReadNewest(fsys, dir)
	require.NoError(t, err)
	require.Equal(t, c.Head().Checkpoint.ID, s.Manifest.Checkpoint.ID)
	require.True(t, s.Retained)
	s, err = chain.ReadNumber(fsys, dir, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Manifest.Checkpoint.ID)
	_, err = chain.ReadNumber(fsys, dir, 7)
	require.EqualError(t, err, "checkpoint: "+dir+" holds no checkpoint 7")
}

// A savepoint that was interrupted at any operation is whole or none, and one that was reported as taken is whole.
func TestSavepointAtEveryCrashPoint(t *testing.T) {
	for point := 0; ; point++ {
		mem := vfs.NewMem()
		c := take(t, mem)
		m, _, err := next(c)
		require.NoError(t, err)
		fsys, crashed := dying(mem, point)
		taken := chain.WriteSavepoint(fsys, savepoint, m, c.ReadData)
		for seed := range uint64(20) {
			left := mem.Crash(rand.New(rand.NewPCG(seed, uint64(point))))
			s, err := chain.ReadSavepoint(left, savepoint)
			if err != nil {
				require.NotErrorIs(t, err, chain.ErrDamaged)
				require.Error(t, taken)
				continue
			}
			require.Equal(t, content(1, 1), readData(t, s.ReadData, s.Manifest.Checkpoint.Subtasks[0].Data))
		}
		if !crashed() {
			require.NoError(t, taken)
			return
		}
	}
}

func TestFailedSavepointIsRemoved(t *testing.T) {
	mem := vfs.NewMem()
	c := take(t, mem)
	m, _, err := next(c)
	require.NoError(t, err)
	full := true
	fsys := vfs.Inject(mem, func(op vfs.Op, name string) error {
		if full && op == vfs.OpWrite {
			return vfs.Short(3, syscall.ENOSPC)
		}
		return nil
	})
	require.ErrorIs(t, chain.WriteSavepoint(fsys, savepoint, m, c.ReadData), syscall.ENOSPC)
	full = false
	require.NoError(t, chain.WriteSavepoint(fsys, savepoint, m, c.ReadData))
	_, err = chain.ReadSavepoint(fsys, savepoint)
	require.NoError(t, err)
}
