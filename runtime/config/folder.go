package config

import "path/filepath"

// JobDir is the folder of the checkpoints of the job of that name: Dir, or a folder below it if CreateSubdir says so. It is "" if
// checkpoints are kept in memory.
func (c Checkpointing) JobDir(job string) string {
	switch {
	case c.Storage != FileSystem:
		return ""
	case c.CreateSubdir:
		return filepath.Join(c.Dir, job)
	}
	return c.Dir
}
