package runtime

// Out is an output of an operator. A record that was emitted must not be changed any more: its readers may hold it.
//
// The zero Out is ready to use, so a unit test calls an operator's method with one and takes what it emitted.
type Out[T any] struct {
	records []T
}

// Emit adds a record to the output.
func (o *Out[T]) Emit(record T) { o.records = append(o.records, record) }

// Take returns the records emitted since the last Take, in order. They are valid until the next Emit.
func (o *Out[T]) Take() []T {
	taken := o.records
	o.records = taken[:0]
	return taken
}
