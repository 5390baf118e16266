package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Remove deletes a savepoint, or a retained checkpoint that its job does not go on from. Nothing is deleted that another checkpoint needs, nor
// what is not part of it. What is left of a savepoint, an empty folder at the least, after its removal was interrupted is deleted too. It returns how many
// bytes are free now.
func Remove(fsys vfs.FS, path string) (freed int64, err error) {
	info, err := fsys.Stat(path)
	if err != nil {
		if folder, id, ok := numbered(fsys, path); ok {
			return removeNumber(fsys, folder, id)
		}
		err = goneHint(path, err)
	}
	switch {
	case filepath.Base(path) == chain.SavepointManifest && (errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir):
		return removeSavepoint(fsys, filepath.Dir(path))
	case err != nil:
		return 0, err
	case info.IsDir:
		return removeSavepoint(fsys, path)
	}
	isIt := func(r chain.Retained) bool { return filepath.Clean(r.Path) == filepath.Clean(path) }
	return removeCheckpoint(fsys, filepath.Dir(filepath.Dir(path)), path, isIt)
}

// removeNumber removes what FOLDER@NUMBER names.
func removeNumber(fsys vfs.FS, folder string, id int64) (freed int64, err error) {
	e, err := withNumber(fsys, folder, id)
	switch {
	case err != nil:
		return 0, err
	case e.Savepoint:
		return removeSavepoint(fsys, e.Path)
	}
	return removeCheckpoint(fsys, folder, fmt.Sprintf("%s@%d", folder, id), func(r chain.Retained) bool { return r.Manifest.Checkpoint.ID == id })
}

// removedManifest is the name of the manifest of a savepoint that is being removed.
const removedManifest = ".removed"

// removeSavepoint takes the name of the manifest away first, so that what is left after a crash is no savepoint, and deletes the manifest last: by that the
// next removal knows what the rest is.
func removeSavepoint(fsys vfs.FS, dir string) (int64, error) {
	whole, removed := filepath.Join(dir, chain.SavepointManifest), filepath.Join(dir, removedManifest)
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	if len(entries) == 0 {
		return 0, removeFolder(fsys, dir)
	}
	manifest := whole
	b, err := fsys.ReadFile(whole)
	if errors.Is(err, fs.ErrNotExist) {
		manifest = removed
		b, err = fsys.ReadFile(removed)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s is no savepoint, since it has no file %s: nothing was removed", dir, chain.SavepointManifest)
	}
	if err != nil {
		return 0, err
	}
	m, err := checkpoint.DecodeManifest(b)
	if err == nil && m.Checkpoint == nil {
		err = errors.New("it holds no checkpoint")
	}
	if err != nil {
		return 0, fmt.Errorf("%s is no manifest of a savepoint, or a damaged one: %w; nothing was removed: delete the folder by hand if it is one", manifest, err)
	}
	ours := append(files(m), "."+chain.SavepointManifest)
	var names []string
	for _, e := range entries {
		switch {
		case e.Name == filepath.Base(manifest):
		case e.IsDir || !slices.Contains(ours, e.Name):
			return 0, fmt.Errorf("%s holds %s, which is no part of a savepoint: nothing was removed", dir, e.Name)
		default:
			names = append(names, filepath.Join(dir, e.Name))
		}
	}
	if manifest == whole {
		if err := fsys.Rename(whole, removed); err != nil {
			return 0, err
		}
	}
	if err := fsys.SyncDir(dir); err != nil {
		return 0, err
	}
	freed, err := removeFiles(fsys, names)
	if err == nil {
		err = fsys.SyncDir(dir)
	}
	if err != nil {
		return freed, err
	}
	size, err := removeFiles(fsys, []string{removed})
	if err != nil {
		return freed, err
	}
	return freed + size, removeFolder(fsys, dir)
}

func removeFolder(fsys vfs.FS, dir string) error {
	return errors.Join(fsys.Remove(dir), fsys.SyncDir(filepath.Dir(dir)))
}

// removeCheckpoint deletes the links first: what it named is garbage then, which the collector of the job deletes too. What the last run has written is
// left to that, unless the job has ended: if it runs, a checkpoint under way may rest on it.
func removeCheckpoint(fsys vfs.FS, folder, path string, isIt func(chain.Retained) bool) (int64, error) {
	retained, err := chain.List(fsys, folder)
	if err != nil {
		return 0, err
	}
	var own *chain.Retained
	kept := map[string]bool{}
	for i, r := range retained {
		switch {
		case r.Err != nil:
			return 0, fmt.Errorf("what %s needs is not known: %w; nothing was removed", r.Path, r.Err)
		case isIt(r):
			own = &retained[i]
		default:
			for _, file := range files(r.Manifest) {
				kept[file] = true
			}
		}
	}
	switch {
	case own == nil:
		return 0, fmt.Errorf("%s is no checkpoint that is retained: ls of %s lists those", path, folder)
	case own.Head:
		return 0, fmt.Errorf("%s is the checkpoint that its job goes on from: to give the job up, remove its folder", path)
	}
	names := own.Links
	head := retained[0].Manifest
	for _, file := range files(own.Manifest) {
		if !kept[file] && (head.Status != checkpoint.Running || !chain.WroteIn(head.Epoch, file)) {
			names = append(names, filepath.Join(folder, file))
		}
	}
	return removeFiles(fsys, names)
}

func files(m *checkpoint.Manifest) []string {
	var names []string
	for _, s := range m.Checkpoint.Subtasks {
		for _, d := range s.Snapshots() {
			if d.File != "" {
				names = append(names, d.File)
			}
		}
	}
	return names
}

func removeFiles(fsys vfs.FS, names []string) (freed int64, err error) {
	for _, name := range names {
		info, err := fsys.Stat(name)
		if err == nil {
			err = fsys.Remove(name)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // the job runs, and does not need it any more either
		case err != nil:
			return freed, err
		default:
			freed += info.Size
		}
	}
	return freed, nil
}
