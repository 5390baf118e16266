package chain_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

const claimed = "savepoints/savepoint-7"

var claim = checkpoint.Claim{Path: claimed, ID: 7, Triggered: time.Unix(1_700_000_000, 0).UTC(), Newest: 4}

// withSavepoint is a disk that holds a savepoint, durably.
func withSavepoint(t *testing.T) *vfs.Mem {
	fsys := vfs.NewMem()
	m := checkpoint.Manifest{Job: job, Checkpoint: &checkpoint.Checkpoint{ID: claim.ID, Triggered: claim.Triggered, KeyGroups: 128}}
	for i := range 2 {
		m.Checkpoint.Subtasks = append(m.Checkpoint.Subtasks, checkpoint.Subtask{Task: "Count", Index: i, Parallelism: 2,
			Data: checkpoint.Data{File: "whatever", Size: 5}})
	}
	other := vfs.NewMem()
	f, err := other.Create("f")
	require.NoError(t, err)
	_, err = f.Write([]byte("state"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, chain.WriteSavepoint(fsys, claimed, m, func(checkpoint.Data) (vfs.Reader, error) { return other.Open("f") }))
	return fsys
}

func isGone(fsys vfs.FS) bool {
	_, err := fsys.Stat(claimed)
	_, other := fsys.Stat("savepoints")
	return errors.Is(err, fs.ErrNotExist) && other == nil
}

// claimAndRun is the life of a runner that claims a savepoint unless the chain goes on from something, and takes some checkpoints.
func claimAndRun(fsys vfs.FS, checkpoints, keep int) error {
	c, err := chain.Take(fsys, dir, job)
	if err != nil {
		return err
	}
	if head := c.Head(); head.Checkpoint == nil && !head.GoesOnFromClaimed() {
		if err := c.Claim(claim); err != nil {
			return err
		}
	}
	for range checkpoints {
		if _, err := advance(c); err != nil {
			return err
		}
		if err := c.Collect(keep); err != nil {
			return err
		}
	}
	return nil
}

// A claimed savepoint counts as one of the retained checkpoints, the oldest.
func TestAClaimedSavepointIsDeletedWhenNothingStandsOnIt(t *testing.T) {
	fsys := withSavepoint(t)
	require.NoError(t, claimAndRun(fsys, 0, 2))
	c := take(t, fsys)
	require.True(t, c.Head().GoesOnFromClaimed(), "another start goes on from it")
	s, err := chain.ReadClaimed(fsys, c.Head().Claimed)
	require.NoError(t, err)
	require.EqualValues(t, 7, s.Manifest.Checkpoint.ID)
	require.EqualValues(t, 4, c.Head().Claimed.Newest)

	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(2))
	require.False(t, isGone(fsys), "it is one of two that are retained")
	require.False(t, c.Head().GoesOnFromClaimed())
	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(2))
	require.True(t, isGone(fsys))
	require.NotNil(t, c.Head().Claimed)
	mustAdvance(t, c, 1)
	require.Nil(t, c.Head().Claimed, "no link has it any more")
	require.True(t, isGone(fsys.Crash(nil)))
}

func TestAClaimedSavepointGoesWithACancelledJob(t *testing.T) {
	fsys := withSavepoint(t)
	require.NoError(t, claimAndRun(fsys, 0, 2))
	c := take(t, fsys)
	require.NoError(t, c.Publish(checkpoint.Manifest{Status: checkpoint.Cancelled, Committed: true}))
	require.False(t, c.Head().GoesOnFromClaimed())
	require.NoError(t, c.Collect(0))
	require.True(t, isGone(fsys))
}

// One that was to go with a cancelled job, and is still there, is claimed again.
func TestASavepointIsClaimedTwice(t *testing.T) {
	fsys := withSavepoint(t)
	require.NoError(t, claimAndRun(fsys, 0, 2))
	require.NoError(t, take(t, fsys).Publish(checkpoint.Manifest{Status: checkpoint.Cancelled, Committed: true}))
	c := take(t, fsys)
	require.NoError(t, c.Claim(claim))
	require.True(t, c.Head().GoesOnFromClaimed())
	_, err := chain.ReadClaimed(fsys, c.Head().Claimed)
	require.NoError(t, err)
	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	require.True(t, isGone(fsys))
}

// Another savepoint that has got the same path meanwhile, and files that are no part of it, are not the job's.
func TestOnlyWhatWasClaimedIsDeleted(t *testing.T) {
	fsys := withSavepoint(t)
	other := claim
	other.Triggered = claim.Triggered.Add(time.Second)
	c := take(t, fsys)
	require.NoError(t, c.Claim(other))
	_, err := chain.ReadClaimed(fsys, c.Head().Claimed)
	require.ErrorContains(t, err, "the job owns this savepoint and has no checkpoint after it: savepoint: savepoints/savepoint-7 is number 7 of 2023")
	mustAdvance(t, c, 1)
	require.NoError(t, c.Collect(1))
	_, err = chain.ReadSavepoint(fsys, claimed)
	require.NoError(t, err)

	fsys = withSavepoint(t)
	f, err := fsys.Create(claimed + "/notes.txt")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, claimAndRun(fsys, 2, 1))
	entries, err := fsys.ReadDir(claimed)
	require.NoError(t, err)
	require.Equal(t, []vfs.Entry{{Name: "notes.txt"}}, entries)
}

// A crash at any operation neither loses the savepoint while the chain goes on from it, nor leaves any of it when the job has gone on. The next
// crash may come while it is being deleted for the second time.
func TestClaimAtEveryCrashPoint(t *testing.T) {
	for point := 0; ; point++ {
		disk := withSavepoint(t)
		fsys, crashed := dying(disk, point)
		err := claimAndRun(fsys, 3, 2)
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, uint64(point)))
			left := disk.Crash(r)
			if seed%2 == 0 {
				again, _ := dying(left, r.IntN(80))
				_ = claimAndRun(again, 3, 1)
				left = left.Crash(r)
			}
			c := take(t, left)
			if head := c.Head(); head.GoesOnFromClaimed() || head.Checkpoint == nil {
				_, err := chain.ReadClaimed(left, &claim)
				require.NoError(t, err, "crash point %d, seed %d", point, seed)
			}
			require.NoError(t, claimAndRun(left, 3, 1))
			require.True(t, isGone(left.Crash(r)), "crash point %d, seed %d", point, seed)
		}
		if !crashed() {
			require.NoError(t, err)
			t.Logf("%d crash points", point)
			return
		}
	}
}

// Single failures of the disk leave the savepoint to the next collection.
func TestClaimWithEveryFailure(t *testing.T) {
	for point := 0; ; point++ {
		disk := withSavepoint(t)
		n, failed := point, false
		fsys := vfs.Inject(disk, func(vfs.Op, string) error {
			if n--; n == -1 {
				failed = true
				return errPower
			}
			return nil
		})
		_ = claimAndRun(fsys, 3, 2)
		c := take(t, disk)
		if head := c.Head(); head.Checkpoint == nil {
			_, err := chain.ReadClaimed(disk, &claim)
			require.NoError(t, err, "failure at %d", point)
		}
		require.NoError(t, claimAndRun(disk, 3, 1))
		require.True(t, isGone(disk), "failure at %d", point)
		if !failed {
			return
		}
	}
}

// A head that is damaged names the savepoint, if there is nothing newer that is whole.
func TestADamagedHeadNamesTheClaimedSavepoint(t *testing.T) {
	fsys := withSavepoint(t)
	require.NoError(t, claimAndRun(fsys, 1, 2))
	c := take(t, fsys)
	_, err := advance(c)
	require.NoError(t, err)
	head := dir + "/epoch-0000000002/manifest-000000000007"
	for n := 3; n <= 7; n++ {
		for _, epoch := range []string{"epoch-0000000001.fenced", "epoch-0000000002"} {
			name := dir + "/" + epoch + "/manifest-00000000000" + string(rune('0'+n))
			if _, err := fsys.Stat(name); err == nil && name != head {
				require.NoError(t, fsys.Remove(name))
			}
		}
	}
	require.NoError(t, fsys.Remove(head))
	f, err := fsys.Create(head)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = chain.Take(fsys, dir, job)
	require.ErrorContains(t, err, "or move it out of the folder to go on from the savepoint that the job has claimed, savepoints/savepoint-7")
}
