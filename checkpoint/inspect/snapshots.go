package inspect

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// file is an open snapshot. Its name says where it is.
type file struct {
	reader   vfs.Reader
	snapshot *snapshot.Reader
}

// held are the open snapshots of a subtask.
type held struct {
	files []*file
	// keyed has the keyed states, own all others: it is empty if the subtask has written nothing for this checkpoint.
	keyed, own snapshot.Stack
}

// openFiles is how many snapshots are open at once, more only if one subtask has more: a checkpoint may have more subtasks than a process may
// open files.
const openFiles = 32

// snapshots are those that are open, of the subtasks that were asked for last.
type snapshots struct {
	saved *chain.Savepoint
	open  map[*checkpoint.Subtask]*held
	order []*checkpoint.Subtask // in which they were opened
	files int                   // how many are open
}

// of returns the snapshots of a subtask.
func (f *snapshots) of(s *checkpoint.Subtask) (*held, error) {
	if known := f.open[s]; known != nil {
		return known, nil
	}
	all := s.Snapshots()
	for len(f.order) > 0 && f.files+len(all) > openFiles {
		oldest := f.open[f.order[0]]
		delete(f.open, f.order[0])
		f.order = f.order[1:]
		f.files -= len(oldest.files)
		if err := oldest.close(); err != nil {
			return nil, err
		}
	}
	h := &held{}
	f.open[s], f.order = h, append(f.order, s)
	for _, d := range all {
		opened, err := openSnapshot(f.saved, s, d)
		if err != nil {
			return nil, err
		}
		f.files++
		h.files = append(h.files, opened)
		h.keyed = append(h.keyed, opened.snapshot)
	}
	if s.Data.Size > 0 {
		h.own = h.keyed[len(h.keyed)-1:]
	}
	return h, nil
}

func (f *snapshots) close() error {
	var errs []error
	for _, h := range f.open {
		errs = append(errs, h.close())
	}
	clear(f.open)
	f.order, f.files = nil, 0
	return errors.Join(errs...)
}

func (h *held) close() error {
	var errs []error
	for _, f := range h.files {
		errs = append(errs, f.reader.Close())
	}
	return errors.Join(errs...)
}

// openSnapshot opens one of the snapshots that hold the states of a subtask.
func openSnapshot(saved *chain.Savepoint, s *checkpoint.Subtask, d checkpoint.Data) (*file, error) {
	subtask := fmt.Sprintf("%s (%d/%d)", s.Task, s.Index+1, s.Parallelism) // as in Flink, and in the log of a job
	where := subtask + ": " + d.File
	if d.File == "" {
		where += "the manifest"
	}
	r, err := saved.ReadData(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subtask, err)
	}
	snap, err := snapshot.Open(r, r.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", where, err), r.Close())
	}
	snap.Name = where
	return &file{r, snap}, nil
}
