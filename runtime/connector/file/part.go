package file

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// part is the file of a transaction until it is committed.
type part struct {
	fs   vfs.FS
	dir  string
	name string
	// file is nil until the first flush, which for little output is that of seal.
	file vfs.File
	// size is what was written; buf is behind it.
	size int64
	buf  *[]byte
}

func (p *part) path() string { return filepath.Join(p.dir, p.name) }

// flush writes the buffer.
func (p *part) flush() error {
	if p.file == nil {
		f, err := p.fs.Create(p.path())
		if err != nil {
			return err
		}
		p.file = f
	}
	n, err := p.file.Write(*p.buf)
	if err == nil && n < len(*p.buf) {
		err = fmt.Errorf("%s: %w", p.path(), io.ErrShortWrite)
	}
	p.size += int64(n)
	*p.buf = (*p.buf)[:0]
	return err
}

// seal makes the file and its name durable. After a failure the file is worthless, whatever a second attempt would say.
func (p *part) seal() error {
	if err := p.flush(); err != nil {
		return errors.Join(err, p.close())
	}
	if err := p.file.Sync(); err != nil {
		return errors.Join(err, p.close())
	}
	if err := p.close(); err != nil {
		return err
	}
	return p.fs.SyncDir(p.dir)
}

// discard removes the file.
func (p *part) discard() error {
	return errors.Join(p.close(), p.fs.Remove(p.path()))
}

func (p *part) close() error {
	if p.file == nil {
		return nil
	}
	f := p.file
	p.file = nil
	return f.Close()
}
