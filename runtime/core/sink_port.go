package core

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/runtime"
)

// SinkPort is where a task writes to a sink. What was pre-committed at a barrier waits in it until its checkpoint is complete.
type SinkPort[T any] struct {
	sink     runtime.Sink[T]
	writer   runtime.Writer[T]
	task     *Task
	uid      string
	added    []T
	prepared []prepared
	last     moment // of the open transaction: where it began
	records  atomic.Int64
}

// prepared is a transaction with the checkpoint that it was prepared for.
type prepared struct {
	checkpoint int64
	handle     []byte
	from, to   moment // what was written between them is in it
}

// moment is a barrier, or the start of the run.
type moment struct {
	checkpoint int64 // 0: the start
	at         time.Time
}

func (m moment) String() string {
	at := m.at.Format(time.RFC3339)
	if m.checkpoint == 0 {
		return "the start of the run at " + at
	}
	return fmt.Sprintf("the barrier of checkpoint %d at %s", m.checkpoint, at)
}

// NewSinkPort returns a port that Restore opens.
func NewSinkPort[T any](sink runtime.Sink[T]) SinkPort[T] { return SinkPort[T]{sink: sink} }

// Write writes records, in order.
func (p *SinkPort[T]) Write(records []T) {
	if len(records) == 0 {
		return
	}
	if err := p.writer.Write(records); err != nil {
		p.task.fail(p.uid, fmt.Errorf("write: %w", err))
	}
	p.records.Store(p.records.Load() + int64(len(records)))
}

// Add writes a record with others, at the end of the step.
func (p *SinkPort[T]) Add(record T) { p.added = append(p.added, record) }

// anySink is a SinkPort of any type, as the core drives it.
type anySink interface {
	open(uid string, task *Task, ctx runtime.SinkContext) error
	// flush writes what was added.
	flush()
	// prepare ends the transaction at a barrier and returns every handle that is not committed yet, with what is to be done to make
	// the new one durable.
	prepare(checkpoint int64) (handles [][]byte, sync func() error, err error)
	// takePrepared hands out the transactions of checkpoints up to this one, to be committed.
	takePrepared(checkpoint int64) []prepared
	commit(ctx context.Context, t prepared) error
	listener
	transactional() bool
	count() int64
	close() error
}

func (p *SinkPort[T]) open(uid string, task *Task, ctx runtime.SinkContext) error {
	p.uid, p.task = uid, task
	writer, err := p.sink.Open(ctx)
	if err != nil {
		return fmt.Errorf("sink %s: %w", uid, err)
	}
	p.writer = writer
	p.last = moment{at: task.env.wall()}
	return nil
}

func (p *SinkPort[T]) flush() {
	if len(p.added) > 0 {
		p.Write(p.added)
		clear(p.added)
		p.added = p.added[:0]
	}
}

func (p *SinkPort[T]) prepare(checkpoint int64) ([][]byte, func() error, error) {
	t, err := p.writer.Prepare(checkpoint)
	if err != nil {
		return nil, nil, fmt.Errorf("sink %s: prepare: %w", p.uid, err)
	}
	from := p.last
	p.last = moment{checkpoint, p.task.env.wall()}
	if t.Handle != nil {
		p.prepared = append(p.prepared, prepared{checkpoint, t.Handle, from, p.last})
	}
	var handles [][]byte
	for _, t := range p.prepared {
		handles = append(handles, t.handle)
	}
	sync := t.Sync
	if sync == nil {
		return handles, nil, nil
	}
	uid := p.uid
	return handles, func() error {
		if err := sync(); err != nil {
			return fmt.Errorf("sink %s: pre-commit: %w", uid, err)
		}
		return nil
	}, nil
}

func (p *SinkPort[T]) takePrepared(checkpoint int64) []prepared {
	var taken []prepared
	for len(p.prepared) > 0 && p.prepared[0].checkpoint <= checkpoint {
		taken = append(taken, p.prepared[0])
		p.prepared = p.prepared[1:]
	}
	return taken
}

func (p *SinkPort[T]) commit(ctx context.Context, transaction prepared) error {
	t, ok := p.sink.(runtime.TransactionalSink)
	if !ok {
		return nil
	}
	err := t.Commit(ctx, transaction.handle)
	if errors.Is(err, runtime.ErrTransactionLost) {
		return fmt.Errorf("sink %s: commit: %w: it is what this subtask wrote between %v and %v", p.uid, err, transaction.from, transaction.to)
	}
	if err != nil {
		return fmt.Errorf("sink %s: commit: %w", p.uid, err)
	}
	return nil
}

func (p *SinkPort[T]) complete(checkpoint int64) { tellComplete(p.writer, checkpoint) }
func (p *SinkPort[T]) aborted(checkpoint int64)  { tellAborted(p.writer, checkpoint) }

func (p *SinkPort[T]) transactional() bool { return p.sink.Guarantee() == runtime.Transactional }

func (p *SinkPort[T]) count() int64 { return p.records.Load() }

func (p *SinkPort[T]) close() error {
	if p.writer == nil {
		return nil
	}
	if err := p.writer.Close(); err != nil {
		return fmt.Errorf("sink %s: close: %w", p.uid, err)
	}
	return nil
}
