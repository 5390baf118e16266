package core

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// Plan says what a start would do: see runtime.Job.
func (j *Job) Plan(ctx context.Context, outer runtime.Environment) (_ *plan.Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &PanicError{Operator: j.name, Err: fmt.Errorf("plan: %v", r), Stack: debug.Stack()}
		}
	}()
	if outer.FS == nil {
		outer.FS = vfs.OS()
	}
	if err := j.resolve(outer.Config); err != nil {
		return nil, err
	}
	if err := spellOutClaim(&outer.Config.Recovery); err != nil {
		return nil, err
	}
	fs, folder := storageOf(outer, j.name)
	a := &attempt{job: j, env: &environment{config: outer.Config, logger: outer.Logger, files: outer.FS}, fs: fs, folder: folder}
	return a.plan(ctx)
}

// plan follows the first steps of a start, which change nothing, and goes on where a start would end.
func (a *attempt) plan(ctx context.Context) (*plan.Plan, error) {
	p := &plan.Plan{Pipeline: a.job.name}
	a.from = &restored{read: func(d checkpoint.Data) (vfs.Reader, error) { return chain.OpenData(a.fs, a.folder, d) }}
	head, err := chain.Look(a.fs, a.folder, a.job.name)
	if errors.Is(err, chain.ErrDamaged) {
		p.Refused = append(p.Refused, err.Error())
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if head == nil {
		head = &checkpoint.Manifest{}
	}
	recovery := a.env.config.Recovery
	err = a.pick(head, recovery.Fresh)
	p.From = a.planFrom()
	switch {
	case errors.Is(err, errFinished):
		p.Finished = true
		return p, nil
	case err != nil:
		p.Refused = append(p.Refused, err.Error())
		return p, nil
	}
	if err := a.chooseGroups(a.env.config); err != nil {
		p.Refused = append(p.Refused, err.Error())
	}
	p.KeyGroups = a.env.groups
	if c := a.from.checkpoint; c != nil {
		p.KeyGroupsWere = c.KeyGroups
		if c.Kind == checkpoint.Drain { // where it is its own, and not committed yet, a start does that first
			p.Refused = append(p.Refused, drainedError(c.ID).Error())
		}
		if err := a.from.checkFinished(a.job); err != nil {
			p.Refused = append(p.Refused, err.Error())
		}
	}
	if path := a.unusedPath(); path != "" {
		p.Notes = append(p.Notes, fmt.Sprintf("%s is not restored: the job goes on from its own checkpoint", path))
	}
	if why := a.withoutEffect(); why != "" {
		p.Notes = append(p.Notes, why)
	}
	if a.from.claim != nil {
		p.Notes = append(p.Notes, "the savepoint would belong to the job, which deletes it when it needs it no more")
	}
	a.planOperators(ctx, p)
	return p, nil
}

// planFrom is what a start goes on from, nil if from nothing.
func (a *attempt) planFrom() *plan.From {
	c := a.from.checkpoint
	if c == nil {
		return nil
	}
	from := &plan.From{ID: c.ID, Own: a.from.saved == "", Savepoint: a.from.saved != "" && !a.from.retained, Path: a.from.saved, Triggered: c.Triggered}
	if from.Own {
		from.Path = a.folder
	}
	return from
}

// planOperators adds the operators of the program, and those that only the checkpoint has.
func (a *attempt) planOperators(ctx context.Context, p *plan.Plan) {
	all, ignoring := a.from.all(), a.env.config.Recovery.IgnoreUnclaimed
	for _, v := range a.job.vertices {
		asked := a.ask(v)
		for _, o := range v.info.Operators {
			var h *heldOperator
			if i := slices.IndexFunc(all, func(h *heldOperator) bool { return h.UID == o.uid }); i >= 0 {
				h = all[i]
			}
			p.Operators = append(p.Operators, a.planOperator(ctx, v, o, h, asked))
		}
	}
	for _, h := range all {
		if _, _, ok := a.job.operator(h.UID); ok {
			continue
		}
		o := plan.Operator{UID: h.UID, Fate: plan.Dropped, ParallelismWas: h.parallelism, Transactions: len(h.Handles), Lost: h.contents()}
		if o.Refused = reason(a.from.checkOperator(a.job, h, ignoring)); len(o.Refused) > 0 {
			o.Fate = plan.Refused
		}
		p.Operators = append(p.Operators, o)
	}
}

// planOperator says what would become of an operator of the program, of which the checkpoint holds h, nil if nothing.
func (a *attempt) planOperator(ctx context.Context, v *vertexInfo, o Operator, h *heldOperator, asked *Restore) plan.Operator {
	p := plan.Operator{UID: o.uid, Kind: o.kind, Fate: plan.New, Parallelism: v.parallelism}
	if h == nil {
		h = &heldOperator{}
	} else {
		p.Fate, p.ParallelismWas, p.Finished = plan.Restored, h.parallelism, h.finished
		p.Refused = reason(a.from.checkOperator(a.job, h, a.env.config.Recovery.IgnoreUnclaimed))
	}
	// Records that are not in flight are nothing new.
	taken := slices.DeleteFunc(slices.Clone(asked.states[o.uid]), func(s checkpoint.TakenState) bool {
		return s.Kind.IsInFlight() && s.In(h.States) < 0
	})
	p.States = plan.States(h.States, taken, asked.ignores)
	moved := p.Fate == plan.Restored && (h.parallelism != v.parallelism || a.from.groups != a.from.checkpoint.KeyGroups)
	for i, s := range p.States {
		p.States[i].Moves = moved && (s.Fate == plan.Restored || s.Fate == plan.Converted)
		if s.Fate == plan.Dropped && s.IsInFlight() {
			p.States[i].Records, _ = a.from.countInFlight(o.uid, s.Name) // those of a damaged snapshot may be what is to be dropped
		}
	}
	if o.splits != nil && len(p.Refused) == 0 {
		p.Splits = &plan.Splits{Held: len(h.Splits)}
		for _, s := range h.Splits {
			if s.Done {
				p.Splits.Done++
			}
		}
		if !h.finished {
			splits, err := o.splits(ctx, a.from.splits(o.uid))
			p.Refused = append(p.Refused, reason(err)...)
			p.Splits.New = max(0, len(splits)-len(h.Splits))
		}
	}
	if o.transactions != nil && len(p.Refused) == 0 {
		if !a.from.committed {
			p.Transactions = len(h.Handles)
		}
		p.Refused = append(p.Refused, reason(a.refuseOccupied(ctx, o))...)
	}
	return p
}

// reason is why a start would be refused, nothing if it would not.
func reason(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}
