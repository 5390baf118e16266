package core

import (
	"errors"
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
)

// restored is the checkpoint that a run goes on from, by operator. A nil checkpoint is a start from nothing.
type restored struct {
	checkpoint *checkpoint.Checkpoint
	// committed is true if its transactions are.
	committed bool
	// saved is the path of a savepoint, or of a checkpoint of another folder; "" for one of the job's own.
	saved string
	// retained is true if that is a checkpoint of another folder.
	retained bool
	// claim is not nil if the job is to own the savepoint from now on.
	claim *checkpoint.Claim
	// groups is the run's number of key groups, that of the checkpoint or a multiple of it.
	groups int
	// read opens a snapshot that it names.
	read func(checkpoint.Data) (vfs.Reader, error)
}

// id is the checkpoint's number, 0 if there is none.
func (r *restored) id() int64 {
	if r.checkpoint == nil {
		return 0
	}
	return r.checkpoint.ID
}

// heldOperator is what all the subtasks of an operator held together.
type heldOperator struct {
	checkpoint.Operator
	parallelism int
	finished    bool // every subtask had come to the end of its input and had run Finish
}

// all returns what the checkpoint holds of each operator, in the order in which they stand there.
func (r *restored) all() []*heldOperator {
	var all []*heldOperator
	if r.checkpoint == nil {
		return nil
	}
	place := map[string]*heldOperator{}
	for _, s := range r.checkpoint.Subtasks {
		for _, o := range s.Operators {
			h := place[o.UID]
			if h == nil {
				h = &heldOperator{Operator: checkpoint.Operator{UID: o.UID, Connector: o.Connector}, parallelism: s.Parallelism, finished: true}
				place[o.UID], all = h, append(all, h)
			}
			h.finished = h.finished && s.Finished
			h.Splits, h.Handles = append(h.Splits, o.Splits...), append(h.Handles, o.Handles...)
			for _, state := range o.States {
				if !slices.ContainsFunc(h.States, func(known checkpoint.State) bool { return known.Name == state.Name }) {
					h.States = append(h.States, state)
				}
			}
		}
	}
	return all
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

// hadInFlight reports whether barriers had overtaken records on their way to an operator, or a loop had fed some back.
func (r *restored) hadInFlight(uid string) bool {
	found := false
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) {
		found = found || slices.ContainsFunc(o.States, func(s checkpoint.State) bool { return s.Kind.IsInFlight() })
	})
	return found
}

// wasKeyed reports whether an operator held state by key.
func (r *restored) wasKeyed(uid string) bool {
	keyed := false
	r.operators(uid, func(_ *checkpoint.Subtask, o *checkpoint.Operator) { keyed = keyed || isKeyed(o) })
	return keyed
}

// countInFlight counts the records in flight to an operator, by the indexes of the snapshots that hold them.
func (r *restored) countInFlight(uid, state string) (records int64, err error) {
	r.operators(uid, func(s *checkpoint.Subtask, o *checkpoint.Operator) {
		if err != nil || s.Data.Size == 0 || !slices.ContainsFunc(o.States, func(held checkpoint.State) bool { return held.Name == state }) {
			return
		}
		var n int64
		n, err = r.countIn(s, uid, state)
		records += n
	})
	return records, err
}

// countIn counts the entries of a state in the snapshot of a subtask.
func (r *restored) countIn(s *checkpoint.Subtask, uid, state string) (entries int64, err error) {
	file, err := r.read(s.Data)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	snap, err := snapshot.Open(file, s.Data.Size)
	if err != nil {
		return 0, fmt.Errorf("snapshot of %s, %s: %w", subtaskName(s.Task, s.Index, s.Parallelism), place(s.Data), err)
	}
	for _, section := range snap.Sections() {
		if section.Operator == uid && section.State == state {
			entries += int64(section.Entries)
		}
	}
	return entries, nil
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

// known is the first operator of a task that the checkpoint holds something of, which stands for the task: what is before it was put there since.
func (r *restored) known(v *vertexInfo) (uid string) {
	for _, o := range v.info.Operators {
		r.operators(o.uid, func(*checkpoint.Subtask, *checkpoint.Operator) { uid = o.uid })
		if uid != "" {
			return uid
		}
	}
	return v.name
}

// finishedSubtask reports whether a subtask had run Finish, so that it must not again. Where only some subtasks of a task had, that is known
// at the same parallelism, once there is no more input: before, records may come to any of them. All of its operators must have, those too that had
// a task of their own.
func (r *restored) finishedSubtask(v *vertexInfo, index int, inputOver bool) bool {
	if r.finished(r.known(v)) {
		return true
	}
	known, all := false, true
	r.heldBy(v, func(s *checkpoint.Subtask) {
		if !r.keeps(s, v) || s.Index == index {
			known, all = true, all && s.Finished && r.keeps(s, v)
		}
	})
	return inputOver && known && all
}

// heldBy yields what each old subtask held of each operator of a task, but for sinks, which have no Finish and hand nothing on.
func (r *restored) heldBy(v *vertexInfo, yield func(*checkpoint.Subtask)) {
	for _, o := range v.info.Operators {
		if o.kind != "sink" {
			r.operators(o.uid, func(s *checkpoint.Subtask, _ *checkpoint.Operator) { yield(s) })
		}
	}
}

// inputOver reports whether the subtasks of a task that had come to the end of their input are there again: whether every source before it
// had come to its end, and what else is not finished before it is in the subtasks where it was, calls in flight and what Finish is still to flush.
func (r *restored) inputOver(j *Job, v *vertexInfo) bool {
	before := []*vertexInfo{v}
	for i := 0; i < len(before); i++ {
		if u := before[i]; !r.finished(r.known(u)) && (u.info.Operators[0].splits != nil || !r.stays(u)) {
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

// stays reports whether what the subtasks of a task held stays with them.
func (r *restored) stays(v *vertexInfo) bool {
	known, all := false, true
	r.heldBy(v, func(s *checkpoint.Subtask) { known, all = true, all && r.keeps(s, v) })
	return known && all
}

// keeps reports whether the subtask of v of the same number takes over what s held, and nothing else: at another parallelism, and with key groups
// that are cut anew, keys go to others.
func (r *restored) keeps(s *checkpoint.Subtask, v *vertexInfo) bool {
	return s.Parallelism == v.parallelism && r.groups == r.checkpoint.KeyGroups
}
