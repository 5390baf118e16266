package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// entries are the edges within a task by which records in flight can enter after a restore: those whose records can be written. Where the tag of an
// edge pins it, its reader is never anywhere else.
func (e *emitter) entries(t *model.Task) []*model.Edge {
	var entries []*model.Edge
	for _, n := range t.Fields[1:] {
		edge := n.In[0]
		if n.Partition == model.Default && len(e.Forms.Problems(edge.Record, "record")) == 0 {
			entries = append(entries, edge)
		}
	}
	return entries
}

// enter adds an entry to the job. A sink takes a record for the end of the step, and what only sinks read of an operator is written at once.
func (t *task) enter(f *file, e *model.Edge, vertices map[*model.Task]string, records *recordCodecs) jen.Code {
	codec := jen.Id(records.of(e.Record))
	if e.Input != nil && e.Input.Name != "" {
		codec = codec.Dot("Into").Call(jen.Lit(e.Input.Name))
	}
	writes := t.writesOf(chainedFrom(e.To))
	pointer := jen.Op("*").Id(t.typeName)
	take := jen.Parens(pointer).Dot(t.process[input{e.To, e.Input}])
	if e.To.Kind == model.Sink || len(writes) > 0 {
		record := newScope(f.locals, "p", "j", "t").name(wishes([]*model.Edge{e}, "record")...)
		calls := append(t.pass(f, []*model.Edge{e}, jen.Id(record)), writes...)
		body := jen.Block(calls...)
		if len(calls) == 1 {
			body = short(calls[0])
		}
		take = jen.Func().Params(jen.Id("t").Add(pointer), jen.Id(record).Add(f.typ(e.Record))).Add(body)
	}
	return f.core("Enter").Call(jen.Id(vertices[t.Task]), jen.Lit(e.To.UID), codec, take)
}

// chainedFrom are n and what is chained to it.
func chainedFrom(n *model.Field) []*model.Field {
	fields := []*model.Field{n}
	for _, e := range n.Out {
		if e.Chained() {
			fields = append(fields, chainedFrom(e.To)...)
		}
	}
	return fields
}
