package file

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// makeFolder makes a folder, and those above it, and their names durable: files in a folder that a power loss takes are lost.
//
// A name is made durable before a folder is made below it. So the only one that may be there and not durable, of a run that was killed,
// is the lowest.
func makeFolder(fsys vfs.FS, dir string) error {
	info, err := fsys.Stat(dir)
	switch {
	case err == nil && !info.IsDir:
		return fmt.Errorf("%s is a file: the output needs a folder", dir)
	case err == nil:
		err = fsys.SyncDir(filepath.Dir(dir))
		if errors.Is(err, fs.ErrPermission) {
			return nil // who may not read the folder above has not made this one
		}
		return err
	case !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir:
		return err
	}
	if err := makeFolder(fsys, filepath.Dir(dir)); err != nil {
		return err
	}
	if err := fsys.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) { // another subtask makes it too
		return err
	}
	return fsys.SyncDir(filepath.Dir(dir))
}
