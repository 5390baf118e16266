// Package checkpoint says what a checkpoint of a job holds, and how its manifest is written. The folders below it store checkpoints, and
// decide when one is taken.
package checkpoint

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Manifest is one link of a job's chain: the newest checkpoint and how the job stands. The newest link of the chain, its head,
// is all that a start needs; a link is published whole or not at all.
type Manifest struct {
	// Job is the pipeline's type name.
	Job string
	// Epoch numbers the runner that published the link. A start takes a higher one than any before it.
	Epoch int64
	// Sequence numbers the links over all epochs, without a gap between those of one epoch.
	Sequence int64
	// Status says how the job stands.
	Status Status
	// Committed is true once every sink has committed the handles of Checkpoint: they are not committed again.
	Committed bool
	// Checkpoint is the newest completed one, nil before the first.
	Checkpoint *Checkpoint
	// Claimed is the savepoint that the job began with and owns since then (execution.state-recovery.claim-mode), nil if there is none, or not any
	// more. Until the job has a checkpoint of its own it goes on from there.
	Claimed *Claim
}

// Claim is a savepoint that belongs to a job, which deletes it when no retained checkpoint stands behind it any more.
type Claim struct {
	// Path is its folder.
	Path string
	// ID and Triggered are those of its checkpoint: a savepoint that is found at the path with others is not the one that was claimed.
	ID        int64
	Triggered time.Time
	// Newest is the highest number of a checkpoint that the job had before, 0 if it had none.
	Newest int64
}

// GoesOnFromClaimed reports whether what a start goes on from is the claimed savepoint.
func (m *Manifest) GoesOnFromClaimed() bool {
	return m.Claimed != nil && m.Checkpoint == nil && m.Status == Running
}

// Status is how a job stands at a link of its chain.
type Status uint8

const (
	// Running is a job under way, or one that was killed.
	Running Status = iota
	// Stopped is a job that was stopped with a savepoint: the next start goes on from it, unless its kind is Drain.
	Stopped
	// Cancelled is a job that was cancelled: the next start goes on from its last checkpoint, if that was retained.
	Cancelled
	// Finished is a job that reached the end of its input and committed all of it: the tombstone.
	Finished
)

// Checkpoint is all that a restore needs: what every subtask held at one barrier.
type Checkpoint struct {
	// ID numbers the checkpoints and savepoints of a job; IDs only grow, over restarts too.
	ID int64
	// Kind says who asked for it.
	Kind Kind
	// Triggered is when the barriers left, Duration the time from then until the checkpoint was complete.
	Triggered time.Time
	Duration  time.Duration
	// KeyGroups is the job's number of key groups (pipeline.max-parallelism) when it was taken. A start can split each into as many of its own.
	KeyGroups int
	// Subtasks holds one entry for each subtask of each task.
	Subtasks []Subtask
}

// Kind says what a checkpoint is for.
type Kind uint8

const (
	// Periodic is a checkpoint that the interval asked for.
	Periodic Kind = iota
	// Savepoint is one that a user asked for. It commits nothing and is not used for recovery.
	Savepoint
	// StopSavepoint is the savepoint of a stop: a link of the chain, it commits.
	StopSavepoint
	// Final is the checkpoint at the end of input.
	Final
	// Drain is the savepoint of a stop with drain: it is taken when the input was told to have ended, it commits, and no job goes on from it.
	Drain
)

// EndsRun reports whether the run that takes the checkpoint ends with it.
func (k Kind) EndsRun() bool { return k == StopSavepoint || k == Drain || k == Final }

// Subtask is what one parallel instance of a task held at the barrier.
type Subtask struct {
	// Task names the chain of operators, by the uid of its first one.
	Task               string
	Index, Parallelism int
	// Finished is true if the subtask had reached the end of its input and its operators had run Finish.
	Finished  bool
	Operators []Operator
	// Data holds the states of all the operators, as a snapshot file.
	Data Data
	// Watermark is how far event time had come, in milliseconds since 1970-01-01 UTC; NoWatermark if it was not known.
	Watermark int64
	// Firing is a watermark that has come further, of which not all timers have fired; NoWatermark if there is none.
	Firing int64
	// Bases are the snapshots of earlier checkpoints that Data rests on, oldest first: it may hold only what has changed since the last of
	// them. Only the entries of keyed states are read from them. There are none if Data holds everything.
	Bases []Data
	// Floors are the watermarks that some of the key groups have seen, where these are later than Watermark and Firing, in the order of the groups.
	Floors []Floor
}

// Floor is the watermark that Groups key groups from First on have seen, in milliseconds since 1970-01-01 UTC: a restore lets their keys see none before it. They
// had it from a subtask that was ahead of the one which has taken them over since.
type Floor struct {
	First, Groups int
	Watermark     int64
}

// Snapshots are all the snapshots that hold the keyed states of s, oldest first: its Bases, and its Data if there is something in it.
func (s *Subtask) Snapshots() []Data {
	if s.Data.Size == 0 {
		return s.Bases
	}
	return append(s.Bases[:len(s.Bases):len(s.Bases)], s.Data)
}

// NoWatermark is the watermark of a subtask that has heard of none.
const NoWatermark = math.MinInt64

// Operator is what one operator of a subtask held, except its states, of which it has the names.
type Operator struct {
	UID string
	// Connector is the kind and version of a source's or a sink's state.
	Connector Connector
	// Splits are a source's splits with their positions.
	Splits []Split
	// Handles are the transactions that a sink has pre-committed and that are to be committed.
	Handles [][]byte
	// States are the names of the states, with the schemas that their sections were written under.
	States []State
}

// Connector names the form of the opaque bytes that a connector keeps in a checkpoint.
type Connector struct {
	Kind    string
	Version int
}

// Split is a part of a source's input, read by one subtask at a time.
type Split struct {
	ID       string
	Weight   int64
	Position []byte
	Done     bool
}

// State names a state of an operator and the schema of its entries, or of its elements if it is a list.
type State struct {
	Name   string
	Schema string
	// Kind says how a restore at another parallelism hands the state out.
	Kind StateKind
}

// TakenState is a state of a program, for which a restore looks in what an operator held.
type TakenState struct {
	State
	// Was are the former names of the field that holds it, where the state is a list.
	Was []string
}

// In says which of the states that an operator held it is, -1 if it is none of them: that of its name, or the one that is kept by key. An operator
// has but one of these, so its type may have another name; so may the struct of its lists, of which the fields are matched, by former names where
// no field has the present one.
func (t TakenState) In(held []State) int {
	for _, field := range append([]string{fieldOf(t.Name)}, t.Was...) {
		i := slices.IndexFunc(held, func(h State) bool {
			return h.Name == t.Name || h.Kind == KeyedState && t.Kind == KeyedState || field != "" && fieldOf(h.Name) == field
		})
		if i >= 0 {
			return i
		}
	}
	return -1
}

// fieldOf is the field in the name of a list, Held in State.Held, and "" in that of another state.
func fieldOf(name string) string {
	_, field, _ := strings.Cut(name, ".")
	return field
}

// InFlightName names the records on their way to an input of an operator, which is "" where it has but one, as a state of that. It says nothing of
// where they come from: the program that restores them may have other operators there.
func InFlightName(input string) string {
	if input == "" {
		return "in flight"
	}
	return "in flight: " + input
}

// StateKind says what a state belongs to and so who gets it at a restore. The rules are those of Flink's keyed state, of its ListState
// with either redistribution, and of its BroadcastState.
type StateKind uint8

const (
	// KeyedState belongs to keys: it goes to the subtasks that own their key groups.
	KeyedState StateKind = iota
	// SplitList is a list that each subtask has its own part of: a part stays where it was at the same parallelism, otherwise all the
	// elements are dealt out round robin.
	SplitList
	// UnionList is a list that each subtask has its own part of, all of which every subtask gets.
	UnionList
	// BroadcastState is the same everywhere: every subtask gets one copy of it.
	BroadcastState
	// InFlight are records that the barrier has overtaken on their way to the operator, or that a loop has fed back meanwhile: they go to the subtasks that they belong to, before any others.
	// It is not known whether each was on its way to one subtask or to all, as up to [ManifestInFlight]: a restore takes them to be as the edge is now.
	InFlight
	// InFlightOnce are records in flight of which each was on its way to one subtask.
	InFlightOnce
	// InFlightCopies are records in flight that were on their way to every subtask: each subtask holds those that it had still to take.
	InFlightCopies
)

// IsInFlight reports whether states of the kind are records in flight, however these were sent.
func (k StateKind) IsInFlight() bool { return k >= InFlight && k <= InFlightCopies }

// Takes reports whether a state of kind k is filled with what was held as one of another kind: with that of its own, and with records in flight that were sent
// in any way.
func (k StateKind) Takes(held StateKind) bool {
	return k == held || k.IsInFlight() && held.IsInFlight()
}

// String names the kind in messages.
func (k StateKind) String() string {
	if k > InFlightCopies {
		return fmt.Sprintf("state of kind %d", uint8(k))
	}
	return [...]string{
		"keyed state", "split list", "union list", "broadcast state", "records in flight", "records in flight, each to one subtask", "records in flight, each to every subtask",
	}[k]
}

// Data is where the bytes of a snapshot are: inline, or in a file of the job's folder.
type Data struct {
	// Inline holds the whole snapshot if it is small (execution.checkpointing.data-inline-threshold); File is empty then.
	Inline []byte
	// File is the path of the snapshot within the job's folder, Size its length in bytes.
	File string
	Size int64
	// Sum is the CRC-32C of the file, 0 where it is not known.
	Sum uint32
}

// Holds reports whether there is anything in o that would be lost without it.
func (o Operator) Holds() bool { return len(o.Splits) > 0 || len(o.Handles) > 0 || len(o.States) > 0 }
