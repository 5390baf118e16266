package chain

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// Copies says where a chain keeps second copies of its data files: on disks beside the process, which may lose or damage them at any time. No
// manifest names a copy, and none is synced. A restore reads one only if it has the size and the checksum that the manifest says.
type Copies struct {
	// Dirs are folders, over which the copies are spread. They may hold those of other jobs too.
	Dirs []string
	// Write says that copies are made, Read that they are read.
	Write, Read bool
	// Warn hears of a copy that could not be written, or is not what was written. It may be called from several goroutines.
	Warn func(message string, err error)

	swept bool
}

// Keep makes the chain keep copies from now on. It comes before the first call of WriteData and ReadData.
func (c *Chain) Keep(copies Copies) { c.copies = copies }

// copyOf is the folder of a file's copy, and its path.
func (c *Chain) copyOf(file string) (folder, name string) {
	base := path.Base(file)
	dir := c.copies.Dirs[crc32.ChecksumIEEE([]byte(base))%uint32(len(c.copies.Dirs))]
	folder = filepath.Join(dir, c.copiesFolder())
	return folder, filepath.Join(folder, base)
}

// copiesFolder tells the jobs apart whose copies are in one folder.
func (c *Chain) copiesFolder() string {
	return fmt.Sprintf("streamgen-%s-%08x", strings.Map(func(r rune) rune {
		if notInName(r) {
			return '_'
		}
		return r
	}, c.job), crc32.ChecksumIEEE([]byte(c.dir)))
}

// copyFile is the copy of a data file while that is written. That it fails harms nothing.
type copyFile struct {
	chain *Chain
	name  string
	file  vfs.File // nil when there will be no copy
}

// createCopy begins the copy of a data file, nil if there are to be none.
func (c *Chain) createCopy(file string) *copyFile {
	if !c.copies.Write {
		return nil
	}
	folder, name := c.copyOf(file)
	k := &copyFile{chain: c, name: name}
	if err := k.open(folder); err != nil {
		k.giveUp(err)
	}
	return k
}

func (k *copyFile) open(folder string) error {
	fsys := k.chain.fs
	if err := fsys.MkdirAll(folder); err != nil {
		return err
	}
	f, err := fsys.Create(k.name)
	if errors.Is(err, fs.ErrExist) { // of a job folder of before, which had the same epochs
		if err := fsys.Remove(k.name); err != nil {
			return err
		}
		f, err = fsys.Create(k.name)
	}
	if err == nil {
		k.file = f
	}
	return err
}

func (k *copyFile) write(b []byte) {
	if k == nil || k.file == nil {
		return
	}
	if _, err := k.file.Write(b); err != nil {
		k.giveUp(err)
	}
}

// close ends the copy of a file that was written, or failed with an error.
func (k *copyFile) close(failed error) {
	switch {
	case k == nil || k.file == nil:
	case failed != nil:
		_ = k.file.Close()
		_ = k.chain.fs.Remove(k.name)
	default:
		file := k.file
		k.file = nil
		if err := file.Close(); err != nil {
			k.giveUp(err)
		}
	}
}

// giveUp goes on without the copy.
func (k *copyFile) giveUp(err error) {
	if k.file != nil {
		err = errors.Join(err, k.file.Close())
		k.file = nil
	}
	_ = k.chain.fs.Remove(k.name)
	k.chain.copies.Warn("no second copy of a snapshot could be kept (execution.checkpointing.local-backup): a restore reads the first", err)
}

// readCopy returns the copy of a data file, nil if there is none that is whole.
func (c *Chain) readCopy(d checkpoint.Data) vfs.Reader {
	if !c.copies.Read || d.File == "" || d.Sum == 0 {
		return nil
	}
	_, name := c.copyOf(d.File)
	b, err := c.fs.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && (int64(len(b)) != d.Size || crc32.Checksum(b, crcTable) != d.Sum) {
		err = fmt.Errorf("%s is not what the manifest says", name)
	}
	if err != nil {
		c.copies.Warn("the second copy of a snapshot cannot be used (execution.state-recovery.from-local): the first is read", err)
		return nil
	}
	return inline{bytes.NewReader(b)}
}

// removeCopy removes the copy of a data file that is deleted.
func (c *Chain) removeCopy(file string) {
	if c.copies.Write {
		_, name := c.copyOf(file)
		_ = c.fs.Remove(name) // what cannot be removed goes with the next start
	}
}

// collectCopies removes, once for each epoch, the copies that earlier ones have left and that no link needs.
func (c *Chain) collectCopies() {
	if !c.copies.Write || c.copies.swept || len(c.retired.unread) > 0 || len(c.retired.unreadable) > 0 {
		return
	}
	c.copies.swept = true
	for _, dir := range c.copies.Dirs {
		folder := filepath.Join(dir, c.copiesFolder())
		entries, err := c.fs.ReadDir(folder)
		if err != nil {
			continue // there is none, or it is to be had another time
		}
		for _, e := range entries {
			epoch, _, _ := strings.Cut(e.Name, "-checkpoint-")
			if n, ok := number(epoch, "epoch-", epochName); ok && n != c.epoch && !c.retired.names(path.Join(dataFolder, e.Name)) {
				_ = c.fs.Remove(filepath.Join(folder, e.Name))
			}
		}
	}
}
