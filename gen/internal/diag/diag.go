// Package diag holds what streamgen has to say about the user's code: all of it at once, sorted, each with its place and a way out.
package diag

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// Diagnostic is one mistake in the user's code.
type Diagnostic struct {
	Pos     token.Position
	Message string
	// Hint says what to do about it; it may have several lines, or none.
	Hint string
}

// String formats d as file:line:col: message, with the hint on indented lines under it.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Pos.IsValid() || d.Pos.Filename != "" {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(d.Message)
	for line := range strings.SplitSeq(d.Hint, "\n") {
		if line != "" {
			b.WriteString("\n\t" + line)
		}
	}
	return b.String()
}

// List collects diagnostics.
type List []Diagnostic

// Addf adds a diagnostic without a hint.
func (l *List) Addf(pos token.Position, format string, args ...any) {
	*l = append(*l, Diagnostic{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// Add adds a diagnostic.
func (l *List) Add(pos token.Position, message, hint string) {
	*l = append(*l, Diagnostic{Pos: pos, Message: message, Hint: hint})
}

// Sort orders the list by place and drops what is said twice.
func (l *List) Sort() {
	slices.SortFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Hint, b.Hint),
		)
	})
	*l = slices.Compact(*l)
}

// Relative makes the file names relative to dir where they are below it.
func (l List) Relative(dir string) {
	for i := range l {
		name, err := filepath.Rel(dir, l[i].Pos.Filename)
		if err == nil && l[i].Pos.Filename != "" && !strings.HasPrefix(name, "..") {
			l[i].Pos.Filename = name
		}
	}
}

// String joins the diagnostics, one or more lines each.
func (l List) String() string {
	var b strings.Builder
	for _, d := range l {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}
