package core

import (
	"errors"
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// restored is the checkpoint that a run goes on from, by operator. A nil checkpoint is a start from nothing.
type restored struct {
	checkpoint *checkpoint.Checkpoint
	// committed is true if its transactions are, saved if it is a savepoint, or a checkpoint of another folder.
	committed, saved bool
	// read opens a snapshot that it names.
	read func(checkpoint.Data) (vfs.Reader, error)
}

// operators yields what each old subtask held of an operator.
func (r *restored) operators(uid string, yield func(*checkpoint.Subtask, *checkpoint.Operator)) {
	if r.checkpoint == nil {
		return
	}
	for i := range r.checkpoint.Subtasks {
		s := &r.checkpoint.Subtasks[i]
		for k := range s.Operators {
			if s.Operators[k].UID == uid {
				yield(s, &s.Operators[k])
			}
		}
	}
}

// splits are those of a source, of all its subtasks.
func (r *restored) splits(uid string) []runtime.Split {
	var splits []runtime.Split
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) { splits = append(splits, o.Splits...) })
	return splits
}

// handles are the transactions of a sink that are to be committed.
func (r *restored) handles(uid string) [][]byte {
	var handles [][]byte
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) { handles = append(handles, o.Handles...) })
	return handles
}

// finished reports whether every subtask of the operator had come to the end of its input and had run Finish.
func (r *restored) finished(uid string) bool {
	n, finished := 0, 0
	r.operators(uid, func(s *checkpoint.Subtask, _ *checkpoint.Operator) {
		n++
		if s.Finished {
			finished++
		}
	})
	return n > 0 && n == finished
}

// finishedSubtask reports whether a subtask had run Finish, so that it must not again. Where only some subtasks of a task had, that is known
// at the same parallelism, once there is no more input: before, records may come to any of them.
func (r *restored) finishedSubtask(v *vertexInfo, index int, inputOver bool) bool {
	finished := r.finished(v.name)
	r.operators(v.name, func(s *checkpoint.Subtask, _ *checkpoint.Operator) {
		if inputOver && s.Finished && s.Index == index && s.Parallelism == v.parallelism {
			finished = true
		}
	})
	return finished
}

// inputOver reports whether the subtasks of a task that had come to the end of their input are there again: whether every source before it
// had come to its end, and what else is not finished before it is in the subtasks where it was, calls in flight and what Finish is still to flush.
func (r *restored) inputOver(j *Job, v *vertexInfo) bool {
	before := []*vertexInfo{v}
	for i := 0; i < len(before); i++ {
		if u := before[i]; !r.finished(u.name) && (u.info.Operators[0].splits != nil || !r.stays(u)) {
			return false
		}
		for _, e := range j.edges {
			if e.to == before[i] && !slices.Contains(before, e.from) {
				before = append(before, e.from)
			}
		}
	}
	return true
}

// stays reports whether a task had the same parallelism.
func (r *restored) stays(v *vertexInfo) bool {
	stays := false
	r.operators(v.name, func(s *checkpoint.Subtask, _ *checkpoint.Operator) { stays = s.Parallelism == v.parallelism })
	return stays
}

// check finds what the job cannot take over: operators and states that it does not have, and states of connectors that its own cannot
// read. It comes before any side effect.
func (r *restored) check(j *Job, ignoreUnclaimed bool) error {
	if r.checkpoint == nil {
		return nil
	}
	seen := map[string]bool{}
	var errs []error
	for _, s := range r.checkpoint.Subtasks {
		for _, held := range s.Operators {
			if seen[held.UID] {
				continue
			}
			seen[held.UID] = true
			o, _, ok := j.operator(held.UID)
			switch {
			case !ok && !ignoreUnclaimed && held.Holds():
				errs = append(errs, fmt.Errorf("checkpoint %d holds state of operator %s, which pipeline %s does not have: name its field so, "+
					"tag a field uid:%q, or set execution.state-recovery.ignore-unclaimed-state=true to drop it",
					r.checkpoint.ID, held.UID, j.name, held.UID))
			case ok && held.Connector.Kind != o.connector.Kind && held.Holds():
				errs = append(errs, fmt.Errorf("checkpoint %d holds the state of %s as a %s, which now is a %s: its positions and transactions mean nothing there",
					r.checkpoint.ID, held.UID, kindName(held.Connector), kindName(o.connector)))
			case ok && held.Connector.Version > o.connector.Version:
				errs = append(errs, fmt.Errorf("checkpoint %d holds the state of %s in version %d of %s; this program reads up to version %d: run a newer one",
					r.checkpoint.ID, held.UID, held.Connector.Version, held.Connector.Kind, o.connector.Version))
			}
		}
	}
	return errors.Join(errs...)
}

func kindName(c runtime.Connector) string {
	if c.Kind == "" {
		return "transformation"
	}
	return c.Kind
}

// checkStates finds states that the operator uid does not take: tasks know their states only once they are made.
// With ignoreUnclaimed those are dropped; one of another form is refused all the same.
func (r *restored) checkStates(uid string, taken []takenState, ignoreUnclaimed bool) error {
	var errs []error
	var seen []string
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) {
		for k, s := range o.States {
			if slices.Contains(seen, s.Name) {
				continue
			}
			seen = append(seen, s.Name)
			i := slices.IndexFunc(taken, func(t takenState) bool { return t.in(o.States) == k })
			switch {
			case i < 0 && ignoreUnclaimed:
			case i < 0:
				errs = append(errs, fmt.Errorf("checkpoint %d holds state %s of operator %s, which has no such state now: "+
					"set execution.state-recovery.ignore-unclaimed-state=true to drop it", r.checkpoint.ID, s.Name, uid))
			case taken[i].Kind != s.Kind:
				errs = append(errs, fmt.Errorf("checkpoint %d holds state %s of operator %s as a %s, but the program has a %s there: give the new one "+
					"another name and set execution.state-recovery.ignore-unclaimed-state=true to drop the old one, or run the program that wrote it",
					r.checkpoint.ID, s.Name, uid, s.Kind, taken[i].Kind))
			default:
				if _, err := resolve(s.Schema, taken[i].Schema); err != nil {
					errs = append(errs, r.otherForm(uid, s, taken[i].State, err))
				}
			}
		}
	})
	return errors.Join(errs...)
}
