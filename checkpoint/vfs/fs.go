// Package vfs is the part of a file system that checkpoints need, as an interface: the real one, one in memory that loses at a crash
// what a machine would lose, and a wrapper that makes chosen operations fail.
//
// Files are written once, from their beginning to their end, and never changed. Whatever a caller wants to survive a power loss it
// says: Sync for the bytes of a file, SyncDir for the names in a folder. What need not survive anything goes into a file without a name: Scratch.
package vfs

import (
	"io"
)

// FS is a file system. Errors are those of package os: they match [io/fs.ErrNotExist], [io/fs.ErrExist] and
// [io/fs.ErrPermission], and wrap the error number, such as [syscall.ENOTDIR] for a file where a folder should be.
type FS interface {
	// Mkdir makes a folder. It fails with fs.ErrExist if the name is taken.
	Mkdir(name string) error
	// MkdirAll makes a folder and those above it. That they exist is no error.
	MkdirAll(name string) error
	// Create makes a file to be written. It fails with fs.ErrExist if the name is taken, so that no file is written twice.
	Create(name string) (File, error)
	// Open opens a file to be read. It goes on reading the same file if the name is removed.
	Open(name string) (Reader, error)
	// ReadFile reads a whole file.
	ReadFile(name string) ([]byte, error)
	// Link gives a file a second name, atomically. It fails with fs.ErrExist if newName is taken.
	Link(oldName, newName string) error
	// Rename gives a file or a folder another name, atomically. A file at newName is replaced, a folder there is fs.ErrExist.
	Rename(oldName, newName string) error
	// Remove removes a file or an empty folder.
	Remove(name string) error
	// ReadDir lists a folder, sorted by name.
	ReadDir(name string) ([]Entry, error)
	// Stat describes a file or a folder.
	Stat(name string) (Info, error)
	// Scratch makes a file without a name, which nobody finds but who has made it. The folder says on which disk; it must exist. The file is gone
	// when it is closed, when its process ends, however that does, and after a power loss.
	Scratch(dir string) (Scratch, error)
	// SyncDir makes durable which names the folder at the path holds now. What is in the files is for File.Sync.
	SyncDir(name string) error
}

// File is a file being written.
type File interface {
	io.Writer
	// Sync makes durable what was written. After a failure the file is worthless: the kernel may have dropped the pages that it
	// could not write, and a second Sync would report success without them.
	Sync() error
	io.Closer
}

// Reader is a file being read.
type Reader interface {
	io.ReaderAt
	// Size is the length of the file in bytes.
	Size() int64
	io.Closer
}

// Scratch is a file without a name: it is written at its end, and may be read all the while.
type Scratch interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Entry is a name in a folder.
type Entry struct {
	Name  string
	IsDir bool
}

// Info describes a file or a folder.
type Info struct {
	// Size is the length of a file in bytes.
	Size  int64
	IsDir bool
}
