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
	var handles int
	for _, o := range a.sinks() {
		if err := a.refuseOccupied(ctx, o); err != nil {
			return &startError{fmt.Errorf("sink %s: %w", o.uid, err)}
		}
		if a.from.committed {
			continue
		}
		n, err := a.commit(ctx, o)
		if errors.Is(err, runtime.ErrTransactionLost) {
			// A restart would find the same.
			return &startError{fmt.Errorf("sink %s: commit checkpoint %d: %w: it is what a subtask of it wrote before the barrier of that checkpoint at %s, "+
				"since the one before it", o.uid, a.from.checkpoint.ID, err, a.from.checkpoint.Triggered.Format(time.RFC3339))}
		}
		if err != nil {
			return fmt.Errorf("sink %s: commit checkpoint %d: %w", o.uid, a.from.checkpoint.ID, err)
		}
		handles += n
	}
	if handles > 0 && a.from.saved == "" {
		m := *a.chain.Head()
		m.Committed = true
		if err := a.chain.Publish(m); err != nil {
			return err
		}
	}
	for _, o := range a.sinks() {
		if err := o.transactions.Abort(ctx, o.uid); err != nil {
			return fmt.Errorf("sink %s: abort what was not committed: %w", o.uid, err)
		}
	}
	id := int64(0)
	if a.from.checkpoint != nil {
		id = a.from.checkpoint.ID
	}
	a.event(runtime.Event{Kind: runtime.EventRestoring, Checkpoint: id})
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

// commit commits the transactions of a sink and returns how many there were. Those that a savepoint has prepared belong to the output
// that they were written to: a start from it into another output, which is empty, leaves them to whoever has that.
func (a *attempt) commit(ctx context.Context, o Operator) (int, error) {
	handles := a.from.handles(o.uid)
	for _, handle := range handles {
		err := o.transactions.Commit(ctx, handle)
		if errors.Is(err, runtime.ErrTransactionLost) && a.from.saved != "" && a.isUnused(ctx, o) {
			a.env.logger.Warn("this is not the output that the savepoint was taken with: what was written before it stays there, this one begins after it",
				"sink", o.uid, "savepoint", a.from.saved)
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

// sinks are the transactional ones.
func (a *attempt) sinks() []Operator {
	var sinks []Operator
	for _, v := range a.job.vertices {
		for _, o := range v.info.Operators {
			if o.transactions != nil {
				sinks = append(sinks, o)
			}
		}
	}
	return sinks
}
