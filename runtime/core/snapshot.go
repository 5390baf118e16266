package core

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
	"github.com/streamgen/streamgen/serde/schema"
)

// Snapshot takes what a task holds at a barrier. A generated task hands everything out, operator by operator, in the order of its chain.
type Snapshot struct {
	barrier coordinator.Barrier
	task    *Task
	held    checkpoint.Subtask
	data    *snapshot.Writer
	phase   *phase
	stored  bool // there is something in data, or will be
	flights []capturedInput
	syncs   []func() error
	err     error

	// Where checkpoints are incremental: image says what the snapshot holds of keyed states, base what it rests on. Both may be nil.
	lineage     *lineage
	image, base *image
}

// keyedState is a table of any type.
type keyedState interface {
	Open(first, end, total int)
	Schema() string
	Track()
	Advance() uint64
	Cover(epoch uint64)
	AppendGroup(b []byte, group int) ([]byte, int)
	AppendChanges(c *table.Changes, group int, since uint64) (count int, pays bool)
	ParseGroup(p *serde.Parser, group, groups, count int) error
}

func (s *Snapshot) operator(uid string) *checkpoint.Operator {
	for i := range s.held.Operators {
		if s.held.Operators[i].UID == uid {
			return &s.held.Operators[i]
		}
	}
	o := checkpoint.Operator{UID: uid}
	for _, known := range s.task.info.info.Operators {
		if known.uid == uid {
			o.Connector = known.connector
		}
	}
	s.held.Operators = append(s.held.Operators, o)
	return &s.held.Operators[len(s.held.Operators)-1]
}

// Source takes the positions of a source.
func (s *Snapshot) Source(uid string, p anySource) {
	splits, err := p.snapshot(s.barrier.ID)
	s.fail(err)
	s.operator(uid).Splits = splits
}

// Keyed takes a keyed state of an operator.
func (s *Snapshot) Keyed(uid, state string, t keyedState) {
	o := s.operator(uid)
	o.States = append(o.States, checkpoint.State{Name: state, Schema: schema.Recorded(t.Schema())})
	env := s.task.env
	first, end := groupRange(s.task.subtask, s.task.info.parallelism, env.groups)
	was, is := s.keyedImages(t, end-first)
	for g := first; g < end; g++ {
		var held groupImage
		changed := false
		if was != nil {
			held, changed = s.changedGroup(uid, state, t, g, was.groups[g-first], was.epoch)
		}
		if !changed {
			held = s.wholeGroup(uid, state, t, g, held)
		}
		if is != nil {
			is.groups[g-first] = held
		}
	}
}

// writing makes an error of a value that cannot be written: it names the state and the operator.
func writing(uid, state string, write func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			failure, ok := r.(*serde.EncodeError)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("state %s of operator %s: %w", state, uid, failure)
		}
	}()
	write()
	return nil
}

// Sink pre-commits what was written.
func (s *Snapshot) Sink(uid string, p anySink) {
	handles, sync, err := p.prepare(s.barrier.ID)
	s.fail(err)
	s.operator(uid).Handles = handles
	if sync != nil {
		s.syncs = append(s.syncs, sync)
	}
}

func (s *Snapshot) fail(err error) {
	if s.err == nil && err != nil {
		s.err = err
	}
}

// Restore opens what a task holds, as it was at the barrier of the checkpoint that the job goes on from, if any.
type Restore struct {
	task     *Task
	subtask  *subtask
	from     *restored
	splits   splitPlan
	states   map[string][]checkpoint.TakenState // by operator, taken so far
	readers  map[*checkpoint.Subtask]*snapshotFiles
	err      error
	attempt  string
	ignoring bool    // of states that no operator takes
	asking   bool    // only for what would be restored: nothing is opened
	edges    []*edge // that lead to the task
	// withoutInFlight is the checkpoint whose records in flight are dropped.
	withoutInFlight int
}

// Source opens a source at its positions.
func (r *Restore) Source(uid string, p anySource) {
	if r.asking {
		return
	}
	r.subtask.source = p
	r.subtask.counting = append(r.subtask.counting, counter{uid, p.count})
	if r.err == nil {
		r.fail(p.open(uid, r.subtask.sourceContext(uid), r.splits[uid][r.task.subtask]))
	}
}

// Keyed gives a table its key groups and fills them.
func (r *Restore) Keyed(uid, state string, t keyedState) {
	taken := checkpoint.TakenState{State: checkpoint.State{Name: state, Schema: t.Schema()}}
	r.states[uid] = append(r.states[uid], taken)
	if r.asking {
		return
	}
	groups := r.task.env.groups
	first, end := groupRange(r.task.subtask, r.task.info.parallelism, groups)
	t.Open(first, end, groups)
	if r.task.env.config.Checkpointing.Incremental {
		t.Track()
	}
	r.from.operators(uid, func(s *checkpoint.Subtask, o *checkpoint.Operator) {
		if r.err != nil {
			return
		}
		// A subtask that owned none of these groups need not be read.
		if !r.from.owned(s, first, end) || len(s.Snapshots()) == 0 {
			return
		}
		form, ok := r.form(o, taken)
		if !ok {
			return
		}
		file, err := r.open(s)
		if err != nil {
			r.fail(err)
			return
		}
		for _, group := range file.stack.Groups(uid, form.state) {
			if !r.from.isIn(group.Group, first, end) {
				continue
			}
			entries, n, err := form.read(file.stack, group)
			if err == nil {
				p := serde.NewParser(entries)
				if err = t.ParseGroup(&p, group.Group, r.from.checkpoint.KeyGroups, n); err != nil {
					err = &startError{err}
				}
			}
			if err != nil {
				r.fail(fmt.Errorf("%s: state %s of operator %s, key group %d: %w", file.what, state, uid, group.Group, unreadable(err)))
				return
			}
		}
	})
}

// Sink opens a writer of a sink.
func (r *Restore) Sink(uid string, p anySink) {
	if r.asking {
		return
	}
	r.task.sinks = append(r.task.sinks, p)
	r.subtask.counting = append(r.subtask.counting, counter{uid, p.count})
	if r.err == nil {
		r.fail(p.open(uid, r.task, r.subtask.sinkContext(uid, r.attempt)))
	}
}

func (r *Restore) fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
	}
}

// ignores says that a state is to be dropped which no operator takes.
func (r *Restore) ignores(s checkpoint.State) bool {
	return r.ignoring || s.Kind.IsInFlight() && r.from.dropsInFlight(r.withoutInFlight)
}

// close closes what was read.
func (r *Restore) close() error {
	var errs []error
	for _, f := range r.readers {
		errs = append(errs, f.close())
	}
	clear(r.readers)
	return errors.Join(errs...)
}

// done checks that every state was taken and closes what was read.
func (r *Restore) done() error {
	r.fail(r.close())
	if r.err == nil {
		for _, o := range r.task.info.info.Operators {
			if err := r.from.checkStates(o.uid, r.states[o.uid], r.ignores); err != nil {
				r.fail(&startError{err})
			}
		}
	}
	return r.err
}
