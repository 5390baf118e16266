package core

import (
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// This file is what a subtask does at a barrier: it hands out what it holds, sends the barrier on, and leaves it to its lane to make that durable.

// checkpoint takes a checkpoint whose barrier has come everywhere, but for what a loop feeds back: that is written down until it comes there.
func (s *subtask) checkpoint(w awaited) {
	snap := s.snapshot(w.barrier)
	switch {
	case snap == nil:
	case s.loop != nil && s.life == running:
		s.capture(snap, w.arrived, func(k int) bool { return s.channels[k].feedback })
	default:
		s.submit(snap)
	}
}

// submit leaves it to the lane to make a snapshot durable.
func (s *subtask) submit(snap *Snapshot) {
	if snap.err != nil {
		dropInFlight(snap.flights)
		s.fail(snap.err)
		return
	}
	s.inLane(func() { s.acknowledge(snap) })
}

// snapshot hands out what the task holds and sends the barrier on. It returns nil if that has failed the task.
func (s *subtask) snapshot(b coordinator.Barrier) *Snapshot {
	if s.life >= closing {
		return nil
	}
	s.hasTaken(b.ID)
	s.activity.does(handingOutSnapshot)
	phase := s.phases.enter(b.ID, coordinator.Snapshotting, s.task.env.now())
	held := checkpoint.Subtask{Task: s.task.info.name, Index: s.task.subtask, Parallelism: s.task.info.parallelism, Finished: s.finished,
		Watermark: int64(s.heldWatermark()), Firing: int64(s.firingWatermark())}
	held.Floors = s.task.floors.held(max(held.Watermark, held.Firing))
	for _, o := range s.task.info.info.Operators {
		held.Operators = append(held.Operators, checkpoint.Operator{UID: o.uid, Connector: o.connector})
	}
	snap := &Snapshot{barrier: b, task: s.task, held: held, data: s.run.newSnapshot(), phase: phase, lineage: &s.lineage}
	if s.run.env.config.Checkpointing.Incremental {
		snap.image, snap.base = s.lineage.next(b)
	}
	phase.data.Store(snap.data)
	s.runner.Barrier(snap)
	s.notEntered(snap)
	if snap.err != nil {
		s.fail(snap.err)
		return nil
	}
	if snap.image != nil {
		snap.held.Bases = snap.image.rest(snap.base)
	}
	// Behind the end of its output a barrier tells of the checkpoint those that have not come to that end and could wait for long.
	if s.life == running || s.overtaking.enabled {
		for _, o := range s.outputs {
			o.barrier(b)
		}
	}
	if s.life == running && b.Kind == checkpoint.StopSavepoint {
		s.suspended = b.ID
	}
	s.activity.does(takingRecords)
	snap.phase.reach(coordinator.PreCommitting, s.task.env.now())
	if len(snap.syncs) > 0 {
		// At once, and whatever becomes of the checkpoint: later ones hold these transactions too.
		s.inLane(func() { s.preCommit(snap) })
	}
	return snap
}

// preCommit makes durable what sinks have written up to the barrier. It runs in the lane.
func (s *subtask) preCommit(snap *Snapshot) {
	if s.commits.broken {
		return
	}
	for _, sync := range snap.syncs {
		if err := s.guard(sync); err != nil {
			// What was written since the barrier before is lost: only a restart brings it back.
			s.commits.broken = true
			s.run.master.mailbox.send(hasFailed{by(s.index), fmt.Errorf("%s: %w", s.task.name(), err)})
			return
		}
	}
}

// acknowledge makes a snapshot durable and tells the master. It runs in the lane.
func (s *subtask) acknowledge(snap *Snapshot) {
	defer s.phases.over(snap.barrier.ID)
	defer dropInFlight(snap.flights)
	if s.commits.broken {
		return
	}
	if snap.phase.givenUp.Load() {
		return
	}
	if snap.stored {
		snap.phase.reach(coordinator.Storing, s.task.env.now())
		data, err := s.run.store(s, snap)
		if err != nil {
			s.run.master.mailbox.send(hasDeclined{by(s.index), snap.barrier.ID, fmt.Errorf("store its snapshot: %w", err)})
			return
		}
		snap.held.Data = data
		if snap.image != nil {
			snap.image.data = data // nobody reads it before the checkpoint is complete
		}
	}
	s.run.master.mailbox.send(hasAcknowledged{by(s.index), snap.barrier.ID, snap.held})
}

// complete commits what was pre-committed up to the checkpoint. It comes before the next acknowledgement in the lane: so no checkpoint
// completes that has forgotten a transaction which is not committed.
func (s *subtask) complete(b coordinator.Barrier) {
	if s.life >= closing {
		return
	}
	s.paused = false
	s.phases.overBelow(b.ID)
	s.notifyComplete(b)
	var transactions []pendingCommit
	for _, sink := range s.task.sinks {
		for _, t := range sink.takePrepared(b.ID) {
			transactions = append(transactions, pendingCommit{sink: sink, transaction: t})
		}
	}
	s.inLane(func() { s.commit(b, transactions, 0) })
}
