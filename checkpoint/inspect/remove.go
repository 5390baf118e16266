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
// what is not part of it. It returns how many bytes are free now.
func Remove(fsys vfs.FS, path string) (freed int64, err error) {
	info, err := fsys.Stat(path)
	switch {
	case err != nil:
		return 0, err
	case info.IsDir:
		return removeSavepoint(fsys, path)
	case filepath.Base(path) == chain.SavepointManifest:
		return removeSavepoint(fsys, filepath.Dir(path))
	}
	return removeCheckpoint(fsys, path)
}

// removeSavepoint deletes the manifest first: what is left after a crash is no savepoint.
func removeSavepoint(fsys vfs.FS, dir string) (int64, error) {
	manifest := filepath.Join(dir, chain.SavepointManifest)
	b, err := fsys.ReadFile(manifest)
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
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	ours := append(files(m), "."+chain.SavepointManifest)
	names := []string{manifest}
	for _, e := range entries {
		switch {
		case e.Name == chain.SavepointManifest:
		case e.IsDir || !slices.Contains(ours, e.Name):
			return 0, fmt.Errorf("%s holds %s, which is no part of a savepoint: nothing was removed", dir, e.Name)
		default:
			names = append(names, filepath.Join(dir, e.Name))
		}
	}
	freed, err := removeFiles(fsys, names)
	if err != nil {
		return freed, err
	}
	return freed, errors.Join(fsys.Remove(dir), fsys.SyncDir(filepath.Dir(dir)))
}

// removeCheckpoint deletes the links first: what it named is garbage then, which the collector of the job deletes too. What the last run has written is
// left to that, unless the job has ended: if it runs, a checkpoint under way may rest on it.
func removeCheckpoint(fsys vfs.FS, path string) (int64, error) {
	folder := filepath.Dir(filepath.Dir(path))
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
		case filepath.Clean(r.Path) == filepath.Clean(path):
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
