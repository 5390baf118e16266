package core

// The end of a loop. When nothing more comes from outside to any of its subtasks, the master probes them in waves. A subtask answers a probe when it has
// nothing to do: no records to take or to send, no timers that fire, no calls in flight. It says how many batches of records and
// watermarks it has sent within the loop; barriers do not count, so a checkpoint does not put the end off.
//
// If two waves in a row find the same number, then nothing circulates. Nobody has sent anything between its two answers. What was sent before the first ones was in the
// mailbox of its receiver before the second wave began, so that was taken before the receiver answered again. So after the last answer there is nothing left
// that could give anybody something to do; timers in processing time are dropped from the first probe on.
//
// That is found out twice. First the heads let the last watermark pass, whose timers may send records round. Then the loop is over: the
// heads end as at any end of input, and the others behind them.

// Commands of the master to a subtask in a loop.
type (
	probe    struct{ last bool } // whether the last watermark may pass
	loopOver struct{}
)

// endingLoop is what the master knows of the end of a loop.
type endingLoop struct {
	members []int // subtasks
	filling int   // those of them to which something may come from outside
	answers int   // to this wave
	sent    int64 // what they say
	before  int64 // what the wave before has found, or -1
	last    bool  // the last watermark may pass
}

func newEndingLoop(number int, subtasks []*subtask) *endingLoop {
	l := &endingLoop{before: -1}
	for _, s := range subtasks {
		if s.loop != nil && s.loop.number == number {
			l.members, l.filling = append(l.members, s.index), l.filling+1
		}
	}
	return l
}

func (m *master) hasEbbed(e hasEbbed) {
	l := m.loops[m.run.subtasks()[e.subtask()].loop.number]
	if l.filling--; l.filling == 0 {
		m.probe(l)
	}
}

// probe begins a wave.
func (m *master) probe(l *endingLoop) {
	l.answers, l.sent = 0, 0
	for _, i := range l.members {
		m.run.subtasks()[i].mailbox.send(probe{l.last})
	}
}

// hasSettled takes the answer to a probe.
func (m *master) hasSettled(e hasSettled) {
	l := m.loops[m.run.subtasks()[e.subtask()].loop.number]
	l.answers, l.sent = l.answers+1, l.sent+e.sent
	switch {
	case l.answers < len(l.members):
	case l.sent != l.before:
		l.before = l.sent
		m.probe(l)
	case !l.last:
		l.last, l.before = true, -1
		m.probe(l)
	default:
		for _, i := range l.members {
			m.run.subtasks()[i].mailbox.send(loopOver{})
		}
	}
}
