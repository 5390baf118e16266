package chain

import (
	"errors"
	"fmt"
	"hash/crc32"
	"path"
	"path/filepath"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// DataFile is the snapshot of a subtask while it is written, for what is too long to be in memory at once: see [Chain.WriteData]. It is of one
// goroutine, and ends with Close.
type DataFile struct {
	chain *Chain
	noted *dataFile
	id    int64
	name  string // within the job folder
	file  vfs.File
	copy  *copyFile
	size  int64
	sum   uint32
	err   error
}

// CreateData begins to write the snapshot of a subtask for a pending checkpoint, under the name that [Chain.WriteData] would have.
func (c *Chain) CreateData(id int64, name string) (*DataFile, error) {
	if id < 1 || name == "" || strings.ContainsFunc(name, notInName) {
		return nil, fmt.Errorf("checkpoint chain: data file %q of checkpoint %d: a name has letters, digits, dots, dashes and underscores only", name, id)
	}
	file := path.Join(dataFolder, fmt.Sprintf("%s-checkpoint-%d-%s", epochName(c.epoch), id, name))
	noted, err := c.beginData(id, file)
	if err != nil {
		return nil, err
	}
	f := &DataFile{chain: c, noted: noted, id: id, name: file}
	if f.file, err = c.fs.Create(filepath.Join(c.dir, file)); err != nil {
		return nil, f.failed(err)
	}
	return f, nil
}

func (f *DataFile) failed(err error) error {
	return fmt.Errorf("checkpoint chain: write data of checkpoint %d: %w%s", f.id, err, advice(err))
}

// Write adds bytes to the file, and to its copy.
func (f *DataFile) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	if err != nil {
		f.err = f.failed(err)
		return n, f.err
	}
	if f.size == 0 {
		f.copy = f.chain.createCopy(f.name)
	}
	f.copy.write(b)
	f.size += int64(len(b))
	f.sum = crc32.Update(f.sum, crcTable, b)
	return n, nil
}

// Close makes the file durable and returns what its manifest is to say of it. After an error, which may be that of Write, the checkpoint must be discarded.
func (f *DataFile) Close() (checkpoint.Data, error) {
	err := f.err
	if err == nil {
		if err = f.file.Sync(); err != nil {
			err = f.failed(err)
		}
	}
	if closed := f.file.Close(); closed != nil {
		err = errors.Join(err, f.failed(closed))
	}
	f.copy.close(err)
	if err != nil {
		return checkpoint.Data{}, err
	}
	f.chain.data.mu.Lock()
	defer f.chain.data.mu.Unlock()
	f.noted.state = pending
	return checkpoint.Data{File: f.name, Size: f.size, Sum: f.sum}, nil
}
