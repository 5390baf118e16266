package core

import "sync/atomic"

// Counts takes how many records the operators behind the head of a task have taken. What sources read, heads receive and sinks write
// is counted where it passes.
type Counts struct {
	info   *vertexInfo
	counts []atomic.Int64 // by operator of the task
}

// Set says how many records an operator has taken since the task began. A generated task says so after each batch.
func (c *Counts) Set(uid string, records int64) {
	for i := range c.counts {
		if c.info.info.Operators[i].uid == uid {
			c.counts[i].Store(records)
		}
	}
}

// of returns the count of an operator, 0 if it was never set.
func (c *Counts) of(uid string) int64 {
	for i := range c.counts {
		if c.info.info.Operators[i].uid == uid {
			return c.counts[i].Load()
		}
	}
	return 0
}
