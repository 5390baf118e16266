package core

import (
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
)

// mark is what a channel says of event time, behind the records of a batch. A later one says all that those before it have said, so that it
// takes their place where they have not left yet.
type mark struct {
	kind      markKind
	watermark runtime.Time
}

type markKind uint8

const (
	noMark markKind = iota
	watermarkMark
	// idleMark says that nothing is to be expected for a while behind the watermark, and nobody need wait for the channel.
	idleMark
)

// EventTime says how a source makes watermarks of the times of its records.
type EventTime struct {
	// OutOfOrder is how far a record may lag behind those before it.
	OutOfOrder time.Duration
	// Idle is after how long without a record nobody waits for a subtask of the source any more; 0 is never.
	Idle time.Duration
}

// times is what a task knows of time.
type times struct {
	// head is the clock of the first operator of the chain, behind that of the others: a watermark reaches them when the timers of the
	// first have fired.
	head, behind runtime.Clock
	seen         runtime.Time // the latest of the records of a source
	fires        runtime.Time // a watermark that was restored, of which not all timers have fired
	floors       floors
	timers
}

func (t *Task) clock(operator string) *runtime.Clock {
	if operator == t.info.name {
		return &t.head
	}
	return &t.behind
}

// SawTime says when a record of a source happened.
func (t *Task) SawTime(at runtime.Time) { t.seen = max(t.seen, at) }

// timing is how a subtask comes to its watermark.
type timing struct {
	eventTime *EventTime    // of a source
	timeless  bool          // no source with a time leads here
	cameAt    time.Duration // when a record came last from a source, or the subtask began
	isIdle    bool          // that has been said downstream
	idleAlarm func()
}

// channelTime is what a channel has said of event time.
type channelTime struct {
	watermark runtime.Time
	idle      bool
	timeless  bool // it comes from a task without a say in event time: only its end counts
}

// startTime goes on from the restored watermark, and fires what was left of one.
func (s *subtask) startTime() {
	s.cameAt = s.task.env.now()
	if w := s.task.head.Watermark; w > runtime.MinTime {
		s.pass(mark{watermarkMark, w})
	}
	s.advance(s.task.fires)
	if s.task.floors.ahead != nil && !s.firing {
		s.beginFiring(s.task.head.Watermark) // what is left of those of key groups that were ahead
	}
}

func (s *subtask) stopTime() {
	if s.idleAlarm != nil {
		s.idleAlarm()
		s.idleAlarm = nil
	}
	s.stopTimerAlarm()
}

// takeMark takes what stands behind the records of the current batch about time, once: its watermark and then, when all that this fires has
// fired, that the channel is idle.
func (s *subtask) takeMark(h *batchHead) {
	c, m := &s.channels[s.from], h.mark
	if m.kind == noMark {
		return
	}
	if m.kind == watermarkMark || m.watermark > c.watermark {
		c.idle, c.watermark = false, max(c.watermark, m.watermark)
		s.combine()
	}
	if m.kind == idleMark && !s.firing {
		c.idle = true
		s.combine()
	}
	if m.kind == watermarkMark || !s.firing {
		h.mark = mark{}
	}
}

// resume ends the idleness of a channel that brings records again.
func (s *subtask) resume(c *channel) {
	if c.idle && s.current.size() > 0 {
		c.idle = false
		s.combine()
	}
}

// combine advances to the least watermark of the channels that are neither idle, nor timeless, nor at their end; what a loop feeds back has no say.
// Where there is no such
// channel the subtask is at its end, or idle itself: then it advances to the latest watermark first, that of the channel which was waited for
// least, so that it does not matter in which order they became idle.
func (s *subtask) combine() {
	low, high, active, open := runtime.MaxTime, runtime.MinTime, false, false
	for k := range s.channels {
		c := &s.channels[k]
		if c.watermark == runtime.MaxTime || c.feedback {
			continue
		}
		open = true
		if c.timeless {
			continue
		}
		high = max(high, c.watermark)
		if !c.idle {
			active, low = true, min(low, c.watermark)
		}
	}
	switch {
	case active:
		s.setIdle(false)
		s.advance(low)
	case !open && s.holdsLast():
	case !open:
		s.advance(low)
	default:
		if s.advance(high); !s.firing {
			s.setIdle(true)
		}
	}
}

// setIdle says downstream that the subtask is idle, or no more so.
func (s *subtask) setIdle(idle bool) {
	if idle == s.isIdle {
		return
	}
	s.isIdle = idle
	if idle {
		s.tell(mark{idleMark, s.task.head.Watermark})
	} else {
		s.tell(mark{watermarkMark, s.task.head.Watermark})
	}
}

// advance brings the subtask to a watermark: its timers that are due fire, which may take several steps, then those downstream hear of it.
func (s *subtask) advance(w runtime.Time) {
	if w <= s.task.head.Watermark {
		return
	}
	s.task.head.Watermark = w
	s.leaveFloors()
	if s.beginFiring(w); !s.firing {
		s.hasAdvanced()
	}
}

func (s *subtask) hasAdvanced() { s.tell(mark{watermarkMark, s.task.head.Watermark}) }

// tell says something of event time to the operators behind the first and to those downstream: behind all that the calls of the first one
// have in flight.
func (s *subtask) tell(m mark) {
	if s.calls != nil && !s.calls.empty() {
		s.calls.hold(m)
		return
	}
	s.pass(m)
}

func (s *subtask) pass(m mark) {
	s.task.behind.Watermark = max(s.task.behind.Watermark, m.watermark)
	for _, o := range s.outputs {
		o.mark(m)
	}
}

// sawRecords makes the watermark of a source of the records that it has processed.
func (s *subtask) sawRecords() {
	if s.eventTime == nil {
		return
	}
	if s.eventTime.Idle > 0 {
		s.cameAt = s.task.env.now()
	}
	if w := s.task.seen.Add(-s.eventTime.OutOfOrder); w > runtime.MinTime {
		s.advance(w - 1)
	}
}

// sawNothing makes a source idle if nothing has come for its time.
func (s *subtask) sawNothing() {
	if s.eventTime == nil || s.eventTime.Idle <= 0 || s.isIdle {
		return
	}
	rest := s.cameAt + s.eventTime.Idle - s.task.env.now()
	if rest <= 0 {
		s.setIdle(true)
		return
	}
	if s.idleAlarm != nil {
		s.idleAlarm()
	}
	s.idleAlarm = s.task.env.after(rest, s.mailbox.nudge)
}

// mark gives every outlet what is to be said. It goes out with the next batch; where that takes longer than it takes those outlets to fill
// that get their share of the records, it goes out by itself.
func (o *Output[T]) mark(m mark) {
	if o.loop {
		return
	}
	for _, outlet := range o.outlets {
		outlet.open.mark = m
		if outlet.marks++; outlet.marks > len(o.outlets)+marksInBatch && outlet.sent < credits {
			outlet.ship()
		}
	}
}

// marksInBatch is how many marks a batch awaits beside one for each outlet: a source gives one for each batch that it reads.
const marksInBatch = 3

// watermark is where a subtask goes on from: the least watermark of those that had the key groups which it takes over, where all that comes to it comes by
// key and came so before; else of all, since a record that was not late in any of them may come to it now.
func (r *restored) watermark(v *vertexInfo, index int, byKey bool, of func(*checkpoint.Subtask) int64) runtime.Time {
	low, found := runtime.MaxTime, false
	first, end := groupRange(index, v.parallelism, r.groups)
	r.operators(r.known(v), func(held *checkpoint.Subtask, _ *checkpoint.Operator) {
		if !byKey || r.owned(held, first, end) {
			low, found = min(low, runtime.Time(of(held))), true
		}
	})
	if !found {
		return runtime.MinTime
	}
	return low
}

// hadKeys reports whether records came by key to a task to which they do now. If it keeps state by key the checkpoint says so; if not, it is held for one
// that had keys.
func (a *attempt) hadKeys(from *restored, v *vertexInfo) bool {
	return from.wasKeyed(from.known(v)) || !slices.ContainsFunc(a.ask(v).states[v.name], func(s checkpoint.TakenState) bool { return s.Kind == checkpoint.KeyedState })
}

// restoredTimes is what a task knows of time when it begins.
func (a *attempt) restoredTimes(from *restored, v *vertexInfo, index int) times {
	some, all := a.job.comesByKey(v)
	keyed := some && a.hadKeys(from, v)
	least := func(of func(*checkpoint.Subtask) int64) runtime.Time {
		return from.watermark(v, index, keyed && all, of)
	}
	known := from.known(v)
	seen := func(s *checkpoint.Subtask) int64 {
		if s.Task != known {
			return s.Watermark // the timers are those of an operator before it, which has a task of its own now
		}
		return max(s.Watermark, s.Firing)
	}
	clock := runtime.Clock{Watermark: least(func(s *checkpoint.Subtask) int64 { return s.Watermark }), Wall: a.env.wall}
	t := times{head: clock, behind: clock, seen: runtime.MinTime, fires: least(seen)}
	if keyed {
		t.floors = from.floors(v, index, t.fires, seen)
	}
	return t
}

// comesByKey reports whether some records come to a task by their keys, and whether all do.
func (j *Job) comesByKey(v *vertexInfo) (some, all bool) {
	all = true
	for _, e := range j.edges {
		if e.to == v {
			some, all = some || e.partition == Hash, all && e.partition == Hash
		}
	}
	return some, all
}
