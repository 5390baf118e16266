// Package random draws well-typed packages with pipelines, writes them as Go, tells what their sinks must get, and breaks them. It knows
// what the documentation says, and nothing of how code is generated.
package random

import "fmt"

// Package is a package of records, operators and pipelines.
type Package struct {
	Name      string
	Records   []Record
	Operators []*Operator
	Pipelines []*Pipeline
	// Library says that other packages hold its pipelines: what is kept has no hidden fields.
	Library bool
	// Uses is the library whose pipelines stand in those of this package, if any.
	Uses *Package
}

// Record is a type of records.
type Record struct {
	// Type is how the source writes it.
	Type string
	// Make is the call that makes one of the value %s. Records that only the runtime makes have none.
	Make string
	// Failed is the type of the record in a runtime.Failed, and nil in others.
	Failed *Port
	// Generic says that generic operators take it.
	Generic bool
	// Times are the fields and methods that tell its event time.
	Times []string
	// Declaration declares both, and the methods Value and When.
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
	// TTL says that its state may expire, in years.
	TTL bool
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

func (p Port) value(expression string) string { return p.Record.value(expression) }

// value is an expression that tells what a record says.
func (r Record) value(expression string) string {
	if r.Failed != nil {
		return fmt.Sprintf("Failed(%s, %[2]s.Operator, %[2]s.Err)", r.Failed.value(expression+".Record"), expression)
	}
	return "Value(" + expression + ".Value())"
}

// make is an expression that makes a record of a value.
func (p Port) make(value string) string {
	made := fmt.Sprintf(p.Record.Make, value)
	if p.Pointer {
		return "pointer(" + made + ")"
	}
	return made
}

// failed is what records of p become that an operator fails for.
func (p Port) failed() Port {
	return Port{Record: Record{Type: "runtime.Failed[" + p.Type() + "]", Failed: &p}}
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

// Field is a source, an operator, a sink, or another pipeline.
type Field struct {
	Name string
	// Operator is nil in sources and sinks.
	Operator *Operator
	// Nested is what a pipeline inside consists of, nil in others. From is the package that it comes from, if that is another one.
	Nested *Pipeline
	From   *Package
	// Port is what a source gives or a sink takes.
	Port Port
	// In are the edges, none in a source.
	In []Edge
	// Outputs are what the field gives. A filter gives what it takes, a pipeline inside what its sinks do.
	Outputs []Port
	Seed    int64
	// UID, Partition and Parallelism are tags, if they are set.
	UID, Partition string
	Parallelism    int
	// Dead gets the records that the operator fails for.
	Dead *Field
	// Discards are the outputs that nobody reads.
	Discards []string
	// Tags are further ones.
	Tags []string
}

// Edge goes from an output of a field to an input of the one that has it. Those of a pipeline inside have the numbers of its sinks and sources,
// among its fields.
type Edge struct {
	From          *Field
	Output, Input int
}

// port is what the edge brings.
func (e Edge) port() Port {
	switch {
	case e.Output == failures:
		return e.From.In[0].port().failed()
	case e.From.Nested != nil:
		return e.From.Nested.Fields[e.Output].Port.from(e.From.From)
	}
	return e.From.Outputs[e.Output]
}

// failures is the output for records that an operator fails for.
const failures = -1

// Uid is the field's name in checkpoints.
func (f *Field) uid() string {
	if f.UID != "" {
		return f.UID
	}
	return f.Name
}

func (f *Field) isSource() bool { return f.Operator == nil && f.Nested == nil && len(f.In) == 0 }

func (f *Field) isSink() bool { return f.Operator == nil && f.Nested == nil && len(f.In) > 0 }
