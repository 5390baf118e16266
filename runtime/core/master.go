package core

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// What the master hears of: its subtasks, its own lane, and the user.
type (
	hasStarted struct{}
	hasBacklog struct {
		subtask int
		backlog bool
	}
	hasTakenAll  struct{ subtask int } // its input, while calls for it are in flight
	hasExhausted struct{ subtask int }
	// hasEbbed is said by a subtask in a loop when nothing more comes from outside, hasSettled in answer to a probe.
	hasEbbed   struct{ subtask int }
	hasSettled struct {
		subtask int
		sent    int64 // batches within the loop that work
	}
	hasAcknowledged struct {
		subtask    int
		checkpoint int64
		held       checkpoint.Subtask
	}
	hasDeclined struct {
		subtask    int
		checkpoint int64
		err        error
	}
	hasCommitted struct {
		subtask    int
		checkpoint int64
	}
	hasFailed struct {
		subtask int
		err     error
	}
	hasClosed    struct{}
	hasDeleted   struct{}
	hasPublished struct {
		checkpoint *checkpoint.Checkpoint
		path       string // of a savepoint
		size       int64
		err        error
	}
	hasRecorded struct {
		status checkpoint.Status
		err    error
	}
)

// master runs the checkpoints of a run and ends it: a state machine as the subtasks are.
type master struct {
	mailbox mailbox
	post    post
	run     *attempt
	lane    lane

	coordinator *coordinator.Coordinator // nil until every subtask has started
	started     int
	ended       []bool // by subtask: no barriers come to it from others
	exhausted   []bool // by subtask
	inputs      int    // subtasks that are not exhausted yet
	closed      int
	loops       []*endingLoop
	backlog     []bool // by subtask, of those who have told of it before every subtask had started
	paused      bool   // sources wait for the first checkpoint

	// committing is the checkpoint that sinks are committing; missing is how many have not said so yet.
	committing *checkpoint.Checkpoint
	missing    map[int64]int
	savepoints map[int64]func(string, error) // requests under way, by checkpoint
	early      []runtime.Request             // those that came before every subtask had started
	stopping   *runtime.Request
	stopped    string // where what a stop left is
	watchdog   watchdog
	ticking    time.Duration // when the driver was asked to wake the master, 0 if it was not
	alarm      func()        // takes that back

	ending   bool
	deleting bool
	outcome  runtime.Outcome
	err      error
}

func (m *master) box() *mailbox { return &m.mailbox }

func (m *master) step() status {
	m.mailbox.take(&m.post)
	for _, event := range m.post.commands {
		m.handle(event)
	}
	m.post.clear()
	if m.ending && m.closed == len(m.run.subtasks) && !m.deleting {
		return ended
	}
	if m.coordinator != nil && !m.ending {
		m.act(m.coordinator.Tick(m.run.env.now(), m.run.env.wall()))
		m.resumeUnlessExpected()
		m.watch()
	}
	if m.coordinator != nil && !m.ending {
		m.wakeLater()
	}
	return idle
}

// resumeUnlessExpected lets sources read that wait for the first checkpoint if as things stand there will be none: a task has finished, or there is
// a backlog, and no checkpoints are wanted then.
func (m *master) resumeUnlessExpected() {
	if !m.paused || m.coordinator.Expects() {
		return
	}
	m.paused = false
	for _, s := range m.run.subtasks {
		s.mailbox.send(resume{})
	}
}

// watch fails the job if user code does not return, in a subtask that a checkpoint waits for.
func (m *master) watch() {
	if err := m.watchdog.look(m.run.env.now(), m.run.subtasks, func(i int) bool { return len(m.coordinator.Waiting(i)) > 0 }); err != nil {
		m.end(0, err)
	}
}

// wakeLater asks to be woken when a checkpoint is due or times out.
func (m *master) wakeLater() {
	at, ok := m.coordinator.Wake()
	if m.watchdog.limit > 0 && len(m.coordinator.Pending()) > 0 {
		if next := m.watchdog.wake(m.run.env.now()); !ok || next < at {
			at, ok = next, true
		}
	}
	if !ok || at == m.ticking {
		return
	}
	m.stopAlarm()
	m.ticking = at
	m.alarm = m.run.env.after(max(at-m.run.env.now(), 0), m.mailbox.nudge)
}

// stopAlarm forgets when to wake: a timer would keep the run, with all its state, until it fires.
func (m *master) stopAlarm() {
	if m.alarm != nil {
		m.alarm()
		m.alarm = nil
	}
}

func (m *master) handle(event any) {
	switch e := event.(type) {
	case hasClosed:
		m.closed++
		m.deleteIfClosed()
		return
	case hasDeleted:
		m.deleting = false
		return
	case runtime.Request:
		m.request(e)
		return
	}
	if m.ending {
		if e, ok := event.(hasAcknowledged); ok {
			m.discard(e.checkpoint)
		}
		return
	}
	now := m.run.env.now()
	switch e := event.(type) {
	case hasStarted:
		m.hasStarted()
	case hasBacklog:
		if m.coordinator == nil {
			m.backlog[e.subtask] = e.backlog
			return
		}
		m.coordinator.Backlog(e.subtask, e.backlog, now)
	case hasTakenAll:
		m.hasEnded(e.subtask)
	case hasExhausted:
		m.inputs--
		m.exhausted[e.subtask] = true
		if m.coordinator != nil {
			m.coordinator.Finished(e.subtask, now)
		}
		m.hasEnded(e.subtask)
		m.finalIfExhausted()
	case hasEbbed:
		m.hasEbbed(e)
	case hasSettled:
		m.hasSettled(e)
	case hasAcknowledged:
		m.act(m.coordinator.Acknowledge(e.checkpoint, e.subtask, e.held, now))
	case hasDeclined:
		m.act(m.coordinator.Decline(e.checkpoint, e.subtask, e.err))
	case hasFailed:
		m.end(0, e.err)
	case hasPublished:
		m.hasPublished(e)
	case hasCommitted:
		m.hasCommitted(e.checkpoint)
	case hasRecorded:
		m.hasRecorded(e)
	}
}

// hasStarted begins checkpoints once every subtask runs: before, one would wait for those that still read their state.
func (m *master) hasStarted() {
	if m.started++; m.started < len(m.run.subtasks) {
		return
	}
	c := m.run.env.config.Checkpointing
	names := make([]string, len(m.run.subtasks))
	for i, s := range m.run.subtasks {
		names[i] = s.task.name()
	}
	first := c.MinPause
	m.paused = m.run.pauses()
	if c.Interval > c.MinPause && !m.paused {
		first += time.Duration(m.run.env.random() * float64(c.Interval-c.MinPause))
	}
	m.coordinator = coordinator.New(coordinator.Options{
		Interval: c.Interval, BacklogInterval: c.Backlog(), UntilFirstEnd: !c.AfterTasksFinish, Timeout: c.Timeout, MinPause: c.MinPause, MaxConcurrent: c.MaxConcurrent, Tolerable: c.TolerableFailures,
		NextID: m.run.nextID, Subtasks: names, FirstDelay: first,
		Progress: m.progress,
	}, m.run.env.now())
	m.watchdog = newWatchdog(c.SynchronousTimeout, len(m.run.subtasks))
	now := m.run.env.now()
	for i, b := range m.backlog {
		m.coordinator.Backlog(i, b, now)
	}
	for i, exhausted := range m.exhausted {
		if exhausted {
			m.coordinator.Finished(i, now)
		}
	}
	m.run.event(runtime.Event{Kind: runtime.EventRunning})
	early := m.early
	m.early = nil
	for _, r := range early {
		m.request(r)
	}
	m.finalIfExhausted()
}

// progress is how far a subtask has come with a checkpoint, and what keeps it from going on.
func (m *master) progress(subtask int, id int64) coordinator.Progress {
	s := m.run.subtasks[subtask]
	p := s.phases.progress(id)
	p.Waits = coordinator.Waits(s.activity.waits.Load())
	return p
}

// hasEnded hears that the input of a subtask has come to its end. Nobody sends it barriers any more: it takes them directly.
func (m *master) hasEnded(subtask int) {
	m.ended[subtask] = true
	if m.coordinator == nil {
		return
	}
	for _, b := range m.coordinator.Waiting(subtask) {
		m.run.subtasks[subtask].mailbox.send(trigger{b})
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
	for i, s := range m.run.subtasks {
		if s.isSource || m.ended[i] {
			s.mailbox.send(trigger{b})
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
		m.mailbox.send(published)
	})
}

func (m *master) hasPublished(e hasPublished) {
	// A savepoint whose folder is in doubt leaves the chain as it is.
	if e.checkpoint.Kind != checkpoint.Savepoint && (errors.Is(e.err, chain.ErrFenced) || errors.Is(e.err, chain.ErrAmbiguous)) {
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
		m.discard(done.ID) // the savepoint has copies of its own
		return
	}
	m.committing, m.paused = done, false
	m.missing = map[int64]int{done.ID: len(m.run.subtasks)}
	for _, s := range m.run.subtasks {
		s.mailbox.send(complete{coordinator.Barrier{ID: done.ID, Kind: done.Kind}})
	}
}

// hasCommitted records in the chain that everything is committed, and how the job stands now.
func (m *master) hasCommitted(id int64) {
	if _, ok := m.missing[id]; !ok {
		return // a newer checkpoint has completed since, whose commits include these
	}
	if m.missing[id]--; m.missing[id] > 0 {
		return
	}
	m.missing = nil
	done := m.committing
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
	m.run.event(runtime.Event{Kind: runtime.EventCheckpointFailed, Checkpoint: a.Barrier.ID, Err: a.Reason})
	for _, s := range m.run.subtasks {
		s.mailbox.send(abort{a.Barrier})
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
	m.lane.run(func() {
		err := m.run.chain.Discard(id)
		if err != nil && !errors.Is(err, chain.ErrFenced) && !errors.Is(err, chain.ErrAmbiguous) {
			m.run.env.logger.Warn("the files of a checkpoint that nobody needs could not be deleted", "checkpoint", id, "error", err)
		}
	})
}

// errNotRunning is the answer to a request that comes too late, or while a job that has failed waits to start again.
var errNotRunning = errors.New("the job does not run at the moment: it restarts or ends; try again")

func (m *master) request(r runtime.Request) {
	switch {
	case r.Kind == runtime.RequestCancel:
		r.Reply("", nil)
		if !m.ending {
			m.end(runtime.Cancelled, nil)
		}
	case m.ending:
		r.Reply("", errNotRunning)
	case m.coordinator == nil: // some subtasks process records already, so its user may well believe that it runs
		m.early = append(m.early, r)
	case m.stopping != nil:
		r.Reply("", fmt.Errorf("the job is being stopped already"))
	case r.Kind != runtime.RequestSavepoint && m.inputs == 0:
		r.Reply("", fmt.Errorf("the job has reached the end of its input and is finishing"))
	case r.Kind == runtime.RequestDrain:
		m.stopping = &r
		m.coordinator.Drain()
		for _, s := range m.run.subtasks {
			s.mailbox.send(cut{})
		}
	default:
		kind := checkpoint.Savepoint
		if r.Kind == runtime.RequestStop {
			kind, m.stopping = checkpoint.StopSavepoint, &r
		}
		t := m.coordinator.Request(kind, m.run.env.now(), m.run.env.wall())
		if kind == checkpoint.Savepoint {
			m.savepoints[t.Barrier.ID] = r.Reply
		}
		m.act([]coordinator.Action{t})
	}
}

// refuse answers the requests that came when the run had ended.
func (m *master) refuse() {
	m.mailbox.take(&m.post)
	for _, event := range m.post.commands {
		if r, ok := event.(runtime.Request); ok {
			r.Reply("", errNotRunning)
		}
	}
	m.post.clear()
}

// end shuts every subtask. The first reason counts.
func (m *master) end(outcome runtime.Outcome, err error) {
	if m.ending {
		return
	}
	m.ending, m.outcome, m.err = true, outcome, err
	reason := errNotRunning
	if err != nil {
		reason = fmt.Errorf("the job failed: %w", err)
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
	if err != nil || outcome == runtime.Cancelled {
		m.run.cancel() // what is being committed is committed again at the next start
	}
	for _, s := range m.run.subtasks {
		s.mailbox.send(shut{})
	}
}

// deleteIfClosed deletes the checkpoints of a job that ended so, once nothing more is stored: what came later would stay for ever.
func (m *master) deleteIfClosed() {
	if m.closed < len(m.run.subtasks) || !deletes(m.run.env.config.Checkpointing.Retention, m.outcome, m.err) {
		return
	}
	m.deleting = true
	m.lane.run(func() {
		m.run.deleteCheckpoints()
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
