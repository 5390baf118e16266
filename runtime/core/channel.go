package core

import "errors"

// channel is the receiving side of an edge from one subtask.
type channel struct {
	edge  *edge
	queue []Records
	// feedback says that it closes a loop, inside that it comes from a task of the same loop.
	feedback, inside bool
	// Where the queue is bounded the rest waits in a spill, which is nil if that was never so; queued are the records in the queue.
	bounded bool
	queued  int
	spill   *spill
	channelTime
}

// waits reports whether there is a batch to take.
func (c *channel) waits() bool { return len(c.queue) > 0 || c.spill.holds() }

// queueLimit is how many batches a bounded queue holds at most: as many as its records fill, and some that are not full.
func (e *environment) queueLimit() int { return e.config.LoopRecordsInMemory/batchSize + credits }

// loopCredits is how many batches may be on their way on a channel that feeds back: more than its queue holds with the one under way, so that there
// is credit as soon as the receiver has looked into its mailbox.
func (e *environment) loopCredits() int { return e.queueLimit() + credits }

// hasRoom reports whether a batch may wait in the queue.
func (c *channel) hasRoom(env *environment, records Records) bool {
	return !c.spill.holds() && c.queued+records.size() <= env.config.LoopRecordsInMemory && len(c.queue) < env.queueLimit()
}

// hold lets a batch wait behind the others of a channel. It reports whether that was written to disk and need not be kept.
func (s *subtask) hold(k int, records Records) (spilled bool, err error) {
	c := &s.channels[k]
	if !c.bounded {
		c.queue = append(c.queue, records)
		return false, nil
	}
	if c.hasRoom(s.task.env, records) {
		c.queue, c.queued = append(c.queue, records), c.queued+records.size()
		return false, nil
	}
	if c.spill == nil {
		c.spill = &spill{disk: s.spillDisk(k), records: c.edge.batches}
	}
	_, _, was := s.activity.now()
	s.activity.does(spilling)
	err = s.guard(func() error { return c.spill.add(records) })
	s.activity.does(was)
	return true, err
}

// first removes the batch of a channel that has waited longest. There must be one.
func (s *subtask) first(k int) Records {
	c := &s.channels[k]
	if len(c.queue) == 0 {
		s.activity.does(spilling)
		records, err := c.spill.take()
		if err != nil {
			panic(err)
		}
		s.activity.does(takingRecords)
		return records
	}
	records := c.queue[0]
	copy(c.queue, c.queue[1:])
	c.queue[len(c.queue)-1] = nil
	c.queue = c.queue[:len(c.queue)-1]
	if c.bounded {
		c.queued -= records.size()
	}
	return records
}

// spillDisk spreads the channels of a job over the folders that there are.
func (s *subtask) spillDisk(k int) *spillDisk {
	c := s.task.env.config
	return &spillDisk{files: s.task.env.files, dir: c.TempDirs[(s.index+k)%len(c.TempDirs)], limit: c.LoopRecordsInMemory}
}

// closeSpills drops what waits on disk.
func (s *subtask) closeSpills() error {
	var errs []error
	for k := range s.channels {
		errs = append(errs, s.channels[k].spill.close())
	}
	return errors.Join(errs...)
}
