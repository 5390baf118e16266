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
	// Chain says what leads there, the nearest cause first: the field that holds it, the method that takes it, the edge that carries it.
	Chain []Cause
	// Hint says what to do about it; it may have several lines, or none.
	Hint string
	// Fixes are edits that do it, each by itself.
	Fixes []Fix
}

// Cause is a step on the way to a mistake.
type Cause struct {
	Pos  token.Position
	Text string
}

// String formats d as file:line:col: message, with the chain and the hint on indented lines under it.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Pos.IsValid() || d.Pos.Filename != "" {
		b.WriteString(d.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(d.Message)
	for _, c := range d.Chain {
		b.WriteString("\n\t" + c.Text)
		if c.Pos.IsValid() {
			b.WriteString(" at " + c.Pos.String())
		}
	}
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
	l.AddChain(pos, message, nil, hint)
}

// AddChain adds a diagnostic with what leads to it.
func (l *List) AddChain(pos token.Position, message string, chain []Cause, hint string) {
	*l = append(*l, Diagnostic{Pos: pos, Message: message, Chain: chain, Hint: hint})
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
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool { return a.Pos == b.Pos && a.Message == b.Message })
}

// Relative makes the file names relative to dir where they are below it.
func (l List) Relative(dir string) {
	for i := range l {
		relative(&l[i].Pos, dir)
		for k := range l[i].Chain {
			relative(&l[i].Chain[k].Pos, dir)
		}
	}
}

func relative(pos *token.Position, dir string) {
	name, err := filepath.Rel(dir, pos.Filename)
	if err == nil && pos.Filename != "" && !strings.HasPrefix(name, "..") {
		pos.Filename = name
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
