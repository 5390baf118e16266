package core

import (
	"slices"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/serde/schema"
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
}

// capturedInput are the records for one input of an operator, in the form of its codec.
type capturedInput struct {
	number  int // of the input of the task
	uid     string
	batches batchCodec
	copies  bool // every subtask gets them
	count   int
	bytes   []byte
}

// add writes down what was not processed yet of a batch.
func (in *capturedInput) add(records Records) {
	in.bytes = in.batches.appendBatch(in.bytes, records)
	in.count += records.size() - records.head().next
}

// add writes down the rest of a batch. It reports whether more is to come from the channel before the barrier.
func (c *capture) add(e *edge, records Records) bool {
	h := records.head()
	if !records.done() {
		i := slices.IndexFunc(c.inputs, func(in capturedInput) bool { return in.number == e.input })
		if i < 0 {
			i = len(c.inputs)
			c.inputs = append(c.inputs, capturedInput{number: e.input, uid: e.to.name, batches: e.batches, copies: e.partition == Broadcast})
		}
		c.inputs[i].add(records)
	}
	return !h.end && (h.barrier == nil || h.barrier.ID < c.barrier.ID)
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
			s.endCapture(c)
		}
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
	s.coming[len(s.coming)-1].alarm = s.task.env.after(rest, func() { s.mailbox.send(overtakeDue{b}) })
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
		for i := 0; open && i < len(channel.queue); i++ {
			open = c.add(channel.edge, channel.queue[i])
		}
		if open {
			c.waiting[k] = true
			c.missing++
		}
	}
	snap.phase.reach(coordinator.WritingInFlight, s.task.env.now())
	s.captures = append(s.captures, c)
	s.endCapture(c)
}

// endCapture hands the checkpoint on when nothing more is to be written down.
func (s *subtask) endCapture(c *capture) {
	if c.missing > 0 {
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

// inFlight takes the records that were on their way to an input of an operator.
func (s *Snapshot) inFlight(in capturedInput) {
	name, kind := checkpoint.InFlightName(in.batches.inputName()), checkpoint.InFlightOnce
	if in.copies {
		kind = checkpoint.InFlightCopies
	}
	o := s.operator(in.uid)
	o.States = append(o.States, checkpoint.State{Name: name, Schema: schema.Recorded(in.batches.schema()), Kind: kind})
	s.fail(s.data.Section(in.uid, name, 0, in.count, in.bytes))
	s.stored = true
}
