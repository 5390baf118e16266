package core

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// subtask is one parallel instance of a task, a state machine: step handles one message or one batch and never blocks on output. While
// an output is full it takes no records, but messages always.
type subtask struct {
	mailbox mailbox
	post    post // what was taken from the mailbox and is being handled

	index    int // among all subtasks of the job
	runner   Runner
	task     *Task
	run      *attempt
	lane     lane
	commits  commits
	backlog  atomic.Bool // of its source, as that has said
	paused   bool        // its source waits for the first checkpoint of the run
	phases   phases
	activity activity
	life     life
	opened   bool // when it was closed: the operators are to be closed too
	isSource bool // known before source is open

	source   anySource
	channels []channel
	outputs  []anyOutput
	counting []counter // sources and sinks, while they are opened
	counters atomic.Pointer[[]counter]
	received atomic.Int64
	commands []any
	align    alignment
	last     int // the channel that was read last

	current   Records // under way
	from      int     // its channel
	alarm     func()  // stops the source's WakeAfter, or the wait for calls at the end; nil if there is none
	suspended int64   // the stop savepoint whose barrier has left: no record may follow it, and no timer fire
	finished  bool    // Finish has run, in this run or before
	timing
	timerState
	overtaking
	replays  replays
	entering []entering // what a restore has found for the entries of the task, and was not taken yet
	lineage  lineage

	loop *loopMember // nil if the task is in no loop

	calls    anyCalls // those of its operator with Async, nil if it has none
	cut      bool     // its source ends here, whatever there is to read
	draining bool     // all input was taken, but calls for it are in flight
}

// life is what a subtask does at the moment.
type life uint8

const (
	starting  life = iota
	running        // takes records
	exhausted      // has taken all its input and flushed: waits for the final checkpoint
	closing        // is to be closed when its calls have returned
	over           // closed
)

// channel is the receiving side of an edge from one subtask.
type channel struct {
	edge  *edge
	queue []Records
	// feedback says that it closes a loop, inside that it comes from a task of the same loop.
	feedback, inside bool
	channelTime
}

// counter counts the records of a source or a sink.
type counter struct {
	uid   string
	count func() int64
}

// records counts those of an operator: what its source read, its sink wrote, or, for the head of the task, what came in.
func (s *subtask) records(uid string) int64 {
	if counters := s.counters.Load(); counters != nil {
		for _, c := range *counters {
			if c.uid == uid {
				return c.count()
			}
		}
	}
	return s.received.Load()
}

// The commands of the master to a subtask.
type (
	trigger  struct{ barrier coordinator.Barrier }
	complete struct{ barrier coordinator.Barrier }
	abort    struct{ barrier coordinator.Barrier }
	shut     struct{}
	// resume lets a source read that waits for the first checkpoint.
	resume struct{}
	// cut ends the input of a source where it is.
	cut struct{}
)

func (s *subtask) box() *mailbox { return &s.mailbox }

func (s *subtask) addChannel(c channel) int {
	s.channels = append(s.channels, c)
	return s.align.addChannel(c.feedback)
}

func (s *subtask) addOutput(o anyOutput) int {
	s.outputs = append(s.outputs, o)
	return len(s.outputs) - 1
}

// step does the next thing. What goes wrong in it fails the task: the master hears of it and shuts all subtasks.
func (s *subtask) step() (status status) {
	s.activity.begin(takingRecords)
	defer func() {
		if r := recover(); r != nil {
			s.failed(r)
			status = busy
		}
		s.activity.end()
	}()
	s.collect()
	if len(s.commands) > 0 {
		command := s.commands[0]
		s.commands = s.commands[1:]
		s.handle(command)
		return busy
	}
	switch s.life {
	case starting:
		s.start()
		return busy
	case running:
		return s.takeRecords()
	case over:
		return ended
	default:
		return idle
	}
}

// collect empties the mailbox.
func (s *subtask) collect() {
	s.mailbox.take(&s.post)
	for _, command := range s.post.commands {
		if c, ok := command.(complete); ok {
			s.lineage.complete(c.barrier.ID) // before its turn: a barrier that has come behind it may overtake, and rests on no older one
		}
	}
	for _, d := range s.post.deliveries {
		c := &s.channels[d.channel]
		c.queue = append(c.queue, d.records)
		if s.overtaking.enabled || len(s.captures) > 0 {
			s.arrives(d.channel, d.records)
		}
	}
	for _, r := range s.post.returned {
		h := r.head().home
		s.outputs[h.output].back(h.outlet, r)
	}
	s.commands = append(s.commands, s.post.commands...)
	s.post.clear()
}

// start opens the operators with the state that they held.
func (s *subtask) start() {
	s.activity.does(startingUp)
	r := s.run.newRestore(s)
	s.replays = replays{first: len(s.channels), next: len(s.channels)}
	s.runner.Restore(r)
	r.entries()
	r.inFlight()
	if err := r.done(); err != nil {
		s.fail(err)
		return
	}
	s.counters.Store(&s.counting)
	s.life = running // also if Open fails: what was opened is to be closed
	s.runner.Open()
	s.run.master.mailbox.send(hasStarted{})
	if len(s.entering) == 0 {
		s.begin()
	}
}

// begin goes on where the head of the task was.
func (s *subtask) begin() {
	s.startTime()
	if s.calls != nil {
		s.calls.resume()
	}
	if s.source == nil && len(s.channels) == 0 {
		s.exhaust()
	}
	s.ebb()
}

// takeRecords runs what is left of a batch, or the next one.
func (s *subtask) takeRecords() status {
	if s.suspended != 0 {
		return idle
	}
	if len(s.entering) > 0 {
		if s.task.full != 0 {
			return idle
		}
		s.enter()
		return busy
	}
	if s.calls != nil {
		if status, all := s.takeResults(); all {
			return status
		}
	}
	if s.task.full != 0 {
		s.activity.waitsFor(coordinator.WaitsForRoom)
		return idle
	}
	s.activity.waitsFor(coordinator.WaitsForNothing)
	switch {
	case s.firing:
		s.fire()
		return busy
	case s.fireProcessing():
		return busy
	case s.source != nil:
		return s.takeFromSource()
	case s.current != nil:
	case !s.next():
		s.flush()
		if s.loop != nil && s.settle() {
			return busy
		}
		return s.awaitTimers()
	}
	s.process(s.channels[s.from].edge.input, s.current)
	if s.current.done() {
		s.endOfBatch()
	}
	return busy
}

func (s *subtask) takeFromSource() status {
	if s.cut {
		s.exhaust()
		return busy
	}
	if s.paused {
		s.flush()
		return idle
	}
	s.activity.does(readingSource)
	records, err := s.source.poll()
	s.activity.does(takingRecords)
	switch {
	case errors.Is(err, io.EOF):
		s.exhaust()
	case err != nil:
		s.fail(err)
	case records == nil:
		s.sawNothing()
		s.flush()
		return idle
	default:
		s.setIdle(false)
		s.process(0, records)
		s.sawRecords()
	}
	return busy
}

func (s *subtask) process(input int, records Records) {
	s.runner.Process(input, records)
	s.afterRecords()
}

// afterRecords says how many there were, and writes what sinks were given.
func (s *subtask) afterRecords() {
	s.runner.Counts(&s.task.counts)
	for _, sink := range s.task.sinks {
		sink.flush()
	}
}

// next makes the first batch of the next channel that is not blocked the current one.
func (s *subtask) next() bool {
	if k := s.nextReplay(); k >= 0 {
		s.take(k)
		return true
	}
	// What a loop feeds back is taken before what would add to it.
	return s.loop != nil && s.nextOf(true) || s.nextOf(false)
}

func (s *subtask) nextOf(feedback bool) bool {
	for i := range s.channels {
		k := (s.last + 1 + i) % len(s.channels)
		if c := &s.channels[k]; len(c.queue) > 0 && c.feedback == feedback && !s.align.blocked[k] {
			s.take(k)
			return true
		}
	}
	return false
}

// take makes the first batch of a channel the current one.
func (s *subtask) take(k int) {
	c := &s.channels[k]
	s.current, s.from, s.last = c.queue[0], k, k
	s.resume(c)
	copy(c.queue, c.queue[1:])
	c.queue[len(c.queue)-1] = nil
	c.queue = c.queue[:len(c.queue)-1]
}

// endOfBatch handles what follows the records of the current batch and gives it back.
func (s *subtask) endOfBatch() {
	h := s.current.head()
	if s.takeMark(h); s.firing {
		return // until all has fired: then what follows is taken
	}
	if h.barrier != nil {
		s.phases.enter(h.barrier.ID, coordinator.Aligning, s.task.env.now())
		for _, w := range s.align.barrier(s.from, *h.barrier) {
			s.checkpoint(w)
		}
	}
	if h.end {
		for _, w := range s.align.end(s.from) {
			s.checkpoint(w)
		}
		s.channelEnded()
	}
	records := s.current
	s.current = nil
	s.received.Store(s.received.Load() + int64(records.size()))
	if h.home.mailbox != nil { // not for one that was replayed
		h.home.mailbox.giveBack(records)
	}
}

func (s *subtask) flush() {
	for _, o := range s.outputs {
		o.flush()
	}
}

// exhaust flushes the operators at the end of input, once in the life of the job, and tells the tasks downstream.
func (s *subtask) exhaust() {
	s.advance(runtime.MaxTime) // of a source: it has no timers, and the others have heard of it
	if !s.finished {
		s.finished = true
		s.activity.does(finishingInput)
		s.runner.Finish()
		for _, sink := range s.task.sinks {
			sink.flush()
		}
	}
	if s.loop != nil {
		s.refuseLateFeedback()
	}
	for _, o := range s.outputs {
		o.mark(mark{watermarkMark, runtime.MaxTime})
		o.end()
	}
	s.life = exhausted
	s.run.master.mailbox.send(hasExhausted{s.index})
}

func (s *subtask) handle(command any) {
	switch c := command.(type) {
	case shut:
		s.close()
	case trigger:
		// At or below done it was taken before the end of the input was, by it.
		direct := s.life == exhausted || s.life == running && (s.source != nil || s.align.allEnded())
		if direct && c.barrier.ID > s.align.done {
			arrived := s.align.arrived(c.barrier.ID)
			s.align.over(c.barrier.ID)
			s.checkpoint(awaited{c.barrier, arrived})
		}
	case complete:
		s.complete(c.barrier)
	case commitAgain:
		if s.life < closing {
			s.lane.run(s.commitAgain)
		}
	case cut:
		s.cut = true
	case resume:
		s.paused = false
	case timersDue:
		s.stopTimerAlarm()
	case overtakeDue:
		s.overtake(c.barrier)
	case abort:
		s.align.abort(c.barrier.ID)
		s.phases.giveUp(c.barrier.ID)
		s.lineage.abort(c.barrier.ID)
		s.givesUp(c.barrier.ID)
		if s.suspended == c.barrier.ID {
			s.suspended = 0
		}
		s.notifyAborted(c.barrier)
	case probe:
		s.loop.probed, s.loop.ebbing, s.loop.last = true, true, c.last
	case loopOver:
		s.loop.over = true
	case called:
		s.handleCalled(c)
	case graceOver:
		s.abandonCalls()
	}
}

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
	for _, sync := range snap.syncs {
		if err := s.guard(sync); err != nil {
			// What was written since the barrier before is lost: only a restart brings it back.
			s.commits.broken = true
			s.run.master.mailbox.send(hasFailed{s.index, fmt.Errorf("%s: %w", s.task.name(), err)})
			return
		}
	}
}

// acknowledge makes a snapshot durable and tells the master. It runs in the lane.
func (s *subtask) acknowledge(snap *Snapshot) {
	defer s.phases.over(snap.barrier.ID)
	if s.commits.broken {
		return
	}
	if snap.phase.givenUp.Load() {
		return
	}
	if snap.stored {
		snap.phase.reach(coordinator.Storing, s.task.env.now())
		data, err := s.run.store(snap.barrier.ID, s, snap.data.Finish(), snap.held.Bases)
		if err != nil {
			s.run.master.mailbox.send(hasDeclined{s.index, snap.barrier.ID, fmt.Errorf("store its snapshot: %w", err)})
			return
		}
		snap.held.Data = data
		if snap.image != nil {
			snap.image.data = data // nobody reads it before the checkpoint is complete
		}
	}
	s.run.master.mailbox.send(hasAcknowledged{s.index, snap.barrier.ID, snap.held})
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

// fail tells the master and closes the task.
func (s *subtask) fail(err error) {
	s.run.master.mailbox.send(hasFailed{s.index, fmt.Errorf("%s: %w", s.task.name(), err)})
	s.close()
}

// close releases what the task holds, when calls under way have returned.
func (s *subtask) close() {
	if s.life >= closing {
		return
	}
	s.opened = s.life != starting
	s.life = closing
	s.stopAlarm()
	if !s.cancelCalls() {
		s.release()
	}
}

// release releases what the operators and ports hold, whatever fails in it.
func (s *subtask) release() {
	s.life = over
	s.activity.does(closingDown)
	s.stopAlarm()
	s.stopTime()
	for _, c := range s.coming { // the wait for a barrier to overtake would keep the run until it is over
		c.stopAlarm()
	}
	report := func(err error) {
		if err != nil {
			s.task.env.logger.Warn("close failed", "task", s.task.name(), "error", err)
		}
	}
	if s.opened {
		report(s.guard(s.runner.Close))
	}
	if s.source != nil {
		report(s.guard(s.source.close))
	}
	for _, sink := range s.task.sinks {
		report(s.guard(sink.close))
	}
	// Behind what the lane still has to do: nothing is stored after it.
	s.lane.run(func() { s.run.master.mailbox.send(hasClosed{}) })
}

// stopAlarm forgets the last WakeAfter.
func (s *subtask) stopAlarm() {
	if s.alarm != nil {
		s.alarm()
		s.alarm = nil
	}
}

// guard calls f and makes an error of a panic.
func (s *subtask) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = s.failure(r)
		}
	}()
	return f()
}

func (s *subtask) sourceContext(uid string) runtime.SourceContext {
	return runtime.SourceContext{
		Context: s.task.Context(uid),
		Wake:    s.mailbox.nudge,
		WakeAfter: func(d time.Duration) {
			s.stopAlarm()
			s.alarm = s.task.env.after(d, s.mailbox.nudge)
		},
		Now:        s.task.env.now,
		SetBacklog: s.setBacklog,
	}
}

// setBacklog tells the master of a change.
func (s *subtask) setBacklog(backlog bool) {
	if s.backlog.Swap(backlog) != backlog {
		s.run.master.mailbox.send(hasBacklog{s.index, backlog})
	}
}

func (s *subtask) sinkContext(uid, attempt string) runtime.SinkContext {
	return runtime.SinkContext{Context: s.task.Context(uid), Attempt: attempt, Done: s.run.done}
}
