package core

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// This file is where a job keeps its savepoints.

// savepointsFolder is the folder of the job's savepoints, "" if there is none.
func (a *attempt) savepointsFolder() string {
	switch dir := a.env.config.Checkpointing.SavepointDir; {
	case dir != "":
		return dir
	case a.inMemory():
		return ""
	default:
		return filepath.Join(a.folder, "savepoints")
	}
}

// savepointName is the name of a savepoint's own folder.
func (a *attempt) savepointName(id int64) string {
	return fmt.Sprintf("%s%d-%s", savepointPrefix(a.job.name), id, a.token)
}

func savepointPrefix(job string) string { return "savepoint-" + job + "-" }

// newestSavepoint is the highest number of a savepoint that is in the folder, 0 if there is none. No link has it. Were it used again, what is committed
// under it could not be told from what was committed before the savepoint, and a start from that would write it a second time.
func (a *attempt) newestSavepoint() (int64, error) {
	folder := a.savepointsFolder()
	if folder == "" {
		return 0, nil
	}
	entries, err := a.env.files.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return 0, nil // there was no savepoint yet
	}
	if err != nil {
		return 0, fmt.Errorf("list the savepoints in %s, whose numbers are not to be used again: %w", folder, err)
	}
	newest := int64(0)
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name, savepointPrefix(a.job.name)); ok {
			digits, _, _ := strings.Cut(rest, "-")
			if id, err := strconv.ParseInt(digits, 10, 64); err == nil {
				newest = max(newest, id)
			}
		}
	}
	return newest, nil
}
