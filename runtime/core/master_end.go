package core

import (
	"fmt"
	"maps"
	"slices"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// This file is how a run ends: of its input, or for another reason.

// hasEnded hears that the input of a subtask has come to its end. Nobody sends it barriers any more: it takes them directly.
func (m *master) hasEnded(subtask int) {
	m.ended[subtask] = true
	if m.coordinator == nil {
		return
	}
	for _, b := range m.coordinator.Waiting(subtask) {
		m.run.subtasks()[subtask].mailbox.urge(trigger{b})
	}
}

// finalIfExhausted takes the final checkpoint, at once, when all input has been taken. A stop under way comes first; where it ends the input itself, its
// savepoint takes the place of the final checkpoint.
func (m *master) finalIfExhausted() {
	if m.inputs > 0 || m.coordinator == nil {
		return
	}
	kind := checkpoint.Final
	switch {
	case m.stopping == nil:
	case m.stopping.Kind == runtime.RequestDrain:
		kind = checkpoint.Drain
	default:
		return
	}
	m.act([]coordinator.Action{m.coordinator.Request(kind, m.run.env.now(), m.run.env.wall())})
}

// end shuts every subtask. The first reason counts.
func (m *master) end(outcome runtime.Outcome, err error) {
	if m.ending {
		return
	}
	m.ending, m.outcome, m.err = true, outcome, err
	reason := errNotRunning
	switch {
	case err != nil:
		reason = fmt.Errorf("the job failed: %w", err)
	case outcome == runtime.Cancelled:
		reason = errCancelled
	}
	for _, r := range m.early {
		r.Reply("", reason)
	}
	m.early = nil
	for _, id := range slices.Sorted(maps.Keys(m.savepoints)) {
		reply := m.savepoints[id]
		delete(m.savepoints, id)
		reply("", reason)
	}
	if m.stopping != nil {
		if outcome == runtime.Stopped && err == nil {
			m.stopping.Reply(m.stopped, nil)
		} else {
			m.stopping.Reply(m.stopped, m.stoppedBut(reason))
		}
		m.stopping = nil
	}
	if m.coordinator != nil {
		for _, id := range m.coordinator.Pending() {
			m.discard(id) // and what is acknowledged of it from now on
		}
	}
	m.stopAlarm()
	close(m.run.done)
	for _, r := range m.run.regions {
		r.stopAlarm()
		r.launch.end()
	}
	if err != nil || outcome == runtime.Cancelled {
		m.run.cancel() // what is being committed is committed again at the next start
	}
	for _, s := range m.run.subtasks() {
		s.mailbox.urge(shut{})
	}
	m.deleteIfClosed() // if all are: their regions had failed
}

// hasClosed hears that a subtask does nothing any more, nor does its lane.
func (m *master) hasClosed(e hasClosed) {
	m.open--
	r := m.regionOf(e.subtask())
	if r.open--; r.open == 0 && !m.ending {
		m.awaitLaunch(r)
	}
	m.deleteIfClosed()
}

// deleteIfClosed deletes the checkpoints of a job that ended so, once nothing more is stored: what came later would stay for ever.
func (m *master) deleteIfClosed() {
	if m.open > 0 || !deletes(m.run.env.config.Checkpointing.Retention, m.outcome, m.err) {
		return
	}
	m.deleting = true
	m.lane.run(func() {
		m.run.job.deleteCheckpoints(m.run.env.logger)
		m.mailbox.send(hasDeleted{})
	})
}

// stoppedBut is the answer to a stop whose job did not end as it should: it names the savepoint if that is there.
func (m *master) stoppedBut(reason error) error {
	if m.stopped == "" {
		return reason
	}
	return fmt.Errorf("the savepoint in %s is complete, but the job did not end with it: %w", m.stopped, reason)
}

// deletes says whether the checkpoints of a job that ends so are deleted. Those of a finished job went with its tombstone; a failed job's
// are kept as long as it may be restarted, which its runner knows.
func deletes(r config.Retention, outcome runtime.Outcome, err error) bool {
	return err == nil && outcome == runtime.Cancelled && r != config.RetainOnCancellation
}
