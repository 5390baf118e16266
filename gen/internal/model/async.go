package model

// AsyncOptions is the field of an operator that says how its calls are run: one of package runtime/async.
type AsyncOptions struct {
	Field     string
	Unordered bool
}

// CallsOut reports whether the field is an operator with Async. It begins a task: what it reads waits for room among its calls.
func (f *Field) CallsOut() bool { return f.Operator != nil && f.Operator.Form == Async }
