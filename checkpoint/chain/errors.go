package chain

import (
	"errors"
	"syscall"
)

var (
	// ErrFenced says that another runner has taken over the job folder. A runner that is told so stops at once and does not start
	// again by itself: it would take the folder back, and the two would never end.
	ErrFenced = errors.New("another runner has taken over the job folder")

	// ErrAmbiguous says that a link may have been published or not. The chain takes no further link; the job starts again with a new
	// epoch and finds out which it was. What the link names must not be deleted before.
	ErrAmbiguous = errors.New("it is not known whether it took effect")

	// ErrDamaged says that a file that the chain stands on is not what was written. Nothing is skipped over by itself: the message
	// names the file and the way to go on.
	ErrDamaged = errors.New("damaged")

	// errVanished says that something that was listed is gone: another runner is at work.
	errVanished = errors.New("vanished while it was read")

	// errOvertaken says that another runner took a higher epoch while this one was taking its own.
	errOvertaken = errors.New("overtaken")
)

const (
	errNotDir  = syscall.ENOTDIR
	errNoSpace = syscall.ENOSPC
)

// linkRefused are the errors by which a file system says for certain that it has not made a link. After any other, as one that comes
// when a server did not answer, the link may still appear.
var linkRefused = []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.EMLINK, syscall.ENOTSUP}

func isAny(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
