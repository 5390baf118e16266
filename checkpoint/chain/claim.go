package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Claim makes the job the owner of a savepoint, and what it goes on from: a link says so, which counts as a retained checkpoint, and which every
// later link repeats until the savepoint is gone. So neither a crash before nor one after loses the savepoint, and none leaks it.
//
// The savepoint is not to be in use by another job. Errors are those of Publish.
func (c *Chain) Claim(claim checkpoint.Claim) error {
	if c.dead != nil {
		return c.dead
	}
	// That of an earlier start is still there if it was not deleted yet when its job was cancelled, or began anew. It may be this one.
	before := c.claimed
	if !c.owns(claim.ID, claim.Triggered) {
		if err := c.deleteClaimed(); err != nil {
			return err
		}
		before = nil
	}
	c.claimed = &claim
	err := c.publish(checkpoint.Manifest{})
	if err != nil {
		c.claimed = before
	}
	return err
}

// owns reports whether the savepoint of a checkpoint is the claimed one.
func (c *Chain) owns(id int64, triggered time.Time) bool {
	return c.claimed != nil && c.claimed.ID == id && c.claimed.Triggered.Equal(triggered)
}

// Disown gives the savepoint of a checkpoint back to the user, who restores it without a claim: an earlier start may have claimed it, and given it up
// again before it was deleted. The next link says so.
func (c *Chain) Disown(id int64, triggered time.Time) {
	if c.owns(id, triggered) {
		c.claimed = nil
	}
}

// collectClaimed deletes the claimed savepoint when no link stands on it. The next link does not have it any more; a start from the one that does
// finds nothing to delete.
func (c *Chain) collectClaimed() error {
	stands := func(l link) bool { return l.claimed }
	if slices.ContainsFunc(c.retired.links, stands) || len(c.retired.unread) > 0 || len(c.retired.unreadable) > 0 {
		return nil
	}
	return c.deleteClaimed()
}

func (c *Chain) deleteClaimed() error {
	if c.claimed == nil {
		return nil
	}
	if err := deleteSavepoint(c.fs, c.claimed); err != nil {
		return fmt.Errorf("checkpoint chain: delete the claimed savepoint %s, which no checkpoint needs any more: %w%s", c.claimed.Path, err, advice(err))
	}
	c.claimed = nil
	return nil
}

// deleteSavepoint deletes a savepoint and all that it holds, durably. Its manifest loses its name first, so that half of a savepoint is never taken
// for a whole one, and goes last, so that whoever finds the rest after a crash knows what it was. One that is not the one that was claimed stays.
func deleteSavepoint(fsys vfs.FS, claim *checkpoint.Claim) error {
	dir := claim.Path
	final, unnamed := filepath.Join(dir, SavepointManifest), filepath.Join(dir, "."+SavepointManifest)
	named := true
	b, err := fsys.ReadFile(final)
	if errors.Is(err, fs.ErrNotExist) {
		named = false
		b, err = fsys.ReadFile(unnamed)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return deleteFolder(fsys, dir)
	}
	if err != nil {
		return err
	}
	m, err := checkpoint.DecodeManifest(b)
	if err != nil {
		return fmt.Errorf("it is left there, since it cannot be read: %w", err)
	}
	if m.Checkpoint == nil || m.Checkpoint.ID != claim.ID || !m.Checkpoint.Triggered.Equal(claim.Triggered) {
		return nil
	}
	if named {
		if err := fsys.Rename(final, unnamed); err != nil {
			return err
		}
		if err := fsys.SyncDir(dir); err != nil {
			return err
		}
	}
	for _, s := range m.Checkpoint.Subtasks {
		for _, d := range s.Snapshots() {
			if d.File == "" {
				continue
			}
			if err := fsys.Remove(filepath.Join(dir, d.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	if err := fsys.SyncDir(dir); err != nil {
		return err
	}
	if err := fsys.Remove(unnamed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return deleteFolder(fsys, dir)
}

// deleteFolder deletes the folder of a savepoint, unless there is something else in it. One that is gone may come back after a power loss until
// the folder above it is synced.
func deleteFolder(fsys vfs.FS, dir string) error {
	err := fsys.Remove(dir)
	if isAny(err, []error{fs.ErrExist, syscall.ENOTEMPTY}) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := fsys.SyncDir(filepath.Dir(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// ReadClaimed reads the savepoint that a link goes on from.
func ReadClaimed(fsys vfs.FS, claim *checkpoint.Claim) (*Savepoint, error) {
	s, err := ReadSavepoint(fsys, claim.Path)
	if err == nil && (s.Manifest.Checkpoint.ID != claim.ID || !s.Manifest.Checkpoint.Triggered.Equal(claim.Triggered)) {
		err = fmt.Errorf("savepoint: %s is number %d of %v, claimed was number %d of %v", claim.Path,
			s.Manifest.Checkpoint.ID, s.Manifest.Checkpoint.Triggered, claim.ID, claim.Triggered)
	}
	if err != nil {
		return nil, fmt.Errorf("the job owns this savepoint and has no checkpoint after it: %w", err)
	}
	return s, nil
}
