package core

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// This file is what the master does for checkpoints, as its coordinator says.

func (m *master) act(actions []coordinator.Action) {
	for _, action := range actions {
		switch a := action.(type) {
		case coordinator.Trigger:
			m.trigger(a.Barrier)
		case coordinator.Publish:
			m.publish(a.Checkpoint)
		case coordinator.Complete:
			m.complete(a.Checkpoint)
		case coordinator.Abort:
			m.abort(a)
		case coordinator.Discard:
			m.discard(a.ID)
		case coordinator.Fail:
			m.end(0, a.Err)
		}
	}
}

// trigger sends the barrier to every source, and to every subtask whose input has ended.
func (m *master) trigger(b coordinator.Barrier) {
	m.run.event(runtime.Event{Kind: runtime.EventTriggered, Checkpoint: b.ID})
	for i, s := range m.run.subtasks() {
		if s.isSource || m.ended[i] {
			s.mailbox.urge(trigger{b})
		}
	}
}

// publish stores a checkpoint that every subtask has acknowledged.
func (m *master) publish(done *checkpoint.Checkpoint) {
	done.KeyGroups = m.run.env.groups
	m.run.event(runtime.Event{Kind: runtime.EventPrepared, Checkpoint: done.ID})
	m.lane.run(func() {
		published := hasPublished{checkpoint: done}
		for _, s := range done.Subtasks {
			published.size += s.Data.Size
		}
		// What a stop leaves is a link of the chain; where that ends with the process, it is a savepoint too.
		stop := done.Kind == checkpoint.StopSavepoint || done.Kind == checkpoint.Drain
		if done.Kind == checkpoint.Savepoint || stop && m.run.inMemory() {
			published.path, published.err = m.run.writeSavepoint(done)
		}
		if done.Kind != checkpoint.Savepoint && published.err == nil {
			published.err = m.run.chain.Publish(checkpoint.Manifest{Job: m.run.job.name, Checkpoint: done})
		}
		if done.Kind == checkpoint.Savepoint || published.err != nil {
			m.delete(done.ID) // a savepoint has copies of its own; here, since the run may end before it hears of it
		}
		m.mailbox.send(published)
	})
}

func (m *master) hasPublished(e hasPublished) {
	// Who was overtaken ends, whatever it has found that by. A savepoint whose folder is in doubt leaves the chain as it is.
	if errors.Is(e.err, chain.ErrFenced) || e.checkpoint.Kind != checkpoint.Savepoint && errors.Is(e.err, chain.ErrAmbiguous) {
		m.end(0, e.err)
		return
	}
	now := m.run.env.now()
	if e.err == nil {
		e.checkpoint.Duration = max(e.checkpoint.Duration, 0)
		m.run.event(runtime.Event{Kind: runtime.EventPublished, Checkpoint: e.checkpoint.ID, Size: e.size, Duration: e.checkpoint.Duration})
		m.run.last.Store(&runtime.CheckpointProgress{ID: e.checkpoint.ID, Completed: m.run.env.wall(), Duration: e.checkpoint.Duration, Size: e.size})
	}
	if k := e.checkpoint.Kind; e.err == nil && (k == checkpoint.StopSavepoint || k == checkpoint.Drain) {
		if m.stopped = m.run.folder; e.path != "" {
			m.stopped = e.path
		}
	}
	reply := m.savepoints[e.checkpoint.ID]
	m.act(m.coordinator.Published(e.checkpoint, now, e.err))
	if reply != nil && e.err == nil {
		delete(m.savepoints, e.checkpoint.ID)
		reply(e.path, nil)
	}
}

// complete tells every subtask, so that sinks commit.
func (m *master) complete(done *checkpoint.Checkpoint) {
	if done.Kind == checkpoint.Savepoint {
		return
	}
	m.committing, m.missing, m.paused = done, map[int]bool{}, false
	for i, s := range m.run.subtasks() {
		m.missing[i] = true
		s.mailbox.urge(complete{coordinator.Barrier{ID: done.ID, Kind: done.Kind}})
	}
}

// hasCommitted records in the chain that everything is committed, and how the job stands now.
func (m *master) hasCommitted(e hasCommitted) {
	done := m.committing
	if done == nil || e.checkpoint != done.ID || !m.missing[e.subtask()] {
		return // a newer checkpoint has completed since, whose commits include these
	}
	if delete(m.missing, e.subtask()); len(m.missing) > 0 {
		return
	}
	id := done.ID
	m.run.event(runtime.Event{Kind: runtime.EventCommitted, Checkpoint: id})
	status := checkpoint.Running
	switch done.Kind {
	case checkpoint.StopSavepoint, checkpoint.Drain:
		status = checkpoint.Stopped
	case checkpoint.Final:
		status = checkpoint.Finished
		// Everything is out: what the tombstone keeps is the number, not the data.
		done = numberOf(done)
	}
	transactional, keep := m.run.transactional, m.run.env.config.Checkpointing.NumRetained
	if status == checkpoint.Finished {
		keep = 0
	}
	incremental, base := m.run.env.config.Checkpointing.Incremental, m.coordinator.OldestBase()
	m.lane.run(func() {
		recorded := hasRecorded{status: status}
		// A newer checkpoint may have been published meanwhile: the head must not go back.
		if newest := m.run.chain.Head().Checkpoint.ID == id; newest && (transactional || status != checkpoint.Running) {
			recorded.err = m.run.chain.Publish(checkpoint.Manifest{Job: m.run.job.name, Status: status, Committed: true, Checkpoint: done})
		}
		if recorded.err == nil {
			if incremental {
				m.run.chain.KeepFrom(base)
			}
			if err := m.run.chain.Collect(keep); err != nil {
				m.run.env.logger.Warn("old checkpoints could not be deleted", "error", err)
			}
		}
		m.mailbox.send(recorded)
	})
}

func (m *master) hasRecorded(e hasRecorded) {
	switch {
	case e.err != nil && (e.status != checkpoint.Running || errors.Is(e.err, chain.ErrFenced) || errors.Is(e.err, chain.ErrAmbiguous)):
		m.end(0, e.err)
	case e.err != nil:
		// The next start commits once more, which changes nothing.
		m.run.env.logger.Warn("could not record that a checkpoint is committed", "error", e.err)
	case e.status == checkpoint.Stopped:
		m.end(runtime.Stopped, nil)
	case e.status == checkpoint.Finished:
		m.end(runtime.Finished, nil)
	}
}

func (m *master) abort(a coordinator.Abort) {
	m.run.event(runtime.Event{Kind: runtime.EventCheckpointFailed, Checkpoint: a.Barrier.ID, GivenUp: !a.Failed, Err: a.Reason})
	for _, s := range m.run.subtasks() {
		s.mailbox.urge(abort{a.Barrier})
	}
	if reply := m.savepoints[a.Barrier.ID]; reply != nil {
		delete(m.savepoints, a.Barrier.ID)
		reply("", a.Reason)
	}
	switch {
	case m.stopping == nil:
	case a.Barrier.Kind == checkpoint.StopSavepoint:
		m.stopping.Reply("", a.Reason)
		m.stopping = nil
		m.finalIfExhausted()
	case a.Barrier.Kind == checkpoint.Drain:
		m.stopping.Reply("", fmt.Errorf("%w; the input was ended for it, so the job goes back to its last checkpoint", a.Reason))
		m.stopping = nil
	}
}

// discard deletes what was stored for a checkpoint that nobody will need.
func (m *master) discard(id int64) {
	m.lane.run(func() { m.delete(id) })
}

// delete does that. It runs in the lane.
func (m *master) delete(id int64) {
	err := m.run.chain.Discard(id)
	if err != nil && !errors.Is(err, chain.ErrFenced) && !errors.Is(err, chain.ErrAmbiguous) {
		m.run.env.logger.Warn("the files of a checkpoint that nobody needs could not be deleted", "checkpoint", id, "error", err)
	}
}

// progress is how far a subtask has come with a checkpoint, and what keeps it from going on.
func (m *master) progress(subtask int, id int64) coordinator.Progress {
	s := m.run.subtasks()[subtask]
	p := s.phases.progress(id)
	p.Waits = coordinator.Waits(s.activity.waits.Load())
	return p
}
