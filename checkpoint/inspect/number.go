package inspect

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// A job that runs publishes a checkpoint again, under another name, when it is committed, and at each start. So a name may be gone when it is used, while
// FOLDER@NUMBER stays: the checkpoint of that number in the folder of a job, or else the savepoint of that number beside its checkpoints.

// numbered takes FOLDER@NUMBER apart. It is none where there is no folder of a job.
func numbered(fsys vfs.FS, name string) (folder string, id int64, ok bool) {
	i := strings.LastIndexByte(name, '@')
	if i < 0 {
		return "", 0, false
	}
	id, err := strconv.ParseInt(name[i+1:], 10, 64)
	if err != nil || id < 1 {
		return "", 0, false
	}
	isJob, err := chain.IsJobFolder(fsys, name[:i])
	return name[:i], id, err == nil && isJob
}

// readNumber reads what FOLDER@NUMBER names.
func readNumber(fsys vfs.FS, folder string, id int64) (*chain.Savepoint, error) {
	e, err := withNumber(fsys, folder, id)
	switch {
	case err != nil:
		return nil, err
	case e.Savepoint:
		return chain.ReadSavepoint(fsys, e.Path)
	}
	return chain.ReadNumber(fsys, folder, id)
}

// Numbered returns what FOLDER@NUMBER names, under that name. For any other name that was not found, it returns the error, with a hint where there is one.
func Numbered(fsys vfs.FS, name string, notFound error) (Entry, error) {
	folder, id, ok := numbered(fsys, name)
	if !ok {
		return Entry{}, goneHint(name, notFound)
	}
	e, err := withNumber(fsys, folder, id)
	e.Path = name
	return e, err
}

// withNumber finds what FOLDER@NUMBER names. Beside the checkpoints of a job there may be savepoints of others, with numbers of their own.
func withNumber(fsys vfs.FS, folder string, id int64) (Entry, error) {
	entries, err := Find(fsys, folder)
	if err != nil {
		return Entry{}, err
	}
	var saved []Entry
	var paths []string
	for _, e := range entries {
		switch {
		case e.Error != "" || e.ID != id:
		case e.Savepoint:
			saved, paths = append(saved, e), append(paths, e.Path)
		default:
			return e, nil
		}
	}
	switch len(saved) {
	case 0:
	case 1:
		return saved[0], nil
	default:
		return Entry{}, fmt.Errorf("%s holds several savepoints of number %d: name one by its folder, %s", folder, id, strings.Join(paths, " or "))
	}
	return Entry{}, fmt.Errorf("%s holds no checkpoint and no savepoint of number %d: ls of it lists those", folder, id)
}

// goneHint says of the name of a checkpoint that is gone how to name one that its job may publish again.
func goneHint(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(filepath.Base(path), "manifest-") {
		return fmt.Errorf("%w: a job that runs gives its checkpoints other names; %s@NUMBER names one by its number", err, filepath.Dir(filepath.Dir(path)))
	}
	return err
}
