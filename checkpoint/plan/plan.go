// Package plan says what a start from a checkpoint would do, without doing it.
package plan

import (
	"strings"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
)

// Plan is what a start would do.
type Plan struct {
	// Pipeline is the name of the job.
	Pipeline string `json:"pipeline"`
	// From is what the start goes on from, nil if from nothing.
	From *From `json:"from,omitempty"`
	// Finished is true for a job that has finished: its start would do nothing.
	Finished bool `json:"finished,omitempty"`
	// KeyGroups is the number of key groups, KeyGroupsWere that of the checkpoint; 0 where it is not known.
	KeyGroups     int `json:"key_groups,omitempty"`
	KeyGroupsWere int `json:"key_groups_were,omitempty"`
	// Operators are those of the program and, behind them, those that only the checkpoint has.
	Operators []Operator `json:"operators"`
	// Notes are worth knowing.
	Notes []string `json:"notes,omitempty"`
	// Refused are the reasons for which the start would be refused that are of no operator alone.
	Refused []string `json:"refused,omitempty"`
}

// From is a checkpoint or a savepoint.
type From struct {
	ID int64 `json:"id"`
	// Own is true for the checkpoint that the job goes on from by itself: its newest. Path is the job's folder then.
	Own bool `json:"own"`
	// Savepoint is true for a savepoint, which is not the job's own, as is a checkpoint of another folder.
	Savepoint bool      `json:"savepoint"`
	Path      string    `json:"path"`
	Triggered time.Time `json:"triggered"`
}

// Operator is what would become of an operator.
type Operator struct {
	UID string `json:"uid"`
	// Kind is source, operator or sink; "" for one that only the checkpoint has, or whose kind is not known.
	Kind string `json:"kind,omitempty"`
	// Fate is [Restored], [New], [Dropped], or [Refused] where the program does not have it.
	Fate Fate `json:"fate"`
	// Parallelism is that of the program, ParallelismWas that of the checkpoint; 0 where there is none, or it is not known.
	Parallelism    int `json:"parallelism,omitempty"`
	ParallelismWas int `json:"parallelism_was,omitempty"`
	// Finished is true if it had come to the end of its input: it does not run Finish again.
	Finished bool    `json:"finished,omitempty"`
	States   []State `json:"states,omitempty"`
	// Splits are those of a source, nil if none are known.
	Splits *Splits `json:"splits,omitempty"`
	// Transactions is how many a sink would commit, or that are dropped. All others that earlier runs have left are aborted.
	Transactions int `json:"transactions,omitempty"`
	// Lost is what the checkpoint holds of an operator that the program does not have.
	Lost string `json:"lost,omitempty"`
	// Refused are the reasons for which the start would be refused.
	Refused []string `json:"refused,omitempty"`
}

// State is what would become of a state.
type State struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Fate is any of them.
	Fate Fate `json:"fate"`
	// Changes are what differs in its form, a line for each place.
	Changes []string `json:"changes,omitempty"`
	// Records is how many records in flight are dropped, 0 if that is not known.
	Records int64 `json:"records,omitempty"`
	// Moves is true if its parts go to other subtasks than they were in.
	Moves bool `json:"moves,omitempty"`
	// Refused is why the start would be refused.
	Refused string `json:"refused,omitempty"`
}

// IsInFlight reports whether it is no state of the program's, but records in flight.
func (s *State) IsInFlight() bool {
	_, ok := s.input()
	return ok
}

// input is the input that records in flight were on their way to, "" of an operator that has but one.
func (s *State) input() (name string, inFlight bool) {
	name, inFlight = strings.CutPrefix(s.Name, checkpoint.InFlightName(""))
	return strings.TrimPrefix(name, ": "), inFlight
}

// Splits are what a source would read.
type Splits struct {
	// Held are those of the checkpoint, Done of these those that were read to their end, New those that are there now.
	Held int `json:"held"`
	Done int `json:"done"`
	New  int `json:"new"`
}

// Fate is what becomes of an operator or a state.
type Fate string

// The fates.
const (
	Restored  Fate = "restored"  // as it was
	Converted Fate = "converted" // to another form
	New       Fate = "new"       // begins empty
	Dropped   Fate = "dropped"   // no operator takes it, and that is allowed
	Refused   Fate = "refused"   // the start would end there
)

// OK reports whether the start would work.
func (p *Plan) OK() bool { return p.refusals() == 0 }

// refusals is the number of reasons for which the start would be refused.
func (p *Plan) refusals() int {
	n := len(p.Refused)
	for _, o := range p.Operators {
		n += len(o.Refused)
		for _, s := range o.States {
			if s.Fate == Refused {
				n++
			}
		}
	}
	return n
}
