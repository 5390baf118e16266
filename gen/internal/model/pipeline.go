package model

import (
	"go/token"
	"go/types"
	"strings"
)

// Pipeline is a pipeline type: a graph of fields. Those of pipelines that it holds are among its own.
type Pipeline struct {
	Type   *types.Named
	File   string
	Fields []*Field
	// Ports are the sources and sinks of pipelines inside that are joined to other fields: nobody sets them.
	Ports []*Port
}

// Name is the pipeline's type name, and that of its job.
func (p *Pipeline) Name() string { return p.Type.Obj().Name() }

// FieldKind says what a field of a pipeline is.
type FieldKind int

const (
	// Source is where records come from.
	Source FieldKind = iota
	// Transform is an operator.
	Transform
	// Sink is where records go.
	Sink
)

// Field is a node of the graph.
type Field struct {
	// Name is the field's name. That of a field of a pipeline inside begins with those of the fields around it: WordsCount.
	Name string
	// Path leads to the field from the pipeline: Words, Count. It is the name alone for a field of the pipeline itself.
	Path []string
	// UID is the name in checkpoints and in configuration.
	UID  string
	Kind FieldKind
	// Record is the type of a source's or a sink's records.
	Record types.Type
	// EventTime is that of a source, nil if it has none.
	EventTime *EventTime
	// Untimed says that a source has none on purpose.
	Untimed bool
	// Operator is the shape of an operator.
	Operator *Operator
	// In are the edges that end here, in the order of the tag; Out those that begin here, in the order of the reading fields.
	In, Out []*Edge
	// Failed is the output of the records whose method returned an error, nil if these fail the job.
	Failed *Output
	// Partition is what the tag edge says.
	Partition Partition
	// Parallelism is what its tag says, 0 for the default.
	Parallelism int
	// Share says that records into the field are not cloned on their way from another task.
	Share bool
	Pos   token.Position
}

// Selector is the field as tags and Go write it: Words.Count.
func (f *Field) Selector() string { return strings.Join(f.Path, ".") }

// Port is a source or a sink of a pipeline inside that takes no part: other fields feed or read what stands behind it.
type Port struct {
	// Path leads to it from the pipeline, as that of a field.
	Path []string
	UID  string
	// Kind is Source or Sink.
	Kind FieldKind
}

// Selector is the port as Go writes it.
func (p *Port) Selector() string { return strings.Join(p.Path, ".") }

// Edge goes from an output of one field to an input of another.
type Edge struct {
	From *Field
	// Output is nil for a source.
	Output *Output
	To     *Field
	// Input is nil for a sink.
	Input *Input
	// Record is the type of the records on the edge.
	Record types.Type
	// Loop says that the edge feeds records back: it closes a cycle, on purpose.
	Loop bool
	Pos  token.Position
}

// Name is what the reader calls the other end: a uid, or a uid and an output.
func (e *Edge) Name() string {
	if e.Output == nil || e.Output.Name == DefaultOutput {
		return e.From.UID
	}
	return e.From.UID + "." + e.Output.Name
}

// Fails reports whether the edge carries the records whose method returned an error.
func (e *Edge) Fails() bool { return e.Output != nil && e.Output == e.From.Failed }

// Partition says which subtask of the reader gets a record.
type Partition string

const (
	// Default leaves it to the reader's key and the parallelism.
	Default Partition = ""
	// Forward sends to the subtask of the same number.
	Forward Partition = "forward"
	// Rebalance sends round robin.
	Rebalance Partition = "rebalance"
	// Rescale sends round robin within a group of subtasks.
	Rescale Partition = "rescale"
	// Broadcast sends to all.
	Broadcast Partition = "broadcast"
	// Hash sends by the hash of the key.
	Hash Partition = "hash"
)
