package schema

import (
	"strings"
	"unicode/utf8"
)

// Difference is one place where a value of the writer's form cannot become one of the reader's.
type Difference struct {
	// Path leads there from the state: Orders[].Price. It is "" for the state itself, and "[key]" for its key.
	Path string
	// Writer and Reader are the types there, in short. Reader is "" if the field is gone, Writer if it is new and its zero value too
	// large to be written for every key.
	Writer, Reader string
	// Frozen says that the place is in a key, which decides where a state lives.
	Frozen bool
}

// String is the difference with its path from the state on.
func (d Difference) String() string { return d.In("") }

// In is the difference with a path that begins with the name of the state.
func (d Difference) In(state string) string {
	path := d.Path
	if state != "" && !strings.HasPrefix(path, "[") && path != "" {
		path = "." + path
	}
	if path = state + path; path != "" {
		path += ": "
	}
	switch {
	case d.Frozen:
		return path + d.Writer + " became " + d.Reader + ", but keys are frozen"
	case d.Writer == "":
		return path + "its zero value takes more than 1 MiB as " + d.Reader
	case d.Reader == "":
		return path + d.Writer + " is gone"
	}
	return path + d.Writer + " became " + d.Reader
}

// IncompatibleError says all that keeps values of the writer's form from becoming the reader's.
type IncompatibleError struct {
	Differences []Difference
}

// Error implements error.
func (e *IncompatibleError) Error() string { return e.In("") }

// In is the error with paths that begin with the name of the state, a line for each difference.
func (e *IncompatibleError) In(state string) string {
	var lines []string
	for _, d := range e.Differences {
		lines = append(lines, d.In(state))
	}
	return strings.Join(lines, "\n")
}

// shorten writes a type for a message.
func shorten(t *Type) string {
	const enough = 60
	if text := t.String(); utf8.RuneCountInString(text) <= enough {
		return text
	}
	w := &writer{short: true}
	w.typ(t)
	return w.b.String()
}
