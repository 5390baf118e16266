package diag

import "go/token"

// Fix is a way out of a mistake that a tool can take.
type Fix struct {
	// Message says what it does, as an order: write from.
	Message string
	Edits   []Edit
}

// Edit replaces what stands in a file from Start up to End by New.
type Edit struct {
	Start, End token.Position
	New        string
}

// Fix adds a fix to the diagnostic that was added last.
func (l List) Fix(message string, edits ...Edit) {
	last := &l[len(l)-1]
	last.Fixes = append(last.Fixes, Fix{Message: message, Edits: edits})
}
