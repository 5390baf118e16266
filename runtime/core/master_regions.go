package core

import (
	"errors"
	"fmt"
	"time"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// This file is how a region is restarted while the others go on. In order:
//
//  1. Every checkpoint is given up that not all have acknowledged, and there are no new ones. What is on its way to storage may still complete.
//  2. The subtasks of the region are closed, each with its lane, so that nothing of theirs is stored or committed any more.
//  3. When the restart strategy says so, behind the lane of the master and so behind what is on its way to storage, the transactions are settled: those that the newest
//     complete checkpoint holds are committed, whatever else the sinks of the region have left is aborted.
//  4. Subtasks are made from that checkpoint, in the places of the old ones. When all of them run there are checkpoints again.
//
// The chain stays as it is: other regions may not have committed that checkpoint yet.

func (m *master) regionOf(subtask int) *region {
	return m.run.subtasks()[subtask].region
}

// allRun reports whether every subtask has its state.
func (m *master) allRun() bool {
	for _, r := range m.run.regions {
		if r.life != regionRuns {
			return false
		}
	}
	return true
}

// isOver reports whether an event comes from a subtask that is to close, and has nothing to say any more but what it has stored or committed.
func (m *master) isOver(event any) bool {
	e, ok := event.(interface{ subtask() int })
	if !ok || !m.regionOf(e.subtask()).isDown() {
		return false
	}
	switch event.(type) {
	case hasAcknowledged, hasDeclined, hasCommitted:
		return false
	}
	return true
}

// askedFailure is one that the restart strategy was asked about, of a region. It ends the run all the same.
type askedFailure struct {
	err   error
	again bool          // a restart follows
	due   time.Duration // when
}

func (e *askedFailure) Error() string { return e.err.Error() }
func (e *askedFailure) Unwrap() error { return e.err }

// fail restarts a region that has failed or, where it cannot be restarted by itself, ends the run.
func (m *master) fail(r *region, err error) {
	if !m.mayRestart(err) {
		m.end(0, err)
		return
	}
	now := m.run.env.now()
	delay, again := m.run.env.restarts.Failure(now)
	if !again {
		m.end(0, &askedFailure{err: err})
		return
	}
	m.run.eventOf(r, runtime.Event{Kind: runtime.EventFailed, Err: err})
	restarting := runtime.Event{Kind: runtime.EventRestarting, Delay: delay}
	r.failure, r.due = err, now+delay
	if r.life == regionWaits { // it could not be launched
		m.run.eventOf(r, restarting)
		m.awaitLaunch(r)
		return
	}
	r.life = regionCloses
	m.forget(r)
	m.act(m.coordinator.Restart(r.members, now, err))
	m.run.eventOf(r, restarting) // behind those, so that who has asked for one of them is not told to wait
	r.launch.end()
	r.launch.cancel() // what is being committed is committed again at the launch
	for _, i := range r.members {
		m.run.subtasks()[i].mailbox.urge(shut{})
	}
	if limit := m.run.env.config.Checkpointing.SynchronousTimeout; limit > 0 {
		l := r.launch
		r.alarm = m.run.env.after(limit, func() { m.mailbox.send(hasStuck{r, l}) })
	}
}

// mayRestart reports whether a failure ends a region only. The whole job is restarted if it has but one; while it starts; for what a restart within the run is no
// remedy for; and when it is ending already: by a stop with drain, which has ended the input, or with a checkpoint that is on its way to storage or complete.
func (m *master) mayRestart(err error) bool {
	_, cannotStart := errors.AsType[*startError](err)
	ends := m.coordinator == nil || m.coordinator.Ends() || m.committing != nil && m.committing.Kind.EndsRun() ||
		m.stopping != nil && m.stopping.Kind == runtime.RequestDrain
	return m.run.env.config.Failover == config.RegionFailover && len(m.run.regions) > 1 && !ends && !cannotStart &&
		!errors.Is(err, chain.ErrFenced) && !errors.Is(err, chain.ErrAmbiguous)
}

// forget forgets how far the subtasks of a region had come.
func (m *master) forget(r *region) {
	for _, i := range r.members {
		if m.exhausted[i] {
			m.inputs++
		}
		m.ended[i], m.exhausted[i] = false, false
		m.watchdog.seen[i] = seen{}
	}
}

// hasStuck ends the run if a subtask of a region that was to close has not, in spite of all the time that it had.
func (m *master) hasStuck(e hasStuck) {
	if r := e.region; r.launch == e.launch && r.life == regionCloses {
		err := fmt.Errorf("%w; it could not be restarted by itself, since its tasks did not close", r.failure)
		m.end(0, &askedFailure{err: err, again: true, due: r.due})
	}
}

// awaitLaunch waits until a region whose subtasks are closed is to be launched again.
func (m *master) awaitLaunch(r *region) {
	r.stopAlarm()
	r.life = regionWaits
	r.alarm = m.run.env.after(max(r.due-m.run.env.now(), 0), func() { m.mailbox.send(isDue{r}) })
}

// relaunch settles what a region has left, behind what is on its way to storage.
func (m *master) relaunch(r *region) {
	r.alarm = nil
	m.lane.run(func() {
		l, err := m.run.relaunch(r)
		m.mailbox.send(hasRelaunched{r, l, err})
	})
}

// hasRelaunched starts the subtasks of a region.
func (m *master) hasRelaunched(e hasRelaunched) {
	r := e.region
	if e.err != nil {
		m.fail(r, e.err)
		return
	}
	all := m.run.build(r, e.launch)
	m.run.members.Store(&all)
	m.open += len(r.members)
	m.paused = m.paused || e.launch.pauses(m.run.env.config)
	for k, l := range m.loops {
		if m.regionOf(l.members[0]) == r {
			m.loops[k] = newEndingLoop(k, all)
		}
	}
	m.run.eventOf(r, runtime.Event{Kind: runtime.EventRestoring, Checkpoint: e.launch.from.id()})
	var actors []actor
	for _, i := range r.members {
		actors = append(actors, all[i])
		if m.committing != nil {
			m.hasCommitted(hasCommitted{by(i), m.committing.ID}) // the launch has committed it
		}
	}
	m.run.env.drive(actors...)
}
