// Package progress shows how far a job is: a few lines redrawn in place on a terminal, log records elsewhere, and a summary at the end.
package progress

import "time"

// Sample is how far a job was at one moment.
type Sample struct {
	At         time.Time
	Operators  []Operator
	Checkpoint *Checkpoint // the last completed one, nil before the first
}

// Operator counts the records of an operator since the process began, over restarts.
type Operator struct {
	UID     string
	Records int64
}

// Checkpoint is a completed checkpoint.
type Checkpoint struct {
	ID        int64
	Completed time.Time
	Duration  time.Duration
	Size      int64 // bytes
}

// rate returns the records a second of the operator at i between two samples. A sample without operators is one of the time before the
// first record.
func rate(before, now Sample, i int) float64 {
	seconds := now.At.Sub(before.At).Seconds()
	records := now.Operators[i].Records
	if i < len(before.Operators) {
		records -= before.Operators[i].Records
	}
	if seconds <= 0 || records <= 0 {
		return 0
	}
	return float64(records) / seconds
}
