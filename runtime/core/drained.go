package core

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
)

// errDrained is why a job does not go on from its newest checkpoint.
var errDrained = errors.New("it was taken by a stop with drain")

// drainedError is the refusal to go on from a checkpoint whose job was drained.
func drainedError(id int64) error {
	return &startError{fmt.Errorf("checkpoint %d is not one to go on from: %w, which told every operator that the input had ended: timers have fired and what "+
		"was gathered was flushed, so more input would be counted against results that are out; --fresh begins from nothing, "+
		"or start from a savepoint before it, with a folder of its own", id, errDrained)}
}

// refuseDrained refuses a checkpoint of a stop with drain. One of its own that was published before the run failed is another case: its
// transactions are still to be committed, by endDrain.
func (a *attempt) refuseDrained(head *checkpoint.Manifest) error {
	c := a.from.checkpoint
	if c == nil || c.Kind != checkpoint.Drain || a.from.saved == "" && head.Status == checkpoint.Running {
		return nil
	}
	return drainedError(c.ID)
}

// endDrain ends what a stop with drain has begun whose run failed, or died, when its checkpoint was complete: everything is committed by now, so it is
// recorded that the job has stopped. The error is that of whoever wants to go on from there, nil if the checkpoint is any other.
func (a *attempt) endDrain() error {
	c := a.from.checkpoint
	if c == nil || c.Kind != checkpoint.Drain {
		return nil
	}
	m := *a.chain.Head()
	m.Status, m.Committed = checkpoint.Stopped, true
	if err := a.chain.Publish(m); err != nil {
		return err
	}
	return drainedError(c.ID)
}
