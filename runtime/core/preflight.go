package core

import (
	"context"
	"errors"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
)

// preflight finds out whether the job can start, before it takes the job's folder over: a start with a mistake must not end the run that
// has the folder. It returns what it has found; what has changed until the folder is taken is looked at again.
func preflight(ctx context.Context, j *Job, env *environment, a *attempt) error {
	head, err := chain.Look(a.fs, a.folder, j.name)
	if errors.Is(err, chain.ErrDamaged) {
		return &startError{err}
	}
	if err != nil {
		return err
	}
	if head == nil {
		head = &checkpoint.Manifest{}
	}
	a.from = &restored{}
	err = a.choose(head, env.config.Recovery.Fresh)
	if errors.Is(err, errFinished) && head.Claimed != nil {
		a.deleteClaimed()
	}
	if err != nil {
		return err
	}
	a.splits, err = planSplits(ctx, j.vertices, a.from)
	return err
}

// checkStates finds states that the checkpoint has in another form, or that no operator takes: it asks a task of each kind what it
// would restore.
func (a *attempt) checkStates() error {
	if a.from.checkpoint == nil {
		return nil
	}
	var errs []error
	for _, v := range a.job.vertices {
		errs = append(errs, a.ask(v).done())
	}
	return errors.Join(errs...)
}

// ask asks a task what it would restore.
func (a *attempt) ask(v *vertexInfo) *Restore {
	runner := v.newTask()
	runner.task().info = v
	r := &Restore{
		task: runner.task(), from: a.from, states: map[string][]checkpoint.TakenState{}, asking: true,
		ignoring: a.env.config.Recovery.IgnoreUnclaimed, edges: a.job.edgesInto(v),
		withoutInFlight: a.env.config.Recovery.WithoutChannelState,
	}
	runner.Restore(r)
	r.entries()
	r.inFlight()
	return r
}

// isSame reports whether two starts go on from the same checkpoint.
func (r *restored) isSame(other *restored) bool {
	if r.checkpoint == nil || other.checkpoint == nil {
		return r.checkpoint == other.checkpoint
	}
	return r.checkpoint.ID == other.checkpoint.ID && r.checkpoint.Triggered.Equal(other.checkpoint.Triggered)
}

// deleteClaimed deletes the savepoint of a job that has finished and died before it could. Nobody else would: there is nothing to run any more.
func (a *attempt) deleteClaimed() {
	c, err := chain.Take(a.fs, a.folder, a.job.name)
	if err == nil {
		err = c.Collect(0)
	}
	if err == nil {
		err = c.Publish(*c.Head()) // which does not have it any more
	}
	if err != nil {
		a.env.logger.Warn("the savepoint of a job that has finished could not be deleted", "error", err)
	}
}
