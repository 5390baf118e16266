package inspect

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Read reads the checkpoint or savepoint at path, as an Entry names it. Its data files are looked for, but not read.
func Read(fsys vfs.FS, path string) (*chain.Savepoint, error) {
	info, err := fsys.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir:
		return chain.ReadSavepoint(fsys, path)
	}
	return chain.ReadCheckpoint(fsys, path)
}

// Verify reads every byte of the checkpoint at path and checks it against its checksums. It returns all that is damaged, joined. Read is told of
// the bytes that were read so far, and of how many there are; it may be nil.
func Verify(fsys vfs.FS, path string, progress func(read, total int64)) error {
	saved, err := Read(fsys, path)
	if err != nil {
		return err
	}
	var total, done int64
	for _, s := range saved.Manifest.Checkpoint.Subtasks {
		for _, d := range s.Snapshots() {
			total += d.Size
		}
	}
	var errs []error
	for _, s := range saved.Manifest.Checkpoint.Subtasks {
		for _, d := range s.Snapshots() {
			if err := verifyData(saved, d); err != nil {
				errs = append(errs, fmt.Errorf("%s, subtask %d of %d: %w", s.Task, s.Index+1, s.Parallelism, err))
			}
			if done += d.Size; progress != nil {
				progress(done, total)
			}
		}
	}
	return errors.Join(errs...)
}

// verifyData reads every section of a snapshot.
func verifyData(saved *chain.Savepoint, d checkpoint.Data) (err error) {
	r, err := saved.ReadData(d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	where := d.File
	if where == "" {
		where = "the manifest"
	}
	snap, err := snapshot.Open(r, r.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	var errs []error
	var entries []byte
	for _, section := range snap.Sections() {
		if entries, err = snap.Read(section, entries[:0]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	return errors.Join(errs...)
}
