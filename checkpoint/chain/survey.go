package chain

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// link is a manifest in the folder of an epoch.
type link struct {
	folder     epochFolder
	sequence   int64
	path       string
	checkpoint int64           // its id, or that of the claimed savepoint which it goes on from; 0: none, or not read yet
	claimed    bool            // it goes on from the claimed savepoint
	files      map[string]bool // the data files that it names
}

// found is what there is in a job folder.
type found struct {
	folders []epochFolder
	links   []link // newest first
	head    *checkpoint.Manifest
}

// survey lists the links of all epochs and reads the newest. It trusts the listing, unlike a restore from one: no link is ever
// published under a sequence lower than the head's, and the collector never removes the head.
func survey(fsys vfs.FS, dir, job string) (found, error) {
	var s found
	var err error
	if s.folders, err = epochFolders(fsys, dir); err != nil {
		return s, err
	}
	if s.links, err = linksIn(fsys, s.folders); err != nil {
		return s, err
	}
	if len(s.links) == 0 {
		return s, nil
	}
	s.head, err = s.links[0].read(fsys)
	switch {
	case errors.Is(err, ErrDamaged):
		return s, fmt.Errorf("%w; %s", err, nextOlder(fsys, dir, s.links[1:]))
	case err != nil:
		return s, err
	case s.head.Job != job:
		return s, fmt.Errorf("checkpoint chain: %s is the folder of job %s, not of %s: give each job a folder of its own, or move this one away to start from nothing",
			dir, s.head.Job, job)
	}
	return s, nil
}

// linksIn lists the links of epochs, newest first.
func linksIn(fsys vfs.FS, folders []epochFolder) ([]link, error) {
	var links []link
	for _, f := range folders {
		entries, err := fsys.ReadDir(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("checkpoint chain: %s: %w", f.path, errVanished)
		}
		if err != nil {
			return nil, fmt.Errorf("checkpoint chain: list the links of epoch %d: %w%s", f.epoch, err, advice(err))
		}
		for _, e := range entries {
			if n, ok := number(e.Name, "manifest-", manifestName); ok {
				links = append(links, link{folder: f, sequence: n, path: filepath.Join(f.path, e.Name)})
			}
		}
	}
	slices.SortFunc(links, func(a, b link) int {
		return cmp.Or(cmp.Compare(b.sequence, a.sequence), cmp.Compare(b.folder.epoch, a.folder.epoch))
	})
	return links, nil
}

// read reads a link, and notes in it what the collector needs to know.
func (l *link) read(fsys vfs.FS) (*checkpoint.Manifest, error) {
	b, err := fsys.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("checkpoint chain: %s: %w", l.path, errVanished)
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoint chain: read a link: %w%s", err, advice(err))
	}
	m, err := checkpoint.DecodeManifest(b)
	if err == nil && (m.Epoch != l.folder.epoch || m.Sequence != l.sequence) {
		err = fmt.Errorf("it says epoch %d, sequence %d: it was copied here from elsewhere", m.Epoch, m.Sequence)
	}
	switch {
	case errors.Is(err, checkpoint.ErrNewer):
		return nil, fmt.Errorf("checkpoint chain: %s: %w", l.path, err)
	case err != nil:
		return nil, fmt.Errorf("checkpoint chain: %s is %w: %w", l.path, ErrDamaged, err)
	}
	l.note(m)
	return m, nil
}

// note notes what the collector needs to know of a manifest.
func (l *link) note(m *checkpoint.Manifest) {
	l.files = filesOf(m)
	switch {
	case m.Checkpoint != nil:
		l.checkpoint = m.Checkpoint.ID
	case m.GoesOnFromClaimed():
		l.checkpoint, l.claimed = m.Claimed.ID, true
	}
}

// filesOf returns the data files that a manifest names.
func filesOf(m *checkpoint.Manifest) map[string]bool {
	files := map[string]bool{}
	if m.Checkpoint != nil {
		for _, s := range m.Checkpoint.Subtasks {
			for _, d := range s.Snapshots() {
				if d.File != "" {
					files[d.File] = true
				}
			}
		}
	}
	return files
}

// nextOlder says what can be gone on from where the head cannot be.
func nextOlder(fsys vfs.FS, dir string, older []link) string {
	const restore = "nothing was changed; put the file back from a backup"
	for _, l := range older {
		m, err := l.read(fsys)
		if err == nil && m.GoesOnFromClaimed() {
			if _, err := ReadClaimed(fsys, m.Claimed); err == nil {
				return fmt.Sprintf("%s, or move it out of the folder to go on from the savepoint that the job has claimed, %s: what was committed after that is then done again",
					restore, m.Claimed.Path)
			}
		}
		if err != nil || m.Checkpoint == nil || missing(fsys, dir, m) != nil {
			continue
		}
		return fmt.Sprintf("%s, or move it out of the folder to go on from the next older one that is whole, checkpoint %d of %s: what was committed after that is then done again",
			restore, l.checkpoint, l.path)
	}
	return restore + "; there is no older checkpoint that is whole"
}

// missing finds a data file of a manifest that is not there as it was written.
func missing(fsys vfs.FS, dir string, m *checkpoint.Manifest) error {
	if m.Checkpoint == nil {
		return nil
	}
	for _, s := range m.Checkpoint.Subtasks {
		for _, d := range s.Snapshots() {
			if d.File == "" {
				continue
			}
			info, err := fsys.Stat(filepath.Join(dir, d.File))
			if err == nil && (info.IsDir || info.Size != d.Size) {
				err = fmt.Errorf("%w: %d bytes, the manifest says %d", ErrDamaged, info.Size, d.Size)
			}
			if err != nil {
				return fmt.Errorf("data file %s of checkpoint %d: %w", d.File, m.Checkpoint.ID, err)
			}
		}
	}
	return nil
}
