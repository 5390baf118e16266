// Package channel connects a pipeline to Go channels, for programs that embed a job.
package channel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/streamgen/streamgen/runtime"
)

// Source returns a source of what comes out of ch, until ch is closed. One subtask reads it.
//
// The records since the last completed checkpoint are kept in memory: when the job restarts within the process they are read again. A
// job without checkpoints needs [FromChannel.WithoutReplay], or they are kept for ever. Another process has other channels: what a
// job had read since the checkpoint that it goes on from is lost then, unless the sender sends it again.
//
// The source must not be read by two jobs at a time.
func Source[T any](ch <-chan T) *FromChannel[T] { return &FromChannel[T]{log: newLog(ch)} }

// FromChannel is the source that [Source] returns.
type FromChannel[T any] struct{ log *log[T] }

// WithoutReplay makes the source keep nothing that was read: after a failure the job goes on with what comes next.
func (s *FromChannel[T]) WithoutReplay() *FromChannel[T] {
	s.log.forget = true
	return s
}

const splitID = "channel"

// Connector implements [runtime.Source].
func (s *FromChannel[T]) Connector() runtime.Connector {
	return runtime.Connector{Kind: "channel", Version: 1}
}

// Splits implements [runtime.Source]. A channel is one split.
func (s *FromChannel[T]) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	switch {
	case s.log.in == nil:
		return nil, errors.New("channel: the channel is nil")
	case len(known) == 0:
		return []runtime.Split{{ID: splitID, Weight: 1}}, nil
	case len(known) > 1 || known[0].ID != splitID:
		return nil, fmt.Errorf("channel: splits %v: not the one of a channel", known)
	}
	return known, nil
}

// Open implements [runtime.Source].
func (s *FromChannel[T]) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[T], error) {
	if len(splits) == 0 || splits[0].Done {
		return &reader[T]{splits: splits}, nil
	}
	position, err := parsePosition(splits[0])
	if err != nil {
		return nil, err
	}
	from, skipped, err := s.log.rewind(position)
	if err != nil {
		return nil, err
	}
	if skipped {
		ctx.Logger().Warn("the channel is new since the checkpoint: what the job had read after it is lost unless it is sent again", "records", position)
	}
	return &reader[T]{splits: splits, log: s.log, begin: from, next: from, pump: startPump(s.log, ctx.Wake)}, nil
}

// A position is the number of the next record as a varint; with no bytes it is the first.
func parsePosition(s runtime.Split) (int64, error) {
	if len(s.Position) == 0 {
		return 0, nil
	}
	position, n := binary.Uvarint(s.Position)
	if n != len(s.Position) || int64(position) < 0 {
		return 0, fmt.Errorf("channel: position %x is no number", s.Position)
	}
	return int64(position), nil
}

// reader reads the log. With nothing to read it has none.
type reader[T any] struct {
	splits []runtime.Split
	log    *log[T]
	pump   *pump
	// begin and next are the numbers of the records that the last Read began at and ended before.
	begin, next int64
	ended       bool
	// snapshots are the positions of checkpoints that are not known to be complete.
	snapshots []snapshot
}

type snapshot struct{ checkpoint, position int64 }

// Read implements [runtime.Reader].
func (r *reader[T]) Read(records []T) (int, error) {
	if r.log == nil {
		return 0, io.EOF
	}
	n, ended := r.log.read(r.next, records)
	r.begin = r.next
	r.next += int64(n)
	if r.ended = ended; ended {
		return 0, io.EOF
	}
	return n, nil
}

// Snapshot implements [runtime.Reader].
func (r *reader[T]) Snapshot(checkpoint int64, consumed int) ([]runtime.Split, error) {
	if r.log == nil {
		return r.splits, nil
	}
	position := r.begin + int64(consumed)
	if position > r.next {
		return nil, fmt.Errorf("channel: snapshot behind %d records of a read of %d", consumed, r.next-r.begin)
	}
	r.snapshots = append(r.snapshots, snapshot{checkpoint, position})
	s := r.splits[0]
	s.Position = binary.AppendUvarint(nil, uint64(position))
	s.Done = r.ended
	return []runtime.Split{s}, nil
}

// CheckpointComplete implements [runtime.CompletionListener]: what was read before it is not needed any more.
func (r *reader[T]) CheckpointComplete(checkpoint int64) {
	for len(r.snapshots) > 0 && r.snapshots[0].checkpoint <= checkpoint {
		r.log.release(r.snapshots[0].position)
		r.snapshots = r.snapshots[1:]
	}
}

// Close implements [runtime.Reader].
func (r *reader[T]) Close() error {
	if r.pump != nil {
		r.pump.close()
	}
	return nil
}
