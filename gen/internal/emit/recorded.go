package emit

import (
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// recorded is the schema record of the package: what its pipelines keep, and what goes between their tasks or may enter them. Those of test files are not
// deployed, and have no part in it.
func (e *emitter) recorded() (*record.Record, error) {
	r := record.New()
	for _, p := range e.Pipelines {
		if e.inTests(p.Type.Obj()) {
			continue
		}
		recorded := &record.Pipeline{Operators: map[string]*record.Operator{}, Edges: map[string]*record.Form{}}
		for _, f := range p.Fields {
			if f.Operator == nil {
				continue
			}
			op, err := e.recordedOperator(f)
			if err != nil {
				return nil, fmt.Errorf("schema of %s in %s: %w", f.UID, p.Name(), err)
			}
			if len(op.States) > 0 {
				recorded.Operators[f.UID] = op
			}
		}
		for _, t := range p.Tasks() {
			edges := e.entries(t)
			for _, s := range t.Sends {
				edges = append(edges, s.Edges...)
			}
			for _, edge := range edges {
				form, err := record.NewForm("", e.schema(edge.Record), edge.Record)
				if err != nil {
					return nil, fmt.Errorf("schema of the records from %s to %s: %w", edge.Name(), edge.To.UID, err)
				}
				recorded.Edges[edgeName(edge)] = form
			}
		}
		if len(recorded.Operators)+len(recorded.Edges) > 0 {
			r.Pipelines[p.Name()] = recorded
		}
	}
	return r, nil
}

// edgeName names an edge: Split.late -> Count, or -> Join.left.
func edgeName(e *model.Edge) string {
	name := e.Name() + " -> " + e.To.UID
	if e.Input != nil && e.Input.Name != "" {
		name += "." + e.Input.Name
	}
	return name
}

func (e *emitter) recordedOperator(f *model.Field) (*record.Operator, error) {
	op := f.Operator
	result := &record.Operator{States: map[string]*record.Form{}}
	add := func(name, kind, text string, t types.Type) error {
		form, err := record.NewForm(kind, text, t)
		result.States[name] = form
		return err
	}
	if op.State != nil {
		result.Key = e.schema(op.Key)
		if err := add(op.State.Obj().Name(), "keyed", e.entrySchema(op), op.State); err != nil {
			return nil, err
		}
	}
	if op.Form == model.Async { // what its calls have in flight
		if err := add("Async", "split", e.schema(f.In[0].Record), f.In[0].Record); err != nil {
			return nil, err
		}
	}
	kinds := map[model.ListKind]string{model.SplitList: "split", model.UnionList: "union", model.Broadcasts: "broadcast"}
	for _, l := range e.listsOf(op) {
		if err := add(l.path(), kinds[l.Kind], e.schema(l.written()), l.written()); err != nil {
			return nil, err
		}
		result.States[l.path()].Was = l.was()
	}
	if op.Unkeyed != nil {
		for _, gone := range e.Past.Removed(op.Unkeyed.Obj()) {
			result.Gone = append(result.Gone, gone.Text)
		}
	}
	return result, nil
}

// entrySchema names the form of a key with what the table holds: the state or, where that expires, it and when it was touched.
func (e *emitter) entrySchema(op *model.Operator) string {
	held := e.schema(op.State)
	if len(op.TTLs) > 0 {
		held = "{state " + held + ", touched int64}"
	}
	return e.schema(op.Key) + ": " + held
}
