package inspect

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Progress is told how many of how many bytes were read so far. An error of it ends the work and is returned.
type Progress func(read, total int64) error

// Read reads the checkpoint or savepoint at path, as an Entry names it; the folder of a job stands for the checkpoint that it goes on from, and
// FOLDER@NUMBER for the one of that number. Its data files are looked for, but not read.
func Read(fsys vfs.FS, path string) (*chain.Savepoint, error) {
	info, err := fsys.Stat(path)
	if err != nil {
		if folder, id, ok := numbered(fsys, path); ok {
			return readNumber(fsys, folder, id)
		}
		return nil, goneHint(path, err)
	}
	switch {
	case !info.IsDir && filepath.Base(path) == chain.SavepointManifest:
		return chain.ReadSavepoint(fsys, filepath.Dir(path))
	case !info.IsDir:
		return chain.ReadCheckpoint(fsys, path)
	}
	if isJob, err := chain.IsJobFolder(fsys, path); err != nil || !isJob {
		return chain.ReadSavepoint(fsys, path)
	}
	return chain.ReadNewest(fsys, path)
}

// whole is a checkpoint with its states and where they lie.
type whole struct {
	saved  *chain.Savepoint
	states []*heldState // those of an operator one behind the other
	files  *snapshots
}

// heldState is a state of an operator in all the subtasks.
type heldState struct {
	operator string
	checkpoint.State
	// known is false for one of which the snapshots have sections, but the manifest no schema.
	known  bool
	pieces []piece
	// first is the subtask of which a restore takes the copy of a broadcast state.
	first *checkpoint.Subtask
}

// name is what the state is called on a command line.
func (s *heldState) name() string { return s.operator + "." + s.Name }

// open reads the checkpoint at path and the indexes of all its snapshots. It must be closed.
func open(fsys vfs.FS, path string) (*whole, error) {
	saved, err := Read(fsys, path)
	if err != nil {
		return nil, err
	}
	w := &whole{saved: saved, files: &snapshots{saved: saved, open: map[*checkpoint.Subtask]*held{}}}
	if err := w.index(); err != nil {
		return nil, errors.Join(err, w.files.close())
	}
	return w, nil
}

func (w *whole) close() error { return w.files.close() }

// index finds the states and their sections.
func (w *whole) index() error {
	type ident struct{ operator, state string }
	byName := map[ident]*heldState{}
	byOperator := map[string][]*heldState{}
	var operators []string
	state := func(operator, name string) *heldState {
		s := byName[ident{operator, name}]
		if s == nil {
			s = &heldState{operator: operator, State: checkpoint.State{Name: name}}
			byName[ident{operator, name}] = s
			if byOperator[operator] == nil {
				operators = append(operators, operator)
			}
			byOperator[operator] = append(byOperator[operator], s)
		}
		return s
	}
	subtasks := w.saved.Manifest.Checkpoint.Subtasks
	for i := range subtasks {
		subtask := &subtasks[i]
		for _, o := range subtask.Operators {
			for _, held := range o.States {
				switch s := state(o.UID, held.Name); {
				case !s.known:
					s.State, s.known, s.first = held, true, subtask
				case s.State != held:
					return fmt.Errorf("the checkpoint is %w: its subtasks do not agree on state %s: %s as %s, and %s as %s",
						chain.ErrDamaged, s.name(), s.Kind, s.Schema, held.Kind, held.Schema)
				}
			}
		}
	}
	for i := range subtasks {
		pieces, err := w.piecesOf(&subtasks[i])
		if err != nil {
			return err
		}
		for _, p := range pieces {
			s := state(p.operator, p.state)
			s.pieces = append(s.pieces, p)
		}
	}
	for _, operator := range operators {
		w.states = append(w.states, byOperator[operator]...)
	}
	return nil
}
