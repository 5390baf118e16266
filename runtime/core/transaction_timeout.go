package core

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// checkTransactions refuses a sink whose transactions live shorter than the configuration has them open: its output would be lost.
func (j *Job) checkTransactions(c config.Checkpointing) error {
	var errs []error
	subtasks := 0
	for _, v := range j.vertices {
		subtasks += v.parallelism
	}
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			if t, ok := o.transactions.(runtime.TransactionTimeout); ok && t.TransactionTimeout() > 0 {
				if err := checkTransaction(t.TransactionTimeout(), c, subtasks); err != nil {
					errs = append(errs, fmt.Errorf("sink %s: %w", o.uid, err))
				}
			}
		}
	}
	return errors.Join(errs...)
}

func checkTransaction(lives time.Duration, c config.Checkpointing, subtasks int) error {
	const prefix = "execution.checkpointing."
	switch {
	case c.Interval == 0:
		return fmt.Errorf("its transactions are given up after %v, but "+prefix+"interval is off, so that one is open until the end of input: "+
			"output would be lost; set an interval", lives)
	case c.Backlog() == 0:
		return fmt.Errorf("its transactions are given up after %v, but "+prefix+"interval-during-backlog is off, so that one is open for as long as there is a "+
			"backlog: output would be lost; set an interval for it", lives)
	case !c.AfterTasksFinish && subtasks > 1: // only the sources know how long the others go on
		return fmt.Errorf("its transactions are given up after %v, but with "+prefix+"checkpoints-after-tasks-finish=false there are no periodic checkpoints any more "+
			"when the first of the %d subtasks has come to the end of its input, so that one is open until the last has: output would be lost; set it to true", lives, subtasks)
	}
	key, longest := prefix+"interval", c.Interval
	if b := c.Backlog(); b > longest {
		key, longest = prefix+"interval-during-backlog", b
	}
	if c.MinPause > longest {
		key, longest = prefix+"min-pause", c.MinPause
	}
	together := longest + min(c.Timeout, math.MaxInt64-longest) // which is as long as a duration can be
	if together < lives {
		return nil
	}
	return fmt.Errorf("its transactions are given up after %v, but one may be open for %s (%v) and "+prefix+"timeout (%v), %v together: output would be lost; "+
		"let the service keep them for longer, or make these shorter", lives, key, longest, c.Timeout, together)
}
