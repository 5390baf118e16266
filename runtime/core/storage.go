package core

import (
	"errors"
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/runtime/config"
)

// newSnapshot returns where a subtask puts its states.
func (a *attempt) newSnapshot() *snapshot.Writer {
	codec := snapshot.S2
	if a.env.config.Checkpointing.Compression == config.NoCompression {
		codec = snapshot.None
	}
	return snapshot.NewWriter(codec)
}

// store makes a snapshot durable: small ones go into the manifest, which is.
func (a *attempt) store(checkpointID int64, s *subtask, b []byte) (checkpoint.Data, error) {
	if len(b) <= a.env.config.Checkpointing.InlineThreshold {
		return checkpoint.Data{Inline: b, Size: int64(len(b))}, nil
	}
	return a.chain.WriteData(checkpointID, fileName(s.task.info.name, s.index), b)
}

// fileName makes a name for a file of a subtask's: a uid may hold what a file's name may not.
func fileName(uid string, subtask int) string {
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}
	return fmt.Sprintf("%.40s-%d", strings.Map(plain, uid), subtask)
}

// snapshotFile is an open snapshot of the checkpoint that the run goes on from.
type snapshotFile struct {
	what   string // for messages: whose it is and where
	reader *snapshot.Reader
	close  func() error
}

// open opens what an old subtask held, once for each new one that needs it.
func (r *Restore) open(s *checkpoint.Subtask) (*snapshotFile, error) {
	if f := r.readers[s]; f != nil {
		return f, nil
	}
	what := fmt.Sprintf("checkpoint %d: snapshot of %s", r.from.checkpoint.ID, subtaskName(s.Task, s.Index, s.Parallelism))
	file, err := r.from.read(s.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, unreadable(err))
	}
	what += ", " + place(s.Data)
	reader, err := snapshot.Open(file, s.Data.Size)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", what, unreadable(err))
	}
	f := &snapshotFile{what: what, reader: reader, close: file.Close}
	r.readers[s] = f
	return f, nil
}

// unreadable makes damage an error that ends the job: it is still there after a restart. Any other error, of a disk that hangs for
// example, may pass.
func unreadable(err error) error {
	if _, ok := errors.AsType[*snapshot.DamagedError](err); ok {
		return &startError{fmt.Errorf("%w; put the file back from a backup, or start from an older checkpoint or a savepoint", err)}
	}
	if errors.Is(err, chain.ErrDamaged) {
		return &startError{err}
	}
	return err
}

// place says where a snapshot is.
func place(d checkpoint.Data) string {
	if d.File == "" {
		return "in the manifest"
	}
	return d.File
}
