package core_test

import (
	"bytes"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// failing is a disk on which so many operations fail of those that are meant; -1: all.
func failing(times int, meant func(h *history, op vfs.Op, name string) bool) func() func(*history, vfs.Op, string) error {
	return func() func(*history, vfs.Op, string) error {
		left := times
		return func(h *history, op vfs.Op, name string) error {
			if left == 0 || !meant(h, op, name) {
				return nil
			}
			left--
			return errDisk
		}
	}
}

// storing is the write of a snapshot's file, publishing the one of the manifest of a checkpoint.
func storing(_ *history, op vfs.Op, name string) bool {
	return op == vfs.OpWrite && strings.Contains(name, "/data/")
}

func publishing(h *history, op vfs.Op, name string) bool {
	return op == vfs.OpWrite && strings.Contains(name, "/.new/manifest-") && h.publishing()
}

// storingInFlight is an operation on a snapshot's file that holds, or is to hold, records in flight.
func storingInFlight(op vfs.Op) func(*history, vfs.Op, string) bool {
	return func(h *history, o vfs.Op, name string) bool {
		return o == op && holds(h.snapshots[name], isInFlight)
	}
}

// heldInFlight reports whether some snapshot's file held records in flight to an operator.
func (h *history) heldInFlight(uid string) bool {
	for _, b := range h.snapshots {
		if holds(b, func(s snapshot.Section) bool { return s.Operator == uid && isInFlight(s) }) {
			return true
		}
	}
	return false
}

func isInFlight(s snapshot.Section) bool {
	return strings.HasPrefix(s.State, checkpoint.InFlightName(""))
}

// holds reports whether a snapshot holds a section of some kind.
func holds(b []byte, is func(snapshot.Section) bool) bool {
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return false // it is none, or nothing is known of it
	}
	for _, s := range r.Sections() {
		if is(s) {
			return true
		}
	}
	return false
}

// noting is a disk that lets the history know what is to be in the file of a snapshot, before it is written.
type noting struct {
	vfs.FS
	history *history
}

func (n noting) Create(name string) (vfs.File, error) {
	f, err := n.FS.Create(name)
	if err != nil || !strings.Contains(name, "/data/") {
		return f, err
	}
	return notingFile{f, n.history, name}, nil
}

type notingFile struct {
	vfs.File
	history *history
	name    string
}

func (f notingFile) Write(b []byte) (int, error) {
	f.history.mu.Lock()
	f.history.snapshots[f.name] = append(f.history.snapshots[f.name], b...)
	f.history.mu.Unlock()
	return f.File.Write(b)
}

// eventually says that an event of some kind came, in any attempt.
func eventually(kind runtime.EventKind) func(*history) bool {
	return func(h *history) bool { return len(h.all(kind)) > 0 }
}
