package schema

// Plan rewrites values of one form to those of another. It is safe for concurrent use.
type Plan struct {
	parts []part
	same  bool
}

// Same reports whether the forms are equal: nothing needs to be rewritten.
func (p *Plan) Same() bool { return p.same }

// part is one value of an entry: its key, or the state.
type part struct {
	step *step
}

// step rewrites the values of one type. Those of types that contain themselves form a graph.
type step struct {
	kind Kind
	// same says that the value stays as it is.
	same bool
	// elem is the step of what a slice, array, map or pointer holds.
	elem *step
	// written has a step for each of the writer's fields, nil for one that is dropped.
	written []*step
	// fields are the reader's, in their order, behind the header of an array of them.
	header []byte
	fields []field
}

// field is where a field of the reader comes from.
type field struct {
	// from is the writer's field, -1 for one that is new.
	from int
	zero []byte
}

// bare is the kind of a step whose fields stand in no array: a state becomes the first field of one.
const bare = Own + 1
