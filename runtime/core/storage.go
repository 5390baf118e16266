package core

import (
	"errors"
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
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

// store makes a snapshot durable: small ones go into the manifest, which is, as long as they are small with the bases that are in it. What was in flight
// goes through memory bit by bit.
func (a *attempt) store(s *subtask, snap *Snapshot) (checkpoint.Data, error) {
	id, name, threshold := snap.barrier.ID, fileName(s.task.info.name, s.index), a.env.config.Checkpointing.InlineThreshold
	var file *chain.DataFile
	snap.data.StreamTo(threshold, func(b []byte) (err error) {
		if file == nil {
			if file, err = a.chain.CreateData(id, name); err != nil {
				return err
			}
		}
		_, err = file.Write(b)
		return err
	})
	err := snap.writeInFlight()
	switch {
	case file == nil && err != nil:
		return checkpoint.Data{}, err
	case file == nil:
		b := snap.data.Finish()
		inline := len(b)
		for _, d := range snap.held.Bases {
			inline += len(d.Inline)
		}
		if inline <= threshold {
			return checkpoint.Data{Inline: b, Size: int64(len(b))}, nil
		}
		return a.chain.WriteData(id, name, b)
	case err == nil:
		_, err = file.Write(snap.data.Finish())
	}
	data, closed := file.Close()
	if err == nil {
		err = closed
	}
	return data, err
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

// snapshotFiles are the open snapshots of a subtask in the checkpoint that the run goes on from.
type snapshotFiles struct {
	what string // for messages: whose they are
	// stack has the keyed states, own alone all others. Own is nil if the subtask had written nothing.
	stack snapshot.Stack
	own   *snapshot.Reader
	files []vfs.Reader
}

// open opens what an old subtask held, once for each new one that needs it.
func (r *Restore) open(s *checkpoint.Subtask) (*snapshotFiles, error) {
	if f := r.readers[s]; f != nil {
		return f, nil
	}
	f := &snapshotFiles{what: fmt.Sprintf("checkpoint %d: snapshot of %s", r.from.checkpoint.ID, subtaskName(s.Task, s.Index, s.Parallelism))}
	r.readers[s] = f
	for _, d := range s.Snapshots() {
		file, err := r.from.read(d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.what, unreadable(err))
		}
		f.files = append(f.files, file)
		reader, err := snapshot.Open(file, d.Size)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", f.what, place(d), unreadable(err))
		}
		reader.Name = place(d)
		f.stack = append(f.stack, reader)
	}
	if s.Data.Size > 0 {
		f.own = f.stack[len(f.stack)-1]
	}
	return f, nil
}

func (f *snapshotFiles) close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
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
