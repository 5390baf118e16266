package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
)

// Text tells the plan to people.
func (p *Plan) Text() string {
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\n", values...) }
	would, never := p.Pipeline+" would", len(p.Refused) > 0 && len(p.Operators) == 0 // what becomes of operators is not even looked at
	if never {
		would += " not"
	}
	switch {
	case p.Finished:
		line("%s has finished: a start does nothing", p.Pipeline)
	case p.From == nil && never:
		line("%s start", would)
	case p.From == nil:
		line("%s start from nothing", would)
	case p.From.Own:
		line("%s go on from checkpoint %d of %s, taken %s", would, p.From.ID, p.From.Path, p.From.Triggered.Format(time.DateTime))
	default:
		what := "checkpoint"
		if p.From.Savepoint {
			what = "savepoint"
		}
		line("%s start from %s %s, number %d, taken %s", would, what, p.From.Path, p.From.ID, p.From.Triggered.Format(time.DateTime))
	}
	switch {
	case p.KeyGroupsWere > 0 && p.KeyGroups > p.KeyGroupsWere:
		line("key groups: %d, each split into %d, %d together", p.KeyGroupsWere, p.KeyGroups/p.KeyGroupsWere, p.KeyGroups)
	case p.KeyGroups > 0:
		line("key groups: %d", p.KeyGroups)
	}
	for _, note := range p.Notes {
		line("note: %s", note)
	}
	if len(p.Operators) > 0 {
		line("")
	}
	for _, o := range p.Operators {
		b.WriteString(o.text())
	}
	for _, why := range p.Refused {
		line("\nrefused: %s", indent(why))
	}
	if n := p.refusals(); n == 1 {
		line("\nthe start would be refused, for the reason above")
	} else if n > 1 {
		line("\nthe start would be refused, for the %d reasons above", n)
	}
	return b.String()
}

func (o *Operator) text() string {
	var parts []string
	switch {
	case o.Fate == Dropped && o.Lost != "":
		parts = append(parts, "dropped, with "+o.Lost)
	case o.Fate == Dropped:
		parts = append(parts, "dropped, there is nothing of it")
	case o.Fate == Refused:
		parts = append(parts, "not in the program")
	case o.Fate == New:
		parts = append(parts, "new")
	case o.Finished:
		parts = append(parts, "had come to the end of its input")
	}
	if s := o.Splits; s != nil && s.Held == 0 {
		parts = append(parts, count(s.New, "split"))
	} else if s != nil {
		parts = append(parts, fmt.Sprintf("%s, of which %d are read to their end, and %d new", count(s.Held, "split"), s.Done, s.New))
	}
	if o.Transactions > 0 && o.Lost == "" {
		parts = append(parts, count(o.Transactions, "transaction")+" to be committed, all others aborted")
	}
	switch {
	case o.ParallelismWas != 0 && o.Parallelism != 0 && o.Parallelism != o.ParallelismWas:
		parts = append(parts, fmt.Sprintf("parallelism %d -> %d", o.ParallelismWas, o.Parallelism))
	case o.Parallelism != 0:
		parts = append(parts, fmt.Sprintf("parallelism %d", o.Parallelism))
	case o.ParallelismWas != 0:
		parts = append(parts, fmt.Sprintf("had parallelism %d", o.ParallelismWas))
	}
	kind := o.Kind
	if kind == "" {
		kind = "operator"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n", kind, o.UID, strings.Join(parts, "; "))
	for _, s := range o.States {
		fmt.Fprintf(&b, "  %s: %s\n", s.subject(), s.text())
		for _, change := range s.Changes {
			fmt.Fprintf(&b, "    %s\n", change)
		}
	}
	for _, why := range o.Refused {
		fmt.Fprintf(&b, "  refused: %s\n", indent(why))
	}
	return b.String()
}

// subject is what its fate is said of.
func (s *State) subject() string {
	input, inFlight := s.input()
	switch {
	case !inFlight:
		return s.Kind + " " + s.Name
	case input == "":
		return checkpoint.InFlight.String()
	}
	return checkpoint.InFlight.String() + " to input " + input
}

func (s *State) text() string {
	switch {
	case s.Fate == Dropped && s.Records > 0:
		return "dropped, " + count(int(s.Records), "record")
	case s.Fate == Refused:
		return "refused: " + indent(s.Refused)
	case s.Fate == New:
		return "new, begins empty"
	case s.Moves:
		return string(s.Fate) + ", and shared out anew"
	}
	return string(s.Fate)
}

// indent keeps the lines of a reason together.
func indent(why string) string { return strings.ReplaceAll(why, "\n", "\n    ") }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
