package core

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/runtime"
)

// check finds what the job cannot take over: operators and states that it does not have, and states of connectors that its own cannot
// read. It comes before any side effect.
func (r *restored) check(j *Job, ignoreUnclaimed bool) error {
	var errs []error
	for _, h := range r.all() {
		errs = append(errs, r.checkOperator(j, h, ignoreUnclaimed))
	}
	return errors.Join(append(errs, r.checkFinished(j))...)
}

// checkOperator says why what an operator held cannot be taken over.
func (r *restored) checkOperator(j *Job, h *heldOperator, ignoreUnclaimed bool) error {
	o, _, ok := j.operator(h.UID)
	switch {
	case !ok && !ignoreUnclaimed && h.Holds():
		return fmt.Errorf("checkpoint %d holds %s of operator %s, which pipeline %s does not have: name its field so, "+
			"tag a field uid:%q, or set execution.state-recovery.ignore-unclaimed-state=true to drop it", r.checkpoint.ID, h.contents(), h.UID, j.name, h.UID)
	case ok && h.Connector.Kind != o.connector.Kind && h.Holds():
		return fmt.Errorf("checkpoint %d holds the state of %s as a %s, which now is a %s: its positions and transactions mean nothing there",
			r.checkpoint.ID, h.UID, kindName(h.Connector), kindName(o.connector))
	case ok && h.Connector.Version > o.connector.Version:
		return fmt.Errorf("checkpoint %d holds the state of %s in version %d of %s; this program reads up to version %d: run a newer one",
			r.checkpoint.ID, h.UID, h.Connector.Version, h.Connector.Kind, o.connector.Version)
	}
	return nil
}

// warnDropped says what is lost since no operator takes it, which is allowed (execution.state-recovery.ignore-unclaimed-state): transactions are not
// committed any more either. So are records in flight that are dropped on purpose (execution.state-recovery.without-channel-state.checkpoint-id).
func (a *attempt) warnDropped() {
	asked := map[*vertexInfo]*Restore{}
	for _, h := range a.from.all() {
		_, v, ok := a.job.operator(h.UID)
		if !ok && h.Holds() {
			a.env.logger.Warn("what a checkpoint holds of an operator is dropped: the pipeline does not have it", "operator", h.UID, "dropped", h.contents(),
				"checkpoint", a.from.checkpoint.ID)
		}
		if !ok || len(h.States) == 0 {
			continue
		}
		if asked[v] == nil {
			asked[v] = a.ask(v)
		}
		for _, s := range plan.States(h.States, asked[v].states[h.UID], asked[v].ignores) {
			switch {
			case s.Fate != plan.Dropped:
			case s.IsInFlight():
				a.warnDroppedInFlight(h.UID, s.Name)
			default:
				a.env.logger.Warn("a state that a checkpoint holds is dropped: its operator does not have it", "operator", h.UID, "state", s.Name,
					"checkpoint", a.from.checkpoint.ID)
			}
		}
	}
}

// warnDroppedInFlight says how many records in flight to an operator are lost.
func (a *attempt) warnDroppedInFlight(uid, state string) {
	n, err := a.from.countInFlight(uid, state)
	if err != nil {
		a.env.logger.Warn("records in flight are dropped, and cannot be counted", "operator", uid, "state", state, "checkpoint", a.from.checkpoint.ID, "error", err)
		return
	}
	a.env.logger.Warn("records in flight are dropped", "operator", uid, "state", state, "records", n, "checkpoint", a.from.checkpoint.ID)
}

// contents tells what would be lost without an operator.
func (h *heldOperator) contents() string {
	var parts []string
	if len(h.States) > 0 {
		var names []string
		for _, s := range h.States {
			names = append(names, s.Name)
		}
		parts = append(parts, "state "+strings.Join(names, ", "))
	}
	count := func(n int, noun string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+noun)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, noun))
		}
	}
	count(len(h.Splits), "split")
	count(len(h.Handles), "transaction")
	return strings.Join(parts, " and ")
}

func kindName(c runtime.Connector) string {
	if c.Kind == "" {
		return "transformation"
	}
	return c.Kind
}

// checkFinished finds operators that had run Finish, so that they must get no records any more, and now stand behind or beside operators that had
// not: those were put there since.
func (r *restored) checkFinished(j *Job) error {
	finished := map[string]bool{}
	for _, h := range r.all() {
		finished[h.UID] = h.finished
	}
	var errs []error
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			for _, output := range o.from {
				before := j.producer(output)
				if finished[o.uid] && !finished[before] {
					errs = append(errs, fmt.Errorf("checkpoint %d was taken when operator %s had come to the end of its input, but now it reads from %s, which had not: "+
						"take that edge away, or begin anew with --fresh", r.checkpoint.ID, o.uid, before))
				}
			}
			// What is chained runs Finish together.
			if is, known := finished[o.uid]; known && finished[v.name] && !is {
				errs = append(errs, fmt.Errorf("checkpoint %d was taken when operator %s had come to the end of its input and %s had not, but now they run in one task: "+
					`tag an edge between them edge:"rebalance" to part them, or begin anew with --fresh`, r.checkpoint.ID, v.name, o.uid))
			}
		}
	}
	return errors.Join(errs...)
}

// producer is the operator of an output, by its uid.
func (j *Job) producer(output string) string {
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			if o.uid == output || hasOutput(o.uid, output) {
				return o.uid
			}
		}
	}
	return output
}

// checkStates finds states that the operator uid does not take: tasks know their states only once they are made.
// Those that ignored says so of are dropped; one of another form is refused all the same.
func (r *restored) checkStates(uid string, taken []checkpoint.TakenState, ignored func(checkpoint.State) bool) error {
	var errs []error
	var seen []string
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) {
		for k, s := range o.States {
			if slices.Contains(seen, s.Name) {
				continue
			}
			seen = append(seen, s.Name)
			i := slices.IndexFunc(taken, func(t checkpoint.TakenState) bool { return t.In(o.States) == k })
			switch {
			case i >= 0:
				errs = append(errs, r.checkState(uid, s, taken[i].State))
			case ignored(s):
			case s.Kind.IsInFlight():
				errs = append(errs, fmt.Errorf("checkpoint %d holds records %s to operator %s: %s", r.checkpoint.ID, s.Name, uid, plan.NoWayIn))
			default:
				errs = append(errs, fmt.Errorf("checkpoint %d holds state %s of operator %s, which has no such state now: "+
					"set execution.state-recovery.ignore-unclaimed-state=true to drop it", r.checkpoint.ID, s.Name, uid))
			}
		}
	})
	return errors.Join(errs...)
}

// checkState says why a state cannot be taken over by the one that the program has in its place.
func (r *restored) checkState(uid string, held, taken checkpoint.State) error {
	if !taken.Kind.Takes(held.Kind) {
		return fmt.Errorf("checkpoint %d holds state %s of operator %s as a %s, but the program has a %s there: give the new one "+
			"another name and set execution.state-recovery.ignore-unclaimed-state=true to drop the old one, or run the program that wrote it",
			r.checkpoint.ID, held.Name, uid, held.Kind, taken.Kind)
	}
	if _, err := resolve(held.Schema, taken.Schema); err != nil {
		return r.otherForm(uid, held, taken, err)
	}
	return nil
}
