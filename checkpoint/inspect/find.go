// Package inspect looks at checkpoints and savepoints without the program that wrote them.
package inspect

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Entry is a checkpoint or a savepoint that was found.
type Entry struct {
	// Path is what execution.state-recovery.path takes: the manifest of a checkpoint, or the folder of a savepoint.
	Path string `json:"path"`
	// Savepoint is true for one in a folder of its own.
	Savepoint bool `json:"savepoint"`
	// Head is true for the checkpoint that its job goes on from.
	Head bool `json:"head"`
	// Job is the pipeline's name.
	Job string `json:"job,omitempty"`
	// ID numbers the checkpoints of a job.
	ID int64 `json:"id,omitempty"`
	// Kind is why it was taken: periodic, savepoint, stop, final or drain.
	Kind string `json:"kind,omitempty"`
	// Triggered is when its barriers left, Duration the time from then until it was complete.
	Triggered time.Time     `json:"triggered,omitzero"`
	Duration  time.Duration `json:"duration_ns,omitempty"`
	// Size is that of the keyed state and of the lists, in bytes as stored, with what is shared with earlier checkpoints.
	Size int64 `json:"size"`
	// Subtasks is how many parallel instances it holds.
	Subtasks int `json:"subtasks,omitempty"`
	// Error says why it cannot be read, "" if it can.
	Error string `json:"error,omitempty"`
}

// Find returns the checkpoints and savepoints in folder: that of a job, that of a savepoint, or the one above either. Those that cannot be read come
// first, then job by job all others, newest first. A folder that holds none is no error.
func Find(fsys vfs.FS, folder string) ([]Entry, error) {
	found, err := find(fsys, folder)
	slices.SortStableFunc(found, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(b.ID, a.ID), b.Triggered.Compare(a.Triggered))
	})
	return found, err
}

func find(fsys vfs.FS, folder string) ([]Entry, error) {
	if info, err := fsys.Stat(folder); err != nil {
		return nil, err
	} else if !info.IsDir {
		return nil, fmt.Errorf("%s is a file: name the folder of a job, or the one above it", folder)
	}
	if known, found, err := in(fsys, folder); err != nil || known {
		return found, err
	}
	return below(fsys, folder)
}

// One returns the checkpoint, or the savepoint, of that manifest.
func One(fsys vfs.FS, manifest string) Entry {
	if filepath.Base(manifest) == chain.SavepointManifest {
		return savepoint(fsys, filepath.Dir(manifest))
	}
	saved, err := chain.ReadCheckpoint(fsys, manifest)
	if err != nil {
		return entry(manifest, false, nil, err)
	}
	return entry(manifest, false, saved.Manifest, nil)
}

// in returns what a folder that is a job's or a savepoint's holds. Known is false for any other.
func in(fsys vfs.FS, folder string) (known bool, found []Entry, err error) {
	if _, err := fsys.Stat(filepath.Join(folder, chain.SavepointManifest)); err == nil {
		return true, []Entry{savepoint(fsys, folder)}, nil
	}
	isJob, err := chain.IsJobFolder(fsys, folder)
	if err != nil || !isJob {
		return false, nil, err
	}
	retained, err := chain.List(fsys, folder)
	if err != nil {
		return true, nil, err
	}
	for _, r := range retained {
		found = append(found, entry(r.Path, r.Head, r.Manifest, r.Err))
	}
	saved, err := below(fsys, filepath.Join(folder, "savepoints"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return true, append(found, saved...), err
}

// below returns what the folders within a folder hold.
func below(fsys vfs.FS, folder string) ([]Entry, error) {
	entries, err := fsys.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, e := range entries {
		if !e.IsDir || strings.HasPrefix(e.Name, ".") {
			continue
		}
		_, found, err := in(fsys, filepath.Join(folder, e.Name))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func savepoint(fsys vfs.FS, folder string) Entry {
	s, err := chain.ReadSavepoint(fsys, folder)
	var m *checkpoint.Manifest
	if s != nil {
		m = s.Manifest
	}
	e := entry(folder, false, m, err)
	e.Savepoint = true
	return e
}

func entry(path string, head bool, m *checkpoint.Manifest, err error) Entry {
	e := Entry{Path: path, Head: head}
	if err != nil {
		e.Error = err.Error()
		return e
	}
	c := m.Checkpoint
	e.Job, e.ID, e.Kind, e.Triggered, e.Duration, e.Subtasks = m.Job, c.ID, c.Kind.String(), c.Triggered, c.Duration, len(c.Subtasks)
	for _, s := range c.Subtasks {
		for _, d := range s.Snapshots() {
			e.Size += d.Size
		}
	}
	return e
}
