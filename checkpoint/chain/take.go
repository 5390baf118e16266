package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Chain is the chain of one job, held by the runner of one epoch. Its methods are called one at a time, but for WriteData, CreateData and ReadData.
type Chain struct {
	fs    vfs.FS
	dir   string
	job   string
	epoch int64
	own   string // the path of the epoch's folder
	head  checkpoint.Manifest
	temps int   // links that were begun
	dead  error // set once the chain is fenced or in doubt: it does nothing any more

	claimed *checkpoint.Claim // the savepoint that the job owns: every link has it

	copies Copies

	data    ownData
	retired retired
}

// Head returns the newest link of the chain. It is the caller's to read, not to change.
func (c *Chain) Head() *checkpoint.Manifest { return &c.head }

// Epoch returns the epoch that the chain is held under.
func (c *Chain) Epoch() int64 { return c.epoch }

// maxAttempts is how often a start gives way to another start that came later. That many starts at once are not an accident.
const maxAttempts = 100

// Take takes over the chain of a job in the folder dir, which it makes if there is none: from now on every other runner of the folder
// is fenced. The head of the chain that was found is published again, as the newest link, under the new epoch; for a new job this is
// a link without a checkpoint.
//
// A damaged head is [ErrDamaged], and with the folder of another job refused before anything was changed. If yet another runner takes
// over at the same time, the error may be [ErrFenced]; after [ErrAmbiguous] Take is to be called again.
func Take(fsys vfs.FS, dir, job string) (*Chain, error) {
	if err := makeFolder(fsys, dir); err != nil {
		return nil, fmt.Errorf("checkpoint chain: make the job folder: %w%s", err, advice(err))
	}
	for range maxAttempts {
		// Refuse what cannot be gone on from before the runner that may be using it is fenced.
		if _, err := survey(fsys, dir, job); errors.Is(err, errVanished) {
			continue
		} else if err != nil {
			return nil, err
		}
		c, err := take(fsys, dir, job)
		if errors.Is(err, errOvertaken) {
			continue
		}
		return c, err
	}
	return nil, fmt.Errorf("checkpoint chain: %d attempts to take over %s met another runner doing the same: let only one start the job", maxAttempts, dir)
}

// take is one attempt at an epoch.
func take(fsys vfs.FS, dir, job string) (*Chain, error) {
	newest, err := newestEpoch(fsys, dir)
	if err != nil {
		return nil, err
	}
	c := &Chain{fs: fsys, dir: dir, job: job, epoch: newest + 1}
	c.own = filepath.Join(dir, epochName(c.epoch))
	if err := c.claim(); err != nil {
		return nil, err
	}
	if err := c.fence(); err != nil {
		return nil, err
	}
	found, err := c.survey()
	if err != nil {
		return nil, err
	}
	m := checkpoint.Manifest{Job: job}
	if found.head != nil {
		m = *found.head
	}
	c.head.Sequence, c.claimed = m.Sequence, m.Claimed
	c.retired = newRetired(found, c.own)
	if err := c.publish(m); err != nil {
		return nil, err
	}
	return c, nil
}

// claim makes the folders of the epoch.
//
// A number that was once used may be free again: 6 has renamed the folder of 4 away and its collector has removed it. A runner that
// listed the folders when there were only three, slept, and now makes the folder of epoch 4 succeeds. That must not give the real 4 a
// folder back, should that sleep in the middle of publishing. Two things prevent it:
//
//   - Who makes the folder of an epoch looks again. The folder of the highest epoch is never removed by anyone, so whoever uses a
//     number for the second time sees a higher one, gives up and starts over. Two runners that start at once are parted the same way:
//     the one with the lower number gives way, or goes on and is fenced by the other.
//   - Links are written in a folder within, .new, that is made only after that look, and followed by another one. So only the first
//     user of a number ever makes it: should the first 4 sleep before it makes .new and find itself in the folder of the second, then
//     the second look tells. And once the real 4 has been renamed away there is no epoch-4/.new ever again: what it writes and links
//     by that path fails, whatever becomes of the name epoch-4.
func (c *Chain) claim() error {
	err := c.fs.Mkdir(c.own)
	if errors.Is(err, fs.ErrExist) {
		return errOvertaken // another start has the number
	}
	if err != nil {
		return fmt.Errorf("checkpoint chain: take epoch %d: %w%s", c.epoch, err, advice(err))
	}
	if err := c.lookAgain(); err != nil {
		return err
	}
	err = c.fs.Mkdir(filepath.Join(c.own, newFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return errOvertaken
	}
	if err != nil {
		return fmt.Errorf("checkpoint chain: take epoch %d: %w%s", c.epoch, err, advice(err))
	}
	if err := c.lookAgain(); err != nil {
		return err
	}
	if err := c.fs.Mkdir(filepath.Join(c.dir, dataFolder)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("checkpoint chain: make the folder of data: %w%s", err, advice(err))
	}
	// Durable before anything in them is said to be.
	if err := c.fs.SyncDir(c.dir); err != nil {
		return fmt.Errorf("checkpoint chain: take epoch %d: %w%s", c.epoch, err, advice(err))
	}
	return nil
}

// lookAgain gives way to a higher epoch.
func (c *Chain) lookAgain() error {
	newest, err := newestEpoch(c.fs, c.dir)
	if err != nil {
		return err
	}
	if newest <= c.epoch {
		return nil
	}
	// Nothing was published here and nothing ever will be. What cannot be removed is left to the next runner's collector; and if the
	// name stands for the folder of another runner by now, then that has to give way too.
	_ = c.fs.Remove(filepath.Join(c.own, newFolder))
	_ = c.fs.Remove(c.own)
	return errOvertaken
}

// fence renames the folders of all lower epochs away. It comes before the head is read: a lower runner has either published its link
// by then, and it is found, or it can no more. A folder of a lower epoch that appears later belongs to a runner that will look again.
//
// The renames need not be durable: after a power loss the runners that they fence are dead.
func (c *Chain) fence() error {
	folders, err := epochFolders(c.fs, c.dir)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if f.epoch >= c.epoch || f.fenced {
			continue
		}
		target := f.path + fencedSuffix
		err := c.fs.Rename(f.path, target)
		for i := 2; errors.Is(err, fs.ErrExist); i++ {
			// The number had been used twice. What the second user left is empty, but it is not for us to remove it: it may still look.
			err = c.fs.Rename(f.path, target+"."+strconv.Itoa(i))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // else a higher runner was faster, or its own maker has removed it
			return fmt.Errorf("checkpoint chain: fence epoch %d: %w%s", f.epoch, err, advice(err))
		}
	}
	return nil
}

// survey reads what there is, once the lower epochs are fenced. What vanishes meanwhile was removed by the collector of a higher
// runner, which has then fenced this one, or it was an empty folder whose maker gave way.
func (c *Chain) survey() (found, error) {
	for range maxAttempts {
		found, err := survey(c.fs, c.dir, c.job)
		if !errors.Is(err, errVanished) {
			return found, err
		}
		newest, lookErr := newestEpoch(c.fs, c.dir)
		if lookErr != nil {
			return found, lookErr
		}
		if newest > c.epoch {
			return found, c.fenced(err)
		}
	}
	return found{}, fmt.Errorf("checkpoint chain: the files in %s change all the time although no runner should be alive: is it being copied or synchronized?", c.dir)
}

// makeFolder makes a folder and those above it, and each durable before what is in it. One that exists may have been made by a start
// that was killed before it could sync, so the folder above it is synced all the same.
func makeFolder(fsys vfs.FS, dir string) error {
	parent := filepath.Dir(dir)
	info, err := fsys.Stat(dir)
	switch {
	case err == nil && !info.IsDir:
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
	case err == nil:
		err := fsys.SyncDir(parent)
		if isAny(err, []error{fs.ErrPermission, syscall.EINVAL, syscall.ENOTSUP, syscall.EROFS}) {
			return nil // where nothing can be synced we cannot have made a folder
		}
		return err
	case !errors.Is(err, fs.ErrNotExist) || parent == dir:
		return err
	}
	if err := makeFolder(fsys, parent); err != nil {
		return err
	}
	if err := fsys.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return fsys.SyncDir(parent)
}
