package core

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/streamgen/streamgen/runtime"
)

// SourcePort is where a task reads its source.
type SourcePort[T any] struct {
	source  runtime.Source[T]
	reader  runtime.Reader[T]
	uid     string
	batch   batch[T] // of the last Read
	records atomic.Int64
}

// NewSourcePort returns a port that Restore opens.
func NewSourcePort[T any](source runtime.Source[T]) SourcePort[T] {
	return SourcePort[T]{source: source}
}

// anySource is a SourcePort of any type, as the core drives it.
type anySource interface {
	open(uid string, ctx runtime.SourceContext, splits []runtime.Split) error
	// poll returns records to process, what was left of the last ones first; nil if there are none now, io.EOF if there never will be.
	poll() (Records, error)
	snapshot(checkpoint int64) ([]runtime.Split, error)
	listener
	count() int64
	close() error
}

func (p *SourcePort[T]) open(uid string, ctx runtime.SourceContext, splits []runtime.Split) error {
	p.uid = uid
	p.batch.records = make([]T, 0, batchSize)
	reader, err := p.source.Open(ctx, splits)
	if err != nil {
		return fmt.Errorf("source %s: %w", uid, err)
	}
	p.reader = reader
	return nil
}

func (p *SourcePort[T]) poll() (Records, error) {
	if p.batch.next < len(p.batch.records) {
		return &p.batch, nil
	}
	n, err := p.reader.Read(p.batch.records[:batchSize])
	p.batch.next, p.batch.records = 0, p.batch.records[:max(n, 0)]
	switch {
	case err == io.EOF && n == 0:
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("source %s: %w", p.uid, err)
	case n == 0:
		return nil, nil
	}
	p.records.Add(int64(n))
	return &p.batch, nil
}

func (p *SourcePort[T]) snapshot(checkpoint int64) ([]runtime.Split, error) {
	splits, err := p.reader.Snapshot(checkpoint, p.batch.next)
	if err != nil {
		return nil, fmt.Errorf("source %s: snapshot: %w", p.uid, err)
	}
	return splits, nil
}

func (p *SourcePort[T]) complete(checkpoint int64) { tellComplete(p.reader, checkpoint) }
func (p *SourcePort[T]) aborted(checkpoint int64)  { tellAborted(p.reader, checkpoint) }

func (p *SourcePort[T]) count() int64 { return p.records.Load() }

func (p *SourcePort[T]) close() error {
	if p.reader == nil {
		return nil
	}
	if err := p.reader.Close(); err != nil {
		return fmt.Errorf("source %s: close: %w", p.uid, err)
	}
	return nil
}

// splitPlan divides the splits of every source among its subtasks.
type splitPlan map[string][][]runtime.Split

// planSplits asks every source among some tasks for its splits and deals them out: the largest first, each to the subtask that has the least; those that
// are done go round.
func planSplits(ctx context.Context, vertices []*vertexInfo, from *restored) (splitPlan, error) {
	plan := splitPlan{}
	var errs []error
	for _, v := range vertices {
		for _, o := range v.info.Operators {
			if o.splits == nil {
				continue
			}
			splits := from.splits(o.uid)
			// What a source brings anew after its operators have finished would never be flushed.
			if !from.finished(o.uid) {
				var err error
				if splits, err = o.splits(ctx, splits); err != nil {
					errs = append(errs, fmt.Errorf("source %s: %w", o.uid, err))
					continue
				}
			}
			plan[o.uid] = deal(splits, v.parallelism)
		}
	}
	return plan, errors.Join(errs...)
}
