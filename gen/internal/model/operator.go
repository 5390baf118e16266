// Package model is what streamgen knows of the user's code once it has been checked: operators with the shapes of their methods,
// pipelines with their edges, and the tasks that run them.
package model

import "go/types"

// Form says how an operator takes its records.
type Form int

const (
	// Process is a method that emits to outputs.
	Process Form = iota
	// Map is a method that returns one record for each.
	Map
	// Filter is a method that says which records go on.
	Filter
	// Async is a method that waits for something outside, many calls at a time.
	Async
)

// DefaultOutput is the output that a reader means who names none.
const DefaultOutput = "out"

// Operator is the shape of an operator type, as its methods say it.
type Operator struct {
	Type    *types.Named
	Form    Form
	Inputs  []*Input
	Outputs []*Output
	// State is what the operator keeps for each key, nil if it keeps nothing.
	State *types.Named
	// Unkeyed is what it keeps without a key, nil if it keeps nothing so; Lists are its fields.
	Unkeyed *types.Named
	Lists   []*List
	// Calls says how the calls of Async are run, nil for the defaults.
	Calls *AsyncOptions
	// Timers are the timer fields of State, and TTLs those of its fields that are not kept for ever.
	Timers []*Timer
	TTLs   []*TTL
	// Key is the type of its keys, nil if it has none.
	Key                 types.Type
	Open, Finish, Close *Method
	// Completed and Aborted hear what has become of a checkpoint.
	Completed, Aborted *Method
}

// Name is the operator's type name.
func (o *Operator) Name() string { return o.Type.Obj().Name() }

// Input returns the input of that name, nil if there is none.
func (o *Operator) Input(name string) *Input {
	for _, in := range o.Inputs {
		if in.Name == name {
			return in
		}
	}
	return nil
}

// Output returns the output of that name, nil if there is none.
func (o *Operator) Output(name string) *Output {
	for _, out := range o.Outputs {
		if out.Name == name {
			return out
		}
	}
	return nil
}

// UsesContext reports whether a method other than Key takes a context.
func (o *Operator) UsesContext() bool {
	for _, m := range []*Method{o.Open, o.Finish, o.Close, o.Completed, o.Aborted} {
		if m != nil && m.Context {
			return true
		}
	}
	for _, in := range o.Inputs {
		if in.Method.Context {
			return true
		}
	}
	for _, t := range o.Timers {
		if t.Callback.Context {
			return true
		}
	}
	return false
}

// Input is what one method that takes records reads.
type Input struct {
	// Name is "" for an operator with a single input.
	Name   string
	Method *Method
	// Key is the method that says the key of a record, nil if there is none.
	Key *Method
	// Broadcast says that every subtask gets every record: the method is Broadcast<Input>.
	Broadcast bool
	// Record is the type of the records, without the pointer if the method takes one.
	Record types.Type
}

// Suffix is the input's name as method names carry it.
func (in *Input) Suffix() string {
	if in.Name == "" {
		return ""
	}
	return Upper(in.Name)
}

// Output is a stream of records that an operator emits.
type Output struct {
	Name string
	Type types.Type
	// In is the operator that it belongs to.
	In *Operator
}

// Method is a method that generated code calls.
type Method struct {
	Func *types.Func
	// Context, Key, State and Unkeyed say which of the optional parameters it has. The context is a runtime.BroadcastContext in
	// Broadcast<Input>.
	Context, Key, State, Unkeyed bool
	// Pointer says that it takes its record by pointer.
	Pointer bool
	// Record is the parameter that takes the record, nil in Open, Finish and Close.
	Record *types.Var
	// Outputs are its outputs, in the order of the parameters.
	Outputs []*Output
	// Fails says that it returns an error.
	Fails bool
}
