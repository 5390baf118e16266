package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Publish makes m the newest link of the chain; it sets its job, epoch and sequence, and what it has claimed. When it returns nil the link is durable, with
// the data files that it names.
//
// After an error that is neither [ErrFenced] nor [ErrAmbiguous] nothing was published, and the chain goes on: the checkpoint is to be
// discarded. After one of these two the chain does nothing any more.
func (c *Chain) Publish(m checkpoint.Manifest) error {
	if c.dead != nil {
		return c.dead
	}
	files := filesOf(&m)
	for file := range files {
		if !c.holds(file) {
			return fmt.Errorf("checkpoint chain: the manifest names data file %s, which was not written, could not be made durable or was deleted: discard the checkpoint", file)
		}
	}
	// The data before the manifest that names it, once for all files since the last time.
	if err := c.syncData(files); err != nil {
		return err
	}
	return c.publish(m)
}

func (c *Chain) publish(m checkpoint.Manifest) error {
	m.Job, m.Epoch, m.Sequence, m.Claimed = c.job, c.epoch, c.head.Sequence+1, c.claimed
	b, err := checkpoint.EncodeManifest(&m)
	if err != nil {
		return err
	}
	// Each attempt has a name of its own: a temporary file that could not be removed must not be in the way of the next.
	name := manifestName(m.Sequence)
	c.temps++
	temp := filepath.Join(c.own, newFolder, fmt.Sprintf("%s.%d", name, c.temps))
	if err := writeFile(c.fs, temp, b); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return c.fenced(err)
		}
		_ = c.fs.Remove(temp) // abandoned; what cannot be removed goes with the folder
		return fmt.Errorf("checkpoint chain: publish %s of epoch %d: %w%s", name, c.epoch, err, advice(err))
	}
	final := filepath.Join(c.own, name)
	if err := c.fs.Link(temp, final); err != nil {
		return c.linkFailed(temp, final, err)
	}
	// By path: a folder that was renamed away since is not found. Then the taker has seen the link, since it lists after it renames;
	// but it is the taker's to go on from it, not ours.
	if err := c.fs.SyncDir(c.own); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return c.fenced(err)
		}
		return c.inDoubt(name, err)
	}
	// The path of the folder may lead to the one of a second user of the number, see claim, and its sync then says nothing about ours.
	// But that one has no .new: if the temporary file is still found, then the folder that was synced was ours.
	if err := c.fs.Remove(temp); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return c.fenced(err)
		}
		return c.inDoubt(name, err)
	}
	c.head = m
	l := link{folder: epochFolder{epoch: c.epoch, path: c.own}, sequence: m.Sequence, path: final}
	l.note(&m)
	if m.Checkpoint != nil {
		c.data.published(l.checkpoint)
	}
	c.retired.add(l)
	return nil
}

// linkFailed tells the three outcomes of a link that reported an error apart.
func (c *Chain) linkFailed(temp, final string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return c.fenced(err)
	}
	if newest, lookErr := newestEpoch(c.fs, c.dir); lookErr == nil && newest > c.epoch {
		return c.fenced(err)
	}
	// That the name is taken while nobody has taken over can only be our own link, which was made although an earlier answer was lost.
	if isAny(err, linkRefused) {
		if _, statErr := c.fs.Stat(final); errors.Is(statErr, fs.ErrNotExist) {
			_ = c.fs.Remove(temp)
			return fmt.Errorf("checkpoint chain: publish %s: %w%s", final, err, advice(err))
		}
	}
	return c.inDoubt(filepath.Base(final), err)
}

// Check returns [ErrFenced] if another runner has the chain now. A runner that failed asks before it starts again: else it would take the
// folder back from the one that has replaced it.
func (c *Chain) Check() error {
	if c.dead != nil {
		return c.dead
	}
	newest, err := newestEpoch(c.fs, c.dir)
	switch {
	case err != nil:
		return fmt.Errorf("checkpoint chain: %s may have another runner: %w", c.dir, err)
	case newest > c.epoch:
		return c.fenced(nil)
	}
	return nil
}

// overtakenBy says that another runner has the chain now.
func (c *Chain) overtakenBy(epoch int64) error {
	return fmt.Errorf("checkpoint chain: %w %s: it is epoch %d; this one, epoch %d, stops and commits nothing more", ErrFenced, c.dir, epoch, c.epoch)
}

// fenced ends the chain because another runner has it now.
func (c *Chain) fenced(cause error) error {
	newest, err := newestEpoch(c.fs, c.dir)
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	switch {
	case err != nil:
		c.dead = fmt.Errorf("checkpoint chain: %w %s: this one, epoch %d, stops: %w", ErrFenced, c.dir, c.epoch, errors.Join(cause, err))
	case newest > c.epoch:
		c.dead = c.overtakenBy(newest)
	default:
		c.dead = fmt.Errorf("checkpoint chain: %w %s, or the folder of epoch %d was removed by hand; this runner stops: %w", ErrFenced, c.dir, c.epoch, cause)
	}
	return c.dead
}

// inDoubt ends the chain because its head is not known.
func (c *Chain) inDoubt(name string, cause error) error {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	c.dead = fmt.Errorf("checkpoint chain: publish %s of epoch %d: %w: the job must start again with a new epoch: %w%s",
		name, c.epoch, ErrAmbiguous, cause, advice(cause))
	return c.dead
}

// writeFile writes a file that must not exist, durably except for its name. After an error the file is worthless: it is never synced
// a second time, since that could report success without the bytes that the first could not write.
func writeFile(fsys vfs.FS, name string, b []byte) error {
	f, err := fsys.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
