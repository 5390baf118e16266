package core

import (
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

// Unaligned checkpoints. A barrier needs no credit, so it stands in the mailbox of its receiver at once, behind the records that wait there.
// Who overtakes takes its snapshot as soon as the first barrier of a checkpoint has come, wherever its turn is, sends its own barriers, and
// writes down what the barriers have overtaken: for each channel the records from where it stands up to the barrier, those too that come
// until then. A restore hands them to the subtasks that their records belong to now, before any others.
//
// The source is Flink's unaligned checkpoints (FLIP-76), with two differences: nothing needs to be written on the sender's side, since an open
// batch leaves with the barrier, and every kind of edge takes part.

// overtaking are the barriers that a subtask has seen coming, and those that have overtaken records.
type overtaking struct {
	enabled  bool
	timeout  time.Duration // after which an aligned checkpoint overtakes
	coming   []comingBarrier
	captures []*capture
}

// comingBarrier is a barrier that has come on a channel, though its turn has not.
type comingBarrier struct {
	barrier coordinator.Barrier
	alarm   func() // takes back the wait until it overtakes
}

// capture writes down what is in flight into a subtask behind its snapshot: what the barrier of the checkpoint has overtaken, and what a loop
// feeds back until the barrier has come round.
type capture struct {
	barrier coordinator.Barrier
	snap    *Snapshot
	waiting []bool // by channel: its barrier is still to come
	missing int    // how many of them are
	inputs  []capturedInput
	disk    *spillDisk // of a subtask in a loop, for what does not fit into memory
	err     error      // of it
}

// add writes down the rest of a batch. It reports whether more is to come from the channel before the barrier.
func (c *capture) add(e *edge, records Records) bool {
	if !records.done() && c.err == nil {
		c.err = c.input(e).add(records)
	}
	h := records.head()
	return !c.endsAt(h.barrier, h.end)
}

// endsAt reports whether a channel brings nothing more that is in flight behind a batch with this tail.
func (c *capture) endsAt(barrier *coordinator.Barrier, end bool) bool {
	return end || barrier != nil && barrier.ID >= c.barrier.ID
}

// addWaiting writes down what waits on a channel. It reports whether more is to come before the barrier. What is on disk is in the form of the
// codec already.
func (c *capture) addWaiting(channel *channel) (open bool) {
	for _, records := range channel.queue {
		if !c.add(channel.edge, records) {
			return false
		}
	}
	if !channel.spill.holds() {
		return true
	}
	open = true
	err := channel.spill.each(func(f spilledFrame) bool {
		if f.count > 0 && c.err == nil {
			c.err = c.input(channel.edge).addCodes(f.codes, f.count)
		}
		open = f.tail == nil || !c.endsAt(f.tail.barrier, f.tail.end)
		return open
	})
	if c.err == nil {
		c.err = err
	}
	return open
}

// overtakeDue says that a barrier has waited long enough.
type overtakeDue struct{ barrier coordinator.Barrier }

// arrives looks at a batch as it comes, long before its turn.
func (s *subtask) arrives(k int, records Records) {
	h, e := records.head(), s.channels[k].edge
	for _, c := range slices.Clone(s.captures) {
		if !c.waiting[k] {
			continue
		}
		if h.barrier != nil && h.barrier.ID > c.barrier.ID {
			s.dropCapture(c.barrier.ID) // its sender has heard that the older one was given up, and we shall
			continue
		}
		if !c.add(e, records) {
			c.waiting[k] = false
			c.missing--
		}
		s.endCapture(c)
	}
	if b := h.barrier; b != nil && s.overtaking.enabled && s.life == running && s.align.awaits(b.ID) {
		s.comes(*b)
	}
}

// comes notes that a barrier is coming, and lets it overtake when its time has come.
func (s *subtask) comes(b coordinator.Barrier) {
	if slices.ContainsFunc(s.coming, func(c comingBarrier) bool { return c.barrier.ID == b.ID }) {
		return
	}
	s.coming = append(s.coming, comingBarrier{barrier: b})
	s.phases.enter(b.ID, coordinator.Aligning, s.task.env.now())
	rest := s.overtaking.timeout - (s.task.env.now() - b.Triggered)
	if s.overtaking.timeout <= 0 || rest <= 0 {
		s.overtake(b)
		return
	}
	s.coming[len(s.coming)-1].alarm = s.task.env.after(rest, func() { s.mailbox.urge(overtakeDue{b}) })
}

// overtake takes a checkpoint whose barrier has come on some channel, without waiting for its turn there and for the others.
func (s *subtask) overtake(b coordinator.Barrier) {
	if s.life != running || !s.align.awaits(b.ID) {
		return
	}
	older := s.coming[:0:0]
	for _, c := range s.coming {
		if c.barrier.ID < b.ID {
			older = append(older, c)
		}
	}
	for _, c := range older {
		s.overtake(c.barrier)
	}
	arrived := s.align.arrived(b.ID)
	s.align.over(b.ID)
	if snap := s.snapshot(b); snap != nil {
		s.capture(snap, arrived, func(int) bool { return true })
	}
}

// capture writes down, behind a snapshot, what is in flight on some channels, without those on which the barrier has had its turn.
func (s *subtask) capture(snap *Snapshot, arrived []bool, of func(channel int) bool) {
	c := &capture{barrier: snap.barrier, snap: snap, waiting: make([]bool, len(s.channels))}
	s.captures = append(s.captures, c)
	if s.loop != nil {
		c.disk = s.spillDisk(0)
	}
	if arrived == nil { // the master has told of the barrier
		arrived = make([]bool, len(s.channels))
	}
	for i := range s.channels {
		k := (i + s.replays.first) % len(s.channels) // what is replayed is older
		if s.align.ended[k] || arrived[k] || !of(k) {
			continue
		}
		channel, open := &s.channels[k], true
		if s.current != nil && s.from == k {
			open = c.add(channel.edge, s.current)
		}
		if open && c.addWaiting(channel) {
			c.waiting[k] = true
			c.missing++
		}
	}
	snap.phase.reach(coordinator.WritingInFlight, s.task.env.now())
	s.endCapture(c)
}

// endCapture hands the checkpoint on when nothing more is to be written down.
func (s *subtask) endCapture(c *capture) {
	if c.err != nil {
		s.fail(c.err)
	}
	if c.missing > 0 || c.err != nil {
		return
	}
	s.captures = slices.DeleteFunc(s.captures, func(other *capture) bool { return other == c })
	slices.SortFunc(c.inputs, func(a, b capturedInput) int { return a.number - b.number })
	for _, in := range c.inputs {
		c.snap.inFlight(in)
	}
	s.submit(c.snap)
}

// dropCapture forgets what was written down for a checkpoint.
func (s *subtask) dropCapture(id int64) {
	s.captures = slices.DeleteFunc(s.captures, func(c *capture) bool {
		if c.barrier.ID == id {
			s.phases.over(id)
			dropInFlight(c.inputs)
		}
		return c.barrier.ID == id
	})
}

// hasTaken forgets the barriers that were coming, up to this one.
func (s *subtask) hasTaken(id int64) {
	s.coming = slices.DeleteFunc(s.coming, func(c comingBarrier) bool {
		if c.barrier.ID > id {
			return false
		}
		c.stopAlarm()
		return true
	})
}

// givesUp forgets a checkpoint that was given up.
func (s *subtask) givesUp(id int64) {
	s.dropCapture(id)
	s.coming = slices.DeleteFunc(s.coming, func(c comingBarrier) bool {
		if c.barrier.ID == id {
			c.stopAlarm()
		}
		return c.barrier.ID == id
	})
}

func (c comingBarrier) stopAlarm() {
	if c.alarm != nil {
		c.alarm()
	}
}
