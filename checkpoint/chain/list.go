package chain

import (
	"errors"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Retained is a completed checkpoint that a job folder holds.
type Retained struct {
	// Path is that of the newest link which has the checkpoint.
	Path string
	// Links are all that have it, newest first: a checkpoint is published again when it is committed, and by each start.
	Links []string
	// Manifest is what it says, nil if it cannot be read: Err says why.
	Manifest *checkpoint.Manifest
	Err      error
	// Head is true for the one that the job goes on from.
	Head bool
}

// IsJobFolder reports whether a job keeps, or has kept, its chain in dir.
func IsJobFolder(fsys vfs.FS, dir string) (bool, error) {
	folders, err := epochFolders(fsys, dir)
	return len(folders) > 0, err
}

// List returns the checkpoints that a job folder holds, newest first, of any job. A link that cannot be read is one of them, since nobody
// knows what it has. It takes nothing over and changes nothing: the job may run.
func List(fsys vfs.FS, dir string) ([]Retained, error) {
	for range maxAttempts {
		all, err := list(fsys, dir)
		if !errors.Is(err, errVanished) { // by the collector of a job that runs
			return all, err
		}
	}
	return list(fsys, dir)
}

func list(fsys vfs.FS, dir string) ([]Retained, error) {
	folders, err := epochFolders(fsys, dir)
	if err != nil {
		return nil, err
	}
	links, err := linksIn(fsys, folders)
	if err != nil {
		return nil, err
	}
	var all []Retained
	place := map[int64]int{}
	for i, l := range links {
		m, err := l.read(fsys)
		switch {
		case errors.Is(err, errVanished):
			return nil, err
		case err != nil:
			all = append(all, Retained{Path: l.path, Links: []string{l.path}, Err: err, Head: i == 0})
		case m.Checkpoint != nil && len(m.Checkpoint.Subtasks) > 0:
			if at, ok := place[l.checkpoint]; ok {
				all[at].Links = append(all[at].Links, l.path)
				continue
			}
			place[l.checkpoint] = len(all)
			all = append(all, Retained{Path: l.path, Links: []string{l.path}, Manifest: m, Head: i == 0})
		}
	}
	return all, nil
}
