// Package random draws well-typed packages with pipelines, writes them as Go, tells what their sinks must get, and breaks them. It knows
// what the documentation says, and nothing of how code is generated.
package random

// Package is a package of records, operators and pipelines.
type Package struct {
	Name      string
	Records   []Record
	Operators []*Operator
	Pipelines []*Pipeline
}

// Record is a type of records.
type Record struct {
	// Type is how the source writes it.
	Type string
	// Make is the name of the function that makes one of a value.
	Make string
	// Declaration declares both, and the method value.
	Declaration string
}

// Operator is a type of operators.
type Operator struct {
	Name string
	Form *Form
	// Inputs are what its methods take. An operator with one input has no names for them.
	Inputs []Port
	// Outputs are what its methods emit to.
	Outputs []Port
	// Keys says what kind of key there is, if the form is keyed.
	Keys Keys
	// PointerReceiver, Context, Fails and KeyParameter say how its methods are written; Finish that it emits at the end.
	PointerReceiver, Context, Fails, KeyParameter, Finish bool
}

// Port is an input or an output of an operator.
type Port struct {
	Name    string
	Record  Record
	Pointer bool
}

// Type is the port's type as the source writes it.
func (p Port) Type() string {
	if p.Pointer {
		return "*" + p.Record.Type
	}
	return p.Record.Type
}

// Pipeline is a pipeline.
type Pipeline struct {
	Name string
	// Fields stand in an order in which each comes behind what it reads.
	Fields []*Field
	// Order is the one in which the source has them.
	Order []int
	// Parallelism is that of fields without a tag.
	Parallelism int
	// Records is how many each source gives; at Trip one of them fails, once.
	Records, Trip int64
}

// Field is a source, an operator or a sink.
type Field struct {
	Name string
	// Operator is nil in sources and sinks.
	Operator *Operator
	// Port is what a source gives or a sink takes.
	Port Port
	// In are the edges, none in a source.
	In []Edge
	// Outputs are what the field gives. A filter gives what it takes.
	Outputs []Port
	Seed    int64
	// UID, Partition and Parallelism are tags, if they are set.
	UID, Partition string
	Parallelism    int
	// Tags are further ones.
	Tags string
}

// Edge goes from an output of a field to an input of the one that has it.
type Edge struct {
	From          *Field
	Output, Input int
}

// Uid is the field's name in checkpoints.
func (f *Field) uid() string {
	if f.UID != "" {
		return f.UID
	}
	return f.Name
}

func (f *Field) isSource() bool { return f.Operator == nil && len(f.In) == 0 }

func (f *Field) isSink() bool { return f.Operator == nil && len(f.In) > 0 }
