package inspect

import (
	"errors"
	"math"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

// Contents is what a checkpoint holds, without the entries of its states. Subtasks are numbered from 0, sizes are in bytes.
type Contents struct {
	Path string `json:"path"`
	// Job is the pipeline's name, ID the number of the checkpoint, Kind why it was taken: periodic, savepoint, stop or final.
	Job  string `json:"job"`
	ID   int64  `json:"id"`
	Kind string `json:"kind"`
	// Status is how the job stood when the manifest was published: running, stopped, cancelled or finished.
	Status string `json:"status"`
	// Committed is true if the transactions of the sinks were committed by then.
	Committed bool  `json:"committed"`
	Epoch     int64 `json:"epoch"`
	Sequence  int64 `json:"sequence"`
	// Triggered is when the barriers left, Duration the time from then until it was complete.
	Triggered time.Time     `json:"triggered"`
	Duration  time.Duration `json:"duration_ns"`
	// KeyGroups is the job's number of key groups.
	KeyGroups int `json:"key_groups"`
	// Size is that of all snapshots, as stored.
	Size      int64      `json:"size"`
	Tasks     []Task     `json:"tasks"`
	Operators []Operator `json:"operators"`
}

// Task is a chain of operators, which has the uid of the first one.
type Task struct {
	Task        string    `json:"task"`
	Parallelism int       `json:"parallelism"`
	Subtasks    []Subtask `json:"subtasks"`
}

// Subtask is a parallel instance of a task.
type Subtask struct {
	Subtask  int  `json:"subtask"`
	Finished bool `json:"finished"`
	// Watermark is how far event time had come, in RFC 3339, or "end of input"; "" if it was not known.
	Watermark string `json:"watermark,omitempty"`
	// Ahead are the key groups whose keys have seen a later watermark, from a subtask that they had before.
	Ahead []Ahead `json:"ahead,omitempty"`
	// Size is that of its snapshot, 0 if it has none, and File the file of that: "" if it is in the manifest.
	Size int64  `json:"size"`
	File string `json:"file,omitempty"`
	// Bases is how many snapshots of earlier checkpoints that one rests on, and BaseSize how long they are.
	Bases    int   `json:"bases,omitempty"`
	BaseSize int64 `json:"base_size,omitempty"`
}

// Ahead are neighbouring key groups that are ahead of their subtask, with the watermark that their keys have seen, in RFC 3339.
type Ahead struct {
	FirstKeyGroup int    `json:"first_key_group"`
	LastKeyGroup  int    `json:"last_key_group"`
	Watermark     string `json:"watermark"`
}

// Operator is an operator over all subtasks of its task.
type Operator struct {
	Operator string `json:"operator"`
	Task     string `json:"task"`
	// Connector is the kind of a source or a sink.
	Connector        string        `json:"connector,omitempty"`
	ConnectorVersion int           `json:"connector_version,omitempty"`
	Splits           []Split       `json:"splits,omitempty"`
	Transactions     []Transaction `json:"transactions,omitempty"`
	States           []State       `json:"states,omitempty"`
}

// Split is a part of a source's input.
type Split struct {
	Split   string `json:"split"`
	Subtask int    `json:"subtask"`
	Weight  int64  `json:"weight"`
	// Position is what the source reads next: a number for the connectors of streamgen, else how the bytes begin.
	Position string `json:"position"`
	Done     bool   `json:"done"`
}

// Transaction is one that a sink has prepared.
type Transaction struct {
	Subtask int `json:"subtask"`
	// Handle is the sink's name for it, as text for the connectors of streamgen, else how the bytes begin.
	Handle string `json:"handle"`
}

// State is a state of an operator.
type State struct {
	State string `json:"state"`
	// Kind is keyed state, split list, union list, broadcast state or records in flight, with how these were sent where that is known.
	Kind string `json:"kind"`
	// Schema is the form of its entries; "" if the checkpoint does not say.
	Schema string `json:"schema"`
	// Entries is how many it has, Size their length and Stored what they take, with what has changed since in what the checkpoint rests on.
	Entries int64 `json:"entries"`
	Size    int64 `json:"size"`
	Stored  int64 `json:"stored"`
	// KeyGroups is how many key groups have entries; 0 for a state without a key.
	KeyGroups int `json:"key_groups,omitempty"`
	// Subtasks are those that have entries.
	Subtasks []StatePart `json:"subtasks,omitempty"`
}

// StatePart is what a subtask has of a state.
type StatePart struct {
	Subtask int   `json:"subtask"`
	Entries int64 `json:"entries"`
	Size    int64 `json:"size"`
	Stored  int64 `json:"stored"`
	// FirstKeyGroup and LastKeyGroup are the lowest and the highest that have entries, 0 without a key.
	FirstKeyGroup int `json:"first_key_group"`
	LastKeyGroup  int `json:"last_key_group"`
}

// Show returns what the checkpoint at path holds. Of the snapshots only the indexes are read, and the key groups of which an incremental checkpoint
// holds what has changed.
func Show(fsys vfs.FS, path string) (c *Contents, err error) {
	w, err := open(fsys, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	m := w.saved.Manifest
	held := m.Checkpoint
	c = &Contents{
		Path: path, Job: m.Job, ID: held.ID, Kind: held.Kind.String(), Status: m.Status.String(), Committed: m.Committed,
		Epoch: m.Epoch, Sequence: m.Sequence, Triggered: held.Triggered, Duration: held.Duration, KeyGroups: held.KeyGroups,
		Tasks: []Task{}, Operators: []Operator{},
	}
	for i := range held.Subtasks {
		for _, d := range held.Subtasks[i].Snapshots() {
			c.Size += d.Size
		}
		c.addSubtask(&held.Subtasks[i])
	}
	for _, s := range w.states {
		if err := c.addState(w, s); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Contents) addSubtask(s *checkpoint.Subtask) {
	t := last(&c.Tasks, func(t *Task) bool { return t.Task == s.Task }, Task{Task: s.Task, Parallelism: s.Parallelism})
	shown := Subtask{
		Subtask: s.Index, Finished: s.Finished, Watermark: watermark(s.Watermark), Size: s.Data.Size, File: s.Data.File, Bases: len(s.Bases),
	}
	for _, d := range s.Bases {
		shown.BaseSize += d.Size
	}
	for _, f := range s.Floors {
		shown.Ahead = append(shown.Ahead, Ahead{FirstKeyGroup: f.First, LastKeyGroup: f.First + f.Groups - 1, Watermark: watermark(f.Watermark)})
	}
	t.Subtasks = append(t.Subtasks, shown)
	for _, held := range s.Operators {
		o := c.operator(held.UID)
		o.Task = s.Task
		if held.Connector.Kind != "" {
			o.Connector, o.ConnectorVersion = held.Connector.Kind, held.Connector.Version
		}
		for _, split := range held.Splits {
			o.Splits = append(o.Splits, Split{
				Split: split.ID, Subtask: s.Index, Weight: split.Weight, Position: position(held.Connector, split.Position), Done: split.Done,
			})
		}
		for _, h := range held.Handles {
			o.Transactions = append(o.Transactions, Transaction{Subtask: s.Index, Handle: handle(held.Connector, h)})
		}
	}
}

func (c *Contents) operator(uid string) *Operator {
	return last(&c.Operators, func(o *Operator) bool { return o.Operator == uid }, Operator{Operator: uid})
}

// last returns the last one of a list that is wanted, which is a new one if there is none.
func last[T any](list *[]T, wanted func(*T) bool, none T) *T {
	for i := len(*list) - 1; i >= 0; i-- {
		if wanted(&(*list)[i]) {
			return &(*list)[i]
		}
	}
	*list = append(*list, none)
	return &(*list)[len(*list)-1]
}

func watermark(ms int64) string {
	switch ms {
	case checkpoint.NoWatermark:
		return ""
	case math.MaxInt64:
		return "end of input"
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
}

func (c *Contents) addState(w *whole, s *heldState) error {
	state := State{State: s.Name, Kind: s.Kind.String(), Schema: s.Schema}
	if !s.known {
		state.Kind = "unknown"
	}
	groups := map[int]bool{}
	for _, p := range s.pieces {
		entries, size, err := w.count(p)
		if err != nil {
			return err
		}
		if entries == 0 {
			continue // all were removed
		}
		part := last(&state.Subtasks, func(part *StatePart) bool { return part.Subtask == p.subtask.Index },
			StatePart{Subtask: p.subtask.Index, FirstKeyGroup: p.group, LastKeyGroup: p.group})
		part.Entries += entries
		part.Size += size
		part.Stored += p.stored
		part.FirstKeyGroup, part.LastKeyGroup = min(part.FirstKeyGroup, p.group), max(part.LastKeyGroup, p.group)
		state.Entries += entries
		state.Size += size
		state.Stored += p.stored
		groups[p.group] = true
	}
	if s.Kind == checkpoint.KeyedState {
		state.KeyGroups = len(groups)
	}
	o := c.operator(s.operator)
	o.States = append(o.States, state)
	return nil
}
