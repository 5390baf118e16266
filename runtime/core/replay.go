package core

import (
	"fmt"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/serde"
)

// Records in flight after a restore. They come to the head of a task by a channel of their own, which ends behind them, and are taken before
// the records of any other: those are younger. A checkpoint that is taken meanwhile finds them there as it finds others that wait.
//
// Who gets them, if the task has another parallelism now or the edge is of another kind:
//
//   - of what every old subtask was to get only those count that the first still had to take, as only its copy of broadcast state does; where every
//     subtask gets them now, and at the same parallelism, each goes on with its own;
//   - on an edge to every subtask, all get them;
//   - by key, the subtask that owns the key group of the record;
//   - otherwise those of an old subtask stay together, in their order.

// replays are the channels with records in flight: those from first on, behind those from other subtasks. Next is one that was not taken whole.
type replays struct{ first, next int }

// inFlight fills a channel for each input of the task with what the checkpoint held on its way there.
func (r *Restore) inFlight() {
	seen := map[int]bool{}
	for _, e := range r.edges {
		if seen[e.input] {
			continue
		}
		seen[e.input] = true
		channel := -1
		r.inFlightTo(r.task.info.name, e.batches, e.partition, func(_ *checkpoint.Subtask, records Records) {
			if channel < 0 {
				channel = r.subtask.addReplay(e)
			}
			r.replay(channel, records)
		})
		if channel >= 0 {
			r.replay(channel, e.batches.newBatch(batchHead{end: true}))
		}
	}
}

// inFlightTo claims the records in flight to an input of an operator, unless they are to be dropped, and yields those that this subtask gets, batch by
// batch, with the old one that had them.
func (r *Restore) inFlightTo(uid string, records batchCodec, partition Partition, yield func(old *checkpoint.Subtask, records Records)) {
	if r.from.dropsInFlight(r.withoutInFlight) {
		return
	}
	taken := checkpoint.TakenState{State: checkpoint.State{Name: checkpoint.InFlightName(records.inputName()), Schema: records.schema(), Kind: checkpoint.InFlight}}
	r.states[uid] = append(r.states[uid], taken)
	if r.asking {
		return
	}
	first := true
	r.from.operators(uid, func(s *checkpoint.Subtask, o *checkpoint.Operator) {
		isFirst := first
		first = false
		form, held := r.form(o, taken)
		if r.err != nil || !held || s.Data.Size == 0 {
			return
		}
		mine, keep := r.inFlightShare(partition, s, o, o.States[taken.In(o.States)].Kind, isFirst)
		if !mine {
			return
		}
		if err := r.readInFlight(records, s, uid, form, keep, func(records Records) { yield(s, records) }); err != nil {
			r.fail(fmt.Errorf("records in flight to %s: %w", uid, err))
		}
	})
}

// dropsInFlight reports whether the records in flight of the checkpoint are to be left out, which without names.
func (r *restored) dropsInFlight(without int) bool {
	return r.checkpoint != nil && r.checkpoint.ID == int64(without)
}

// inFlightShare says whether this subtask gets records that were on their way to an old one, and which: nil for all. First says that it is the first old one.
func (r *Restore) inFlightShare(
	partition Partition, old *checkpoint.Subtask, held *checkpoint.Operator, kind checkpoint.StateKind, first bool,
) (mine bool, keep func(hash uint64) bool) {
	parallelism, groups := r.task.info.parallelism, r.task.env.groups
	stays := old.Parallelism == parallelism
	copies := kind == checkpoint.InFlightCopies || kind == checkpoint.InFlight && partition == Broadcast
	// They are where they belong if the operator had its keys there already.
	settled := stays && !copies && groups == r.from.checkpoint.KeyGroups && isKeyed(held)
	switch {
	case copies && partition == Broadcast && stays:
		return old.Index == r.task.subtask, nil
	case copies && !first:
		return false, nil
	case partition == Broadcast:
		return true, nil
	case partition == Hash && !settled:
		return true, func(hash uint64) bool {
			return subtaskOfGroup(groupOf(hash, groups), parallelism, groups) == r.task.subtask
		}
	}
	return old.Index*parallelism/old.Parallelism == r.task.subtask, nil
}

// getsCopies reports whether there is an edge to the task on which every subtask gets all records.
func (r *Restore) getsCopies() bool {
	return slices.ContainsFunc(r.edges, func(e *edge) bool { return e.partition == Broadcast })
}

// isKeyed reports whether an operator held state by key.
func isKeyed(held *checkpoint.Operator) bool {
	return slices.ContainsFunc(held.States, func(s checkpoint.State) bool { return s.Kind == checkpoint.KeyedState })
}

// readInFlight yields what an old subtask had in flight. It goes from block to block, so that what then waits on disk need not be in memory at once.
func (r *Restore) readInFlight(records batchCodec, s *checkpoint.Subtask, uid string, form form, keep func(uint64) bool, yield func(Records)) error {
	file, err := r.open(s)
	if err != nil {
		return err
	}
	for _, section := range file.own.Sections() {
		if section.Operator != uid || section.State != form.state {
			continue
		}
		err := file.own.Blocks(section, func(entries []byte, count int) error {
			entries, err := form.apply(entries, count)
			if err != nil {
				return err
			}
			p := serde.NewParser(entries)
			if err := records.parseBatches(&p, count, keep, yield); err != nil {
				return &startError{err}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s, %s: %w", file.what, file.own.Name, unreadable(err))
		}
	}
	return nil
}

// addReplay adds a channel for records in flight. What had waited on disk in a loop does so again.
func (s *subtask) addReplay(e *edge) int {
	return s.addChannel(channel{edge: e, bounded: s.loop != nil, channelTime: channelTime{watermark: runtime.MaxTime}})
}

// replay lets records in flight wait.
func (r *Restore) replay(channel int, records Records) {
	if r.err == nil {
		_, err := r.subtask.hold(channel, records)
		r.fail(err)
	}
}

// nextReplay is a channel with records in flight that have not been taken, -1 if there is none.
func (s *subtask) nextReplay() int {
	for s.replays.next < len(s.channels) {
		if s.channels[s.replays.next].waits() {
			return s.replays.next
		}
		s.replays.next++
	}
	return -1
}
