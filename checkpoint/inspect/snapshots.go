package inspect

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// file is an open snapshot.
type file struct {
	where    string
	reader   vfs.Reader
	snapshot *snapshot.Reader
}

// openFiles is how many snapshots are open at once: a checkpoint may have more subtasks than a process may open files.
const openFiles = 16

// snapshots are those that are open, the ones that were asked for last.
type snapshots struct {
	saved *chain.Savepoint
	open  map[*checkpoint.Subtask]*file
	order []*checkpoint.Subtask // in which they were opened
}

// of returns the snapshot of a subtask, which has one.
func (f *snapshots) of(s *checkpoint.Subtask) (*file, error) {
	if known := f.open[s]; known != nil {
		return known, nil
	}
	if len(f.order) == openFiles {
		oldest := f.order[0]
		f.order = f.order[1:]
		err := f.open[oldest].reader.Close()
		delete(f.open, oldest)
		if err != nil {
			return nil, err
		}
	}
	opened, err := openSnapshot(f.saved, s)
	if err != nil {
		return nil, err
	}
	f.open[s], f.order = opened, append(f.order, s)
	return opened, nil
}

func (f *snapshots) close() error {
	var errs []error
	for _, opened := range f.open {
		errs = append(errs, opened.reader.Close())
	}
	clear(f.open)
	f.order = nil
	return errors.Join(errs...)
}

// openSnapshot opens what a subtask held.
func openSnapshot(saved *chain.Savepoint, s *checkpoint.Subtask) (*file, error) {
	where := fmt.Sprintf("%s, subtask %d of %d: %s", s.Task, s.Index+1, s.Parallelism, s.Data.File)
	if s.Data.File == "" {
		where += "the manifest"
	}
	r, err := saved.ReadData(s.Data)
	if err != nil {
		return nil, fmt.Errorf("%s, subtask %d of %d: %w", s.Task, s.Index+1, s.Parallelism, err)
	}
	snap, err := snapshot.Open(r, r.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", where, err), r.Close())
	}
	return &file{where, r, snap}, nil
}
