package chain

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// ownData are the data files that this epoch has written. Subtasks write theirs side by side, and beside whatever else the chain does.
type ownData struct {
	mu    sync.Mutex
	files map[string]*dataFile
}

type dataFile struct {
	checkpoint int64
	state      dataState
}

type dataState uint8

const (
	failed  dataState = iota // it could not be written or made durable: no manifest may name it
	pending                  // its checkpoint is under way
	synced                   // the same, and it is durable
	settled                  // its checkpoint is published or discarded: what no manifest names may go
)

// published settles the files of a checkpoint.
func (d *ownData) published(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.files {
		if f.checkpoint == id {
			f.state = settled
		}
	}
}

// unsynced tells whether one of the files may not have a durable name.
func (d *ownData) unsynced(files map[string]bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for file := range files {
		if f := d.files[file]; f != nil && f.state == pending {
			return true
		}
	}
	return false
}

// WriteData writes the snapshot of a subtask for a pending checkpoint and returns what its manifest is to say of it. The name is one
// that the caller uses once for the checkpoint, of letters, digits, dots, dashes and underscores.
//
// A file has its final name from the beginning and is synced once: nothing reads it before a manifest names it, and Publish makes all
// new names durable at one time. After an error the checkpoint must be discarded. WriteData and CreateData may be called from several goroutines.
func (c *Chain) WriteData(id int64, name string, b []byte) (checkpoint.Data, error) {
	f, err := c.CreateData(id, name)
	if err != nil {
		return checkpoint.Data{}, err
	}
	_, _ = f.Write(b) // Close says what was wrong
	return f.Close()
}

// WroteIn reports whether the runner of an epoch has written a data file.
func WroteIn(epoch int64, file string) bool {
	return strings.HasPrefix(file, path.Join(dataFolder, epochName(epoch)+"-"))
}

// beginData notes a file that is about to be written.
func (c *Chain) beginData(id int64, file string) (*dataFile, error) {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	if c.dead != nil {
		return nil, c.dead
	}
	if c.data.files[file] != nil {
		return nil, fmt.Errorf("checkpoint chain: data file %s is written twice", file)
	}
	if c.data.files == nil {
		c.data.files = map[string]*dataFile{}
	}
	f := &dataFile{checkpoint: id, state: failed}
	c.data.files[file] = f
	return f, nil
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
}

// syncData makes the names of all new data files durable if one of the given ones is new. After a failure they are abandoned like a file whose sync failed: a second
// sync of the folder could report success without them.
func (c *Chain) syncData(files map[string]bool) error {
	if !c.data.unsynced(files) {
		return nil
	}
	c.data.mu.Lock()
	var named []*dataFile // before the sync: what is written meanwhile may not be in it
	for _, f := range c.data.files {
		if f.state == pending {
			named = append(named, f)
		}
	}
	c.data.mu.Unlock()
	err := c.fs.SyncDir(filepath.Join(c.dir, dataFolder))
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	for _, f := range named {
		switch {
		case f.state != pending: // discarded meanwhile
		case err != nil:
			f.state = failed
		default:
			f.state = synced
		}
	}
	if err != nil {
		return fmt.Errorf("checkpoint chain: make the data files durable: %w%s", err, advice(err))
	}
	return nil
}

// holds tells whether a manifest may name a data file.
func (c *Chain) holds(file string) bool {
	c.data.mu.Lock()
	defer c.data.mu.Unlock()
	if f := c.data.files[file]; f != nil && (f.state == pending || f.state == synced) {
		return true
	}
	return c.retired.names(file)
}

// Discard gives up a pending checkpoint, or a savepoint that has been copied: its data files are deleted. What cannot be deleted is
// left to Collect. It must not be called for a checkpoint whose Publish was ambiguous, and does nothing then.
func (c *Chain) Discard(id int64) error {
	if c.dead != nil {
		return c.dead
	}
	c.data.mu.Lock()
	for _, f := range c.data.files {
		if f.checkpoint == id {
			f.state = settled
		}
	}
	c.data.mu.Unlock()
	return c.collectOwn()
}

// collectOwn deletes the settled files of this epoch that no link names.
func (c *Chain) collectOwn() error {
	var doomed []string
	c.data.mu.Lock()
	for file, f := range c.data.files {
		if f.state == settled && !c.retired.names(file) {
			doomed = append(doomed, file)
		}
	}
	c.data.mu.Unlock()
	slices.Sort(doomed) // the same operations in the same order, whatever a map makes of it
	var errs []error
	for _, file := range doomed {
		if err := c.remove(filepath.Join(c.dir, file)); err != nil {
			errs = append(errs, err)
			continue
		}
		c.removeCopy(file)
		c.data.mu.Lock()
		delete(c.data.files, file)
		c.data.mu.Unlock()
	}
	return errors.Join(errs...)
}

// remove removes a file that may be gone already.
func (c *Chain) remove(name string) error {
	if err := c.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoint chain: delete what no checkpoint needs: %w%s", err, advice(err))
	}
	return nil
}

// ReadData opens the snapshot that a link of the chain names: its copy, if there is one that is whole, or else the file. A file that is missing or has another size is
// [ErrDamaged], but [ErrFenced] if another runner has the chain now: it may have deleted what it does not need. It may be called from any goroutine.
func (c *Chain) ReadData(d checkpoint.Data) (vfs.Reader, error) {
	if r := c.readCopy(d); r != nil {
		return r, nil
	}
	r, err := OpenData(c.fs, c.dir, d)
	if errors.Is(err, ErrDamaged) {
		if newest, failed := newestEpoch(c.fs, c.dir); failed == nil && newest > c.epoch {
			return nil, c.overtakenBy(newest)
		}
	}
	return r, err
}

// OpenData opens a snapshot that a manifest of the folder dir names. A file that is missing or has another size is [ErrDamaged].
func OpenData(fsys vfs.FS, dir string, d checkpoint.Data) (vfs.Reader, error) {
	if d.File == "" {
		return inline{bytes.NewReader(d.Inline)}, nil
	}
	if !fs.ValidPath(d.File) {
		return nil, fmt.Errorf("checkpoint chain: data file %q is not a path within %s", d.File, dir)
	}
	const restore = "put the file back from a backup, or start from an older checkpoint or a savepoint"
	name := filepath.Join(dir, d.File)
	r, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint chain: the checkpoint is %w, one of its data files is missing: %w; %s", ErrDamaged, err, restore)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint chain: open a data file: %w%s", err, advice(err))
	}
	if r.Size() != d.Size {
		err := fmt.Errorf("checkpoint chain: the checkpoint is %w, its data file %s has %d bytes, written were %d; %s", ErrDamaged, name, r.Size(), d.Size, restore)
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// inline reads a snapshot that is in its manifest.
type inline struct{ *bytes.Reader }

func (inline) Close() error { return nil }
