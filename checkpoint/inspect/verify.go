package inspect

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Verify reads every byte of the checkpoint at path and checks it against its checksums. It returns all that is damaged, joined. Progress may
// be nil.
func Verify(fsys vfs.FS, path string, progress Progress) error {
	saved, err := Read(fsys, path)
	if err != nil {
		return err
	}
	subtasks := saved.Manifest.Checkpoint.Subtasks
	m := &meter{progress: progress}
	for i := range subtasks {
		for _, d := range subtasks[i].Snapshots() {
			m.total += d.Size
		}
	}
	var errs []error
	before := int64(0) // what the snapshots so far hold
	for i := range subtasks {
		for _, d := range subtasks[i].Snapshots() {
			f, err := openSnapshot(saved, &subtasks[i], d)
			if err != nil {
				errs = append(errs, err)
			} else if stop := verifySections(f, m, &errs); stop != nil {
				return stop
			}
			before += d.Size
			if err := m.at(before); err != nil {
				return err
			}
		}
	}
	return errors.Join(errs...)
}

// IsDamage reports whether what Verify has found is damage, and not that something could not be read.
func IsDamage(err error) bool {
	_, manifest := errors.AsType[*checkpoint.DamagedError](err)
	_, data := errors.AsType[*snapshot.DamagedError](err)
	return manifest || data || errors.Is(err, chain.ErrDamaged)
}

// verifySections reads every section of a snapshot, and closes it. It returns an error only if it is to stop.
func verifySections(f *file, m *meter, damage *[]error) error {
	defer func() {
		if err := f.reader.Close(); err != nil {
			*damage = append(*damage, err)
		}
	}()
	for _, section := range f.snapshot.Sections() {
		if err := f.snapshot.Blocks(section, func([]byte, int) error { return nil }); err != nil {
			*damage = append(*damage, fmt.Errorf("%s: %w", f.snapshot.Name, err))
		}
		if err := m.add(section.Stored()); err != nil {
			return err
		}
	}
	return nil
}
