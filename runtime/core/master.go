package core

import (
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// by is the subtask that tells the master of something.
type by int

func (b by) subtask() int { return int(b) }

// What the master hears of: its subtasks, its own lane, its alarms, and the user.
type (
	hasStarted struct{ by }
	// hasBacklog is the only one that a source may send from a goroutine of its own, and so after it was closed.
	hasBacklog struct {
		by
		launch  *launch
		backlog bool
	}
	hasTakenAll  struct{ by } // its input, while calls for it are in flight
	hasExhausted struct{ by }
	// hasEbbed is said by a subtask in a loop when nothing more comes from outside, hasSettled in answer to a probe.
	hasEbbed   struct{ by }
	hasSettled struct {
		by
		sent int64 // batches within the loop that work
	}
	hasAcknowledged struct {
		by
		checkpoint int64
		held       checkpoint.Subtask
	}
	hasDeclined struct {
		by
		checkpoint int64
		err        error
	}
	hasCommitted struct {
		by
		checkpoint int64
	}
	hasFailed struct {
		by
		err error
	}
	hasClosed    struct{ by }
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
	// hasStuck is an alarm: subtasks of the region were to close long ago. isDue is another: it may be launched again, which hasRelaunched tells of.
	hasStuck struct {
		region *region
		launch *launch
	}
	isDue         struct{ region *region }
	hasRelaunched struct {
		region *region
		launch *launch
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
	ended       []bool                   // by subtask: no barriers come to it from others
	exhausted   []bool                   // by subtask
	inputs      int                      // subtasks that are not exhausted yet
	open        int                      // subtasks that are not closed
	loops       []*endingLoop
	backlog     []bool // by subtask, of those who have told of it before every subtask had started
	paused      bool   // sources wait for the first checkpoint

	// committing is the checkpoint that sinks are committing, nil before the first; missing are the subtasks that have not said so yet.
	committing *checkpoint.Checkpoint
	missing    map[int]bool
	savepoints map[int64]func(string, error) // requests under way, by checkpoint
	early      []runtime.Request             // those that came while not every subtask ran
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

func newMaster(a *attempt) *master {
	n := len(a.subtasks())
	m := &master{run: a, lane: a.env.newLane(), savepoints: map[int64]func(string, error){}, inputs: n, open: n,
		ended: make([]bool, n), exhausted: make([]bool, n), backlog: make([]bool, n)}
	for i := range a.job.loops() {
		m.loops = append(m.loops, newEndingLoop(i, a.subtasks()))
	}
	return m
}

func (m *master) box() *mailbox { return &m.mailbox }

func (m *master) step() status {
	m.mailbox.take(&m.post)
	for _, event := range m.post.commands {
		m.handle(event)
	}
	m.post.clear()
	if m.ending && m.open == 0 && !m.deleting {
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
	for _, s := range m.run.subtasks() {
		s.mailbox.send(resume{})
	}
}

// watch fails the job if user code does not return, in a subtask that a checkpoint waits for.
func (m *master) watch() {
	if err := m.watchdog.look(m.run.env.now(), m.run.subtasks(), func(i int) bool { return len(m.coordinator.Waiting(i)) > 0 }); err != nil {
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
		m.hasClosed(e)
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
	if m.isOver(event) {
		return
	}
	now := m.run.env.now()
	switch e := event.(type) {
	case hasStarted:
		m.hasStarted(e)
	case hasBacklog:
		switch {
		case m.regionOf(e.subtask()).launch != e.launch: // another one is open since
		case m.coordinator == nil:
			m.backlog[e.subtask()] = e.backlog
		default:
			m.coordinator.Backlog(e.subtask(), e.backlog, now)
		}
	case hasTakenAll:
		m.hasEnded(e.subtask())
	case hasExhausted:
		m.inputs--
		m.exhausted[e.subtask()] = true
		if m.coordinator != nil {
			m.coordinator.Finished(e.subtask(), now)
		}
		m.hasEnded(e.subtask())
		m.finalIfExhausted()
	case hasEbbed:
		m.hasEbbed(e)
	case hasSettled:
		m.hasSettled(e)
	case hasAcknowledged:
		m.act(m.coordinator.Acknowledge(e.checkpoint, e.subtask(), e.held, now))
	case hasDeclined:
		m.act(m.coordinator.Decline(e.checkpoint, e.subtask(), e.err))
	case hasFailed:
		m.fail(m.regionOf(e.subtask()), e.err)
	case hasPublished:
		m.hasPublished(e)
	case hasCommitted:
		m.hasCommitted(e)
	case hasRecorded:
		m.hasRecorded(e)
	case hasStuck:
		m.hasStuck(e)
	case isDue:
		m.relaunch(e.region)
	case hasRelaunched:
		m.hasRelaunched(e)
	}
}

// hasStarted begins checkpoints once every subtask runs: before, one would wait for those that still read their state.
func (m *master) hasStarted(e hasStarted) {
	r := m.regionOf(e.subtask())
	if r.started++; r.started < len(r.members) {
		return
	}
	r.life = regionRuns
	switch {
	case m.coordinator != nil:
		m.run.eventOf(r, runtime.Event{Kind: runtime.EventRunning})
		if m.allRun() {
			m.coordinator.Resume(m.run.env.now(), m.paused)
			m.answerEarly()
		}
	case m.allRun():
		m.begin()
	}
}

// begin begins checkpoints.
func (m *master) begin() {
	c := m.run.env.config.Checkpointing
	names := make([]string, len(m.run.subtasks()))
	for i, s := range m.run.subtasks() {
		names[i] = s.task.name()
	}
	first := c.MinPause
	m.paused = m.run.regions[0].launch.pauses(m.run.env.config)
	if c.Interval > c.MinPause && !m.paused {
		first += time.Duration(m.run.env.random() * float64(c.Interval-c.MinPause))
	}
	m.coordinator = coordinator.New(coordinator.Options{
		Interval: c.Interval, BacklogInterval: c.Backlog(), UntilFirstEnd: !c.AfterTasksFinish, Timeout: c.Timeout, MinPause: c.MinPause, MaxConcurrent: c.MaxConcurrent, Tolerable: c.TolerableFailures,
		NextID: m.run.nextID, Subtasks: names, FirstDelay: first,
		Progress: m.progress,
	}, m.run.env.now())
	m.watchdog = newWatchdog(c.SynchronousTimeout, len(m.run.subtasks()))
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
	m.answerEarly()
	m.finalIfExhausted()
}

// answerEarly takes the requests that have waited until every subtask ran.
func (m *master) answerEarly() {
	early := m.early
	m.early = nil
	for _, r := range early {
		m.request(r)
	}
}
