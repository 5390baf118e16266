package core

import (
	"errors"
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/serde/schema"
)

// form is the form in which a state was written, as seen from the program that reads it.
type form struct {
	// state is its name there.
	state string
	// plan rewrites entries to the program's own form, nil if they have it.
	plan *schema.Plan
}

// resolve finds out how the program reads what was written under another schema. A schema that is equal as text needs not even be understood.
func resolve(writer, reader string) (form, error) {
	if writer == reader || writer == schema.Recorded(reader) {
		return form{}, nil
	}
	w, err := schema.Parse(writer)
	if err != nil {
		return form{}, fmt.Errorf("what the checkpoint says of its form cannot be read: %w", err)
	}
	d, err := schema.Parse(reader)
	if err != nil {
		return form{}, fmt.Errorf("what the program says of its form cannot be read: %w", err)
	}
	plan, err := schema.Resolve(w, d)
	if err != nil || plan.Same() {
		return form{}, err
	}
	return form{plan: plan}, nil
}

// form is how the entries of a state are read that o holds; false if it does not hold it, or in a form that [restored.checkStates] refuses.
func (r *Restore) form(o *checkpoint.Operator, taken checkpoint.TakenState) (form, bool) {
	i := taken.In(o.States)
	if i < 0 {
		return form{}, false
	}
	f, err := resolve(o.States[i].Schema, taken.Schema)
	f.state = o.States[i].Name
	return f, err == nil
}

// read reads the entries of a key group, in the program's form.
func (f form) read(stack snapshot.Stack, group snapshot.Group) ([]byte, int, error) {
	entries, n, err := stack.Read(group, nil)
	if err != nil {
		return nil, 0, err
	}
	entries, err = f.apply(entries, n)
	return entries, n, err
}

// apply brings entries into the program's form.
func (f form) apply(entries []byte, count int) ([]byte, error) {
	if f.plan == nil {
		return entries, nil
	}
	entries, err := f.plan.ApplyAll(make([]byte, 0, len(entries)), entries, count)
	if err != nil {
		return nil, &startError{err}
	}
	return entries, nil
}

// otherForm says why a state cannot be taken over, and what to do.
func (r *restored) otherForm(uid string, held, taken checkpoint.State, why error) error {
	where := fmt.Sprintf("checkpoint %d holds state %s of operator %s", r.checkpoint.ID, held.Name, uid)
	var incompatible *schema.IncompatibleError
	if !errors.As(why, &incompatible) {
		return fmt.Errorf("%s as\n\t%s\nbut the program has\n\t%s\nand %w\nrun the program that wrote it, or begin anew with --fresh",
			where, held.Schema, schema.Recorded(taken.Schema), why)
	}
	return fmt.Errorf("%s in a form that the program cannot take over:\n\t%s\n%s", where,
		strings.ReplaceAll(incompatible.In(taken.Name), "\n", "\n\t"),
		"undo that in the program: a field that has another name now says so with the tag was:\"Old\", and one that may be dropped is named in the doc comment "+
			"of its struct, //streamgen:removed Old; or run the program that wrote it, or begin anew with --fresh")
}
