package chain

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Look reads the head of a chain and looks for its data files, without taking the chain over: a start that cannot go on from it finds
// that out while the runner that has the chain runs on. It returns nil if there is no link yet. A chain that is damaged is [ErrDamaged].
func Look(fsys vfs.FS, dir, job string) (*checkpoint.Manifest, error) {
	for range maxAttempts {
		if info, err := fsys.Stat(dir); isAny(err, []error{fs.ErrNotExist, errNotDir}) || err == nil && !info.IsDir {
			return nil, nil // that a file stands there is for Take to say
		}
		found, err := survey(fsys, dir, job)
		if errors.Is(err, errVanished) {
			continue // by the collector of the runner that has the chain
		}
		if err != nil || found.head == nil {
			return nil, err
		}
		err = missing(fsys, dir, found.head)
		if err == nil {
			return found.head, nil
		}
		// A newer head may stand in the place of one whose data is gone.
		again, lookErr := survey(fsys, dir, job)
		if lookErr != nil || again.head == nil || again.head.Sequence == found.head.Sequence {
			return nil, fmt.Errorf("checkpoint chain: the newest checkpoint, %s, is %w: %w; %s", found.links[0].path, ErrDamaged, err,
				nextOlder(fsys, dir, found.links[1:]))
		}
	}
	return nil, fmt.Errorf("checkpoint chain: the files in %s change all the time: is the job being started again and again?", dir)
}
