package record

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/serde/schema"
)

// Loss is a state, or a part of one, that a checkpoint of the recorded program holds and that the program of today cannot take over.
type Loss struct {
	// Pipeline and Operator say whose state it is. Operator is "" where the pipeline is gone.
	Pipeline, Operator string
	// State is its name, "" where the operator is gone.
	State string
	// Now is the form of today, nil if the state is gone.
	Now *Form
	// Difference is what is in the way, nil if the state is gone.
	Difference *schema.Difference
	// Was and Is are the kinds of a state that has become one of another kind, otherwise "".
	Was, Is string
}

// Compare returns what would be lost of what the older record holds. Removed are the uids of operators that a pipeline says are gone.
func (r *Record) Compare(older *Record, removed func(pipeline string) []string) ([]Loss, error) {
	var losses []Loss
	for _, name := range slices.Sorted(maps.Keys(older.Pipelines)) {
		was, now := older.Pipelines[name], r.Pipelines[name]
		if now == nil {
			now = &Pipeline{}
		}
		gone := removed(name)
		for _, uid := range slices.Sorted(maps.Keys(was.Operators)) {
			if now.Operators[uid] == nil {
				if !slices.Contains(gone, uid) {
					losses = append(losses, Loss{Pipeline: name, Operator: uid, State: strings.Join(slices.Sorted(maps.Keys(was.Operators[uid].States)), ", ")})
				}
				continue
			}
			found, err := now.Operators[uid].compare(was.Operators[uid])
			if err != nil {
				return nil, err
			}
			for _, loss := range found {
				loss.Pipeline, loss.Operator = name, uid
				losses = append(losses, loss)
			}
		}
	}
	return losses, nil
}

func (o *Operator) compare(older *Operator) ([]Loss, error) {
	var losses []Loss
	for _, name := range slices.Sorted(maps.Keys(older.States)) {
		was, now := older.States[name], o.States[name]
		if now == nil && was.Kind == keyed {
			now = o.keyed() // what its type is called does not matter: there is but one
		}
		if now == nil {
			now = o.list(older, fieldOf(name))
		}
		switch {
		case now == nil && slices.Contains(o.Gone, fieldOf(name)):
			continue
		case now == nil:
			losses = append(losses, Loss{State: name})
			continue
		case now.Kind != was.Kind:
			losses = append(losses, Loss{State: name, Now: now, Was: was.Kind, Is: now.Kind})
			continue
		case now.Fingerprint == was.Fingerprint:
			continue
		}
		writer, err := schema.Parse(was.Schema)
		if err != nil {
			return nil, err
		}
		_, err = schema.Resolve(writer, now.Reader)
		var incompatible *schema.IncompatibleError
		if errors.As(err, &incompatible) {
			for _, d := range incompatible.Differences {
				losses = append(losses, Loss{State: name, Now: now, Difference: &d})
			}
		} else if err != nil {
			return nil, err
		}
	}
	return losses, nil
}

// keyed is the operator's state by key, nil if it has none.
func (o *Operator) keyed() *Form {
	for _, form := range o.States {
		if form.Kind == keyed {
			return form
		}
	}
	return nil
}

// list is what has become of the list in a field of the older form of the operator, nil if it is gone. What the struct around it is called does
// not matter: there is but one. A former name only counts where the older form has no field of the present one.
func (o *Operator) list(older *Operator, field string) *Form {
	if now := o.find(field); now != nil {
		return now
	}
	for name, form := range o.States {
		if slices.Contains(form.Was, field) && older.find(fieldOf(name)) == nil {
			return form
		}
	}
	return nil
}

// find returns the list in a field, nil if there is none.
func (o *Operator) find(field string) *Form {
	for name, form := range o.States {
		if field != "" && fieldOf(name) == field {
			return form
		}
	}
	return nil
}

// fieldOf is the field in the name of a list, and "" in that of another state.
func fieldOf(name string) string {
	_, field, _ := strings.Cut(name, ".")
	return field
}
