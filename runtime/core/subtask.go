package core

import (
	"sync/atomic"
	"time"

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
	region   *region
	launch   *launch
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
	before   []int64 // by operator of the task: the records of the subtasks that were in its place before a restart
	commands []any
	align    alignment
	last     int // the channel that was read last

	hurries   func() bool // of the simulation: whether something urgent comes in this step; nil if nothing does
	current   Records     // under way
	from      int         // its channel
	alarm     func()      // stops the source's WakeAfter, or the wait for calls at the end; nil if there is none
	suspended int64       // the stop savepoint whose barrier has left: no record may follow it, and no timer fire
	finished  bool        // Finish has run, in this run or before
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

// collect empties the mailbox. Whatever has hurried the subtask by now is in it.
func (s *subtask) collect() {
	s.task.hurried.Store(s.hurries != nil && s.hurries())
	s.mailbox.take(&s.post)
	for _, command := range s.post.commands {
		if c, ok := command.(complete); ok {
			s.lineage.complete(c.barrier.ID) // before its turn: a barrier that has come behind it may overtake, and rests on no older one
		}
	}
	for _, d := range s.post.deliveries {
		s.receive(d)
	}
	for _, r := range s.post.returned {
		h := r.head().home
		s.outputs[h.output].back(h.outlet, r)
	}
	s.commands = append(s.commands, s.post.commands...)
	s.post.clear()
}

// receive lets a batch wait for its turn. One that was spilled goes home at once, when all have seen it.
func (s *subtask) receive(d delivery) {
	if s.life >= closing {
		return // nobody takes it any more
	}
	spilled, err := s.hold(d.channel, d.records)
	if err != nil {
		s.fail(err)
		return
	}
	if s.overtaking.enabled || len(s.captures) > 0 {
		s.arrives(d.channel, d.records)
	}
	if spilled {
		s.giveBack(d.records)
	}
}

// giveBack sends a batch home, if it has one: what was replayed or read from disk has none.
func (s *subtask) giveBack(records Records) {
	if home := records.head().home.mailbox; home != nil {
		home.giveBack(records)
	}
}

// start opens the operators with the state that they held.
func (s *subtask) start() {
	s.activity.does(startingUp)
	r := s.run.newRestore(s)
	defer func() { _ = r.close() }() // when a codec panics
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
	s.run.master.mailbox.send(hasStarted{by(s.index)})
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
		s.run.master.mailbox.send(hasBacklog{by(s.index), s.launch, backlog})
	}
}

func (s *subtask) sinkContext(uid, attempt string) runtime.SinkContext {
	return runtime.SinkContext{Context: s.task.Context(uid), Attempt: attempt, Done: s.launch.done}
}
