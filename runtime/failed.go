package runtime

// Failed is a record for which a method of an operator returned an error. It goes to the field of the pipeline that the operator's tag errors
// names.
type Failed[T any] struct {
	Record   T      `json:"record"`
	Operator string `json:"operator"` // its uid
	Subtask  int    `json:"subtask"`  // that ran it, from 0
	Err      string `json:"err"`      // what the error said
}
