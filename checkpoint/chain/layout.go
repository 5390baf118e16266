// Package chain keeps the manifests of a job in its folder as a chain whose head only one runner can move.
//
//	<job folder>/epoch-0000000007/manifest-000000000042    the links that epoch 7 published
//	<job folder>/epoch-0000000007/.new/                    links on their way
//	<job folder>/epoch-0000000006.fenced/…                 an epoch that was taken over
//	<job folder>/data/epoch-0000000007-checkpoint-3-…      snapshot files of epoch 7
//	<job folder>/savepoints/                               savepoints, of which the chain knows nothing
//
// A runner is fenced by renaming its folder away: it publishes by a path, and the path leads nowhere then. The comments name the
// runners of a race by their epochs: 4 was there first, 5 and 6 came after it, and any of them may sleep between any two of its file
// operations for as long as it takes the others to do all of theirs.
package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/checkpoint/vfs"
)

const (
	dataFolder = "data"
	// newFolder is within the folder of an epoch, where its links are written before they get their names.
	newFolder    = ".new"
	fencedSuffix = ".fenced"
)

// epochFolder is an entry of a job folder that belongs to an epoch.
type epochFolder struct {
	epoch  int64
	path   string
	fenced bool
}

func epochName(epoch int64) string       { return fmt.Sprintf("epoch-%010d", epoch) }
func manifestName(sequence int64) string { return fmt.Sprintf("manifest-%012d", sequence) }

// number reads what one of the functions above has written, and nothing else: a name of another form is not ours.
func number(name, prefix string, write func(int64) string) (int64, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0 && write(n) == name
}

// epochFolders lists the folders of the epochs of a job folder.
func epochFolders(fsys vfs.FS, dir string) ([]epochFolder, error) {
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoint chain: list the job folder: %w%s", err, advice(err))
	}
	var folders []epochFolder
	for _, e := range entries {
		name, _, fenced := strings.Cut(e.Name, fencedSuffix)
		if epoch, ok := number(name, "epoch-", epochName); ok {
			folders = append(folders, epochFolder{epoch: epoch, path: filepath.Join(dir, e.Name), fenced: fenced})
		}
	}
	return folders, nil
}

// newestEpoch returns the highest epoch that was taken in a job folder, 0 if none was.
func newestEpoch(fsys vfs.FS, dir string) (int64, error) {
	folders, err := epochFolders(fsys, dir)
	newest := int64(0)
	for _, f := range folders {
		newest = max(newest, f.epoch)
	}
	return newest, err
}

// advice says what to do about an error of the file system, where there is something to be said.
func advice(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return " (the user that runs the job must be allowed to read and write all of the job folder)"
	case errors.Is(err, errNotDir):
		return " (a file is where a folder should be: move it away, or choose another folder)"
	case errors.Is(err, errNoSpace):
		return " (free some space; nothing that was published is lost)"
	}
	return ""
}
