package model

import (
	"go/token"
	"go/types"
)

// Pipeline is a pipeline type: a graph of fields.
type Pipeline struct {
	Type   *types.Named
	File   string
	Fields []*Field
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
	Name string
	// UID is the name in checkpoints and in configuration.
	UID  string
	Kind FieldKind
	// Record is the type of a source's or a sink's records.
	Record types.Type
	// Operator is the shape of an operator.
	Operator *Operator
	// In are the edges that end here, in the order of the tag; Out those that begin here, in the order of the reading fields.
	In, Out []*Edge
	// Partition is what the tag edge says.
	Partition Partition
	// Parallelism is what its tag says, 0 for the default.
	Parallelism int
	Pos         token.Position
}

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
	Pos    token.Position
}

// Name is what the reader calls the other end: a uid, or a uid and an output.
func (e *Edge) Name() string {
	if e.Output == nil || e.Output.Name == DefaultOutput {
		return e.From.UID
	}
	return e.From.UID + "." + e.Output.Name
}

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
