package core_test

import (
	"maps"
	"slices"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// heedful is a file system that knows which files are open.
type heedful struct {
	vfs.FS
	open map[string]int // by name; those without a name by their folder
}

func (o heedful) opened(name string) func() {
	o.open[name]++
	closed := false
	return func() {
		if !closed {
			closed = true
			if o.open[name]--; o.open[name] == 0 {
				delete(o.open, name)
			}
		}
	}
}

// names are those of the files that are open.
func (o heedful) names() []string { return slices.Sorted(maps.Keys(o.open)) }

func (o heedful) Create(name string) (vfs.File, error) {
	f, err := o.FS.Create(name)
	if err != nil {
		return nil, err
	}
	return openFile{f, o.opened(name)}, nil
}

func (o heedful) Open(name string) (vfs.Reader, error) {
	r, err := o.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return openReader{r, o.opened(name)}, nil
}

func (o heedful) Scratch(dir string) (vfs.Scratch, error) {
	f, err := o.FS.Scratch(dir)
	if err != nil {
		return nil, err
	}
	return openScratch{f, o.opened(dir)}, nil
}

type openFile struct {
	vfs.File
	closed func()
}

func (f openFile) Close() error {
	f.closed()
	return f.File.Close()
}

type openReader struct {
	vfs.Reader
	closed func()
}

func (r openReader) Close() error {
	r.closed()
	return r.Reader.Close()
}

type openScratch struct {
	vfs.Scratch
	closed func()
}

func (s openScratch) Close() error {
	s.closed()
	return s.Scratch.Close()
}
