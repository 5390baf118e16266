package inspect_test

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/inspect"
)

// A number stays, whatever name the manifest has by now.
func TestACheckpointIsNamedByItsNumber(t *testing.T) {
	fsys := job(t)
	entries, err := inspect.Find(fsys, folder)
	require.NoError(t, err)
	older := entries[2].Path
	_, err = chain.Take(fsys, folder, "WordCount") // whose epoch has the folder of the manifests renamed
	require.NoError(t, err)
	_, err = inspect.Read(fsys, older)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "a job that runs gives its checkpoints other names; "+folder+"@NUMBER names one by its number")
	_, err = inspect.Remove(fsys, older)
	require.ErrorContains(t, err, folder+"@NUMBER names one")

	saved, err := inspect.Read(fsys, folder+"@2")
	require.NoError(t, err)
	require.EqualValues(t, 2, saved.Manifest.Checkpoint.ID)
	require.NoError(t, inspect.Verify(fsys, folder+"@2", nil))
	e, err := inspect.Numbered(fsys, folder+"@2", fs.ErrNotExist)
	require.NoError(t, err)
	require.Equal(t, folder+"@2", e.Path)
	_, err = inspect.Remove(fsys, folder+"@3")
	require.ErrorContains(t, err, folder+"@3 is the checkpoint that its job goes on from")
	freed, err := inspect.Remove(fsys, folder+"@2")
	require.NoError(t, err)
	require.Positive(t, freed)
	for _, remove := range []bool{false, true} {
		if _, err = inspect.Read(fsys, folder+"@2"); remove {
			_, err = inspect.Remove(fsys, folder+"@2")
		}
		require.EqualError(t, err, folder+" holds no checkpoint and no savepoint of number 2: ls of it lists those")
	}
	for _, name := range []string{"nowhere@2", folder + "@two", folder + "@0", folder + "@"} {
		_, err = inspect.Read(fsys, name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
}

// A savepoint beside the checkpoints of a job has a number of its own, unless there is a checkpoint of the same one.
func TestASavepointIsNamedByItsNumber(t *testing.T) {
	fsys := job(t)
	saved, err := inspect.Read(fsys, folder+"@3")
	require.NoError(t, err)
	require.True(t, saved.Retained)
	dir := folder + "/savepoints/savepoint-WordCount-4"
	require.NoError(t, chain.WriteSavepoint(fsys, dir, checkpoint.Manifest{Job: "WordCount", Checkpoint: &checkpoint.Checkpoint{
		ID: 4, Kind: checkpoint.Savepoint, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{Task: "T", Parallelism: 1}},
	}}, nil))
	saved, err = inspect.Read(fsys, folder+"@4")
	require.NoError(t, err)
	require.False(t, saved.Retained)
	_, err = inspect.Remove(fsys, folder+"@4")
	require.NoError(t, err)
	_, err = fsys.Stat(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Savepoints of another job may stand beside the checkpoints too: none of them is taken for what was meant.
func TestANumberMeansTheCheckpointOrOneSavepoint(t *testing.T) {
	fsys := job(t)
	for _, saved := range []struct {
		job string
		id  int64
	}{{"Another", 3}, {"Another", 4}, {"WordCount", 4}} {
		dir := fmt.Sprintf("%s/savepoints/savepoint-%s-%d", folder, saved.job, saved.id)
		require.NoError(t, chain.WriteSavepoint(fsys, dir, checkpoint.Manifest{Job: saved.job, Checkpoint: &checkpoint.Checkpoint{
			ID: saved.id, Kind: checkpoint.Savepoint, KeyGroups: 128, Subtasks: []checkpoint.Subtask{{Task: "T", Parallelism: 1}},
		}}, nil))
	}
	saved, err := inspect.Read(fsys, folder+"@3")
	require.NoError(t, err)
	require.Equal(t, "WordCount", saved.Manifest.Job)
	_, err = inspect.Remove(fsys, folder+"@4")
	require.EqualError(t, err, folder+" holds several savepoints of number 4: name one by its folder, "+
		folder+"/savepoints/savepoint-Another-4 or "+folder+"/savepoints/savepoint-WordCount-4")
}
