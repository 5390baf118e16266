package vfs

import (
	"errors"
	"os"
)

// Folders and files belong to the user and are readable by the group: state may hold anything that passed through a pipeline.
const (
	dirMode  = 0o750
	fileMode = 0o640
)

// OS returns the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

func (osFS) Mkdir(name string) error              { return os.Mkdir(name, dirMode) }
func (osFS) MkdirAll(name string) error           { return os.MkdirAll(name, dirMode) }
func (osFS) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }
func (osFS) Link(oldName, newName string) error   { return os.Link(oldName, newName) }
func (osFS) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }
func (osFS) Remove(name string) error             { return os.Remove(name) }

func (osFS) Create(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, err // not f: a nil *os.File in an interface is not nil
	}
	return f, nil
}

func (osFS) Open(name string) (Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return osReader{File: f, size: info.Size()}, nil
}

func (osFS) ReadDir(name string) ([]Entry, error) {
	list, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(list))
	for i, e := range list {
		entries[i] = Entry{Name: e.Name(), IsDir: e.IsDir()}
	}
	return entries, nil
}

func (osFS) Stat(name string) (Info, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Info{}, err
	}
	if info.IsDir() {
		return Info{IsDir: true}, nil
	}
	return Info{Size: info.Size()}, nil
}

// Scratch takes the name away as soon as the file is open. A process that dies in between leaves an empty file. Where the name of an open file
// cannot be taken away, as under Windows, that is done when it is closed.
func (osFS) Scratch(dir string) (Scratch, error) {
	f, err := os.CreateTemp(dir, "streamgen-*.scratch")
	if err != nil {
		return nil, err
	}
	return osScratch{File: f, named: os.Remove(f.Name()) != nil}, nil
}

func (osFS) SyncDir(name string) error {
	f, err := os.Open(name + "/") // the slash makes a file where a folder should be an error
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// osReader is an open file with the size that it had when it was opened: files do not change once they can be found.
type osReader struct {
	*os.File
	size int64
}

func (r osReader) Size() int64 { return r.size }

// osScratch is an open file without a name, if that could be taken away.
type osScratch struct {
	*os.File
	named bool
}

func (s osScratch) Close() error {
	err := s.File.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}
