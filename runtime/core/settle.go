package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/streamgen/streamgen/runtime"
)

// settle commits the transactions of the checkpoint, records that, and aborts all others.
func (a *attempt) settle(ctx context.Context) error {
	sinks := a.job.sinks(a.job.vertices)
	for _, o := range sinks {
		if err := a.refuseOccupied(ctx, o); err != nil {
			return &startError{fmt.Errorf("sink %s: %w", o.uid, err)}
		}
	}
	handles, err := a.commit(ctx, a.from, sinks)
	if err != nil {
		return err
	}
	a.from.committed = true
	if handles > 0 && a.from.saved == "" {
		m := *a.chain.Head()
		m.Committed = true
		if err := a.chain.Publish(m); err != nil {
			return err
		}
	}
	if err := a.abort(ctx, sinks); err != nil {
		return err
	}
	a.event(runtime.Event{Kind: runtime.EventRestoring, Checkpoint: a.from.id()})
	return nil
}

// commit commits the transactions that a checkpoint holds of some sinks and returns how many there were, none if they were committed before.
func (a *attempt) commit(ctx context.Context, from *restored, sinks []Operator) (int, error) {
	if from.committed {
		return 0, nil
	}
	handles := 0
	for _, o := range sinks {
		n, err := a.commitSink(ctx, from, o)
		if errors.Is(err, runtime.ErrTransactionLost) {
			// A restart would find the same.
			return 0, &startError{fmt.Errorf("sink %s: commit checkpoint %d: %w: it is what a subtask of it wrote before the barrier of that checkpoint at %s, "+
				"since the one before it", o.uid, from.id(), err, from.checkpoint.Triggered.Format(time.RFC3339))}
		}
		if err != nil {
			return 0, fmt.Errorf("sink %s: commit checkpoint %d: %w", o.uid, from.id(), err)
		}
		handles += n
	}
	return handles, nil
}

// abort discards what sinks have left that was not committed.
func (a *attempt) abort(ctx context.Context, sinks []Operator) error {
	for _, o := range sinks {
		if err := o.transactions.Abort(ctx, o.uid); err != nil {
			return fmt.Errorf("sink %s: abort what was not committed: %w", o.uid, err)
		}
	}
	return nil
}

// refuseOccupied refuses an output that the run would write a second time: any that is there when it starts from nothing, and what was
// committed after the savepoint that it starts from.
func (a *attempt) refuseOccupied(ctx context.Context, o Operator) error {
	after := int64(0)
	switch {
	case a.env.config.Recovery.Fresh, a.from.checkpoint != nil && a.from.saved == "":
		return nil
	case a.from.saved != "":
		after = a.from.checkpoint.ID
	}
	name, err := o.transactions.Occupied(ctx, o.uid, after)
	switch {
	case err != nil || name == "":
		return err
	case a.from.saved != "":
		return fmt.Errorf("%s is there already, committed after the savepoint %s, which would write it again: choose another output, or go on from the newest checkpoint",
			name, a.from.saved)
	}
	return fmt.Errorf("%s is there already, committed by another run, and there is no checkpoint to go on from: "+
		"give the checkpoints of that run (execution.checkpointing.dir), choose an empty output, or add to it with --fresh", name)
}

// commitSink commits the transactions of a sink and returns how many there were. Those that a savepoint has prepared belong to the output
// that they were written to: a start from it into another output, which is empty, leaves them to whoever has that.
func (a *attempt) commitSink(ctx context.Context, from *restored, o Operator) (int, error) {
	handles := from.handles(o.uid)
	for _, handle := range handles {
		err := o.transactions.Commit(ctx, handle)
		if errors.Is(err, runtime.ErrTransactionLost) && from.saved != "" && a.isUnused(ctx, o) {
			a.env.logger.Warn("this is not the output that the savepoint was taken with: what was written before it stays there, this one begins after it",
				"sink", o.uid, "savepoint", from.saved)
			return len(handles), nil
		}
		if err != nil {
			return len(handles), err
		}
	}
	return len(handles), nil
}

// isUnused reports whether a sink holds no committed output.
func (a *attempt) isUnused(ctx context.Context, o Operator) bool {
	name, err := o.transactions.Occupied(ctx, o.uid, 0)
	return err == nil && name == ""
}

// sinks are the transactional ones of some tasks.
func (j *Job) sinks(vertices []*vertexInfo) []Operator {
	var sinks []Operator
	for _, v := range vertices {
		for _, o := range v.info.Operators {
			if o.transactions != nil {
				sinks = append(sinks, o)
			}
		}
	}
	return sinks
}
