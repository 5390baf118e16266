package emit

import (
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// recordCodecs are the codecs of the records that cross the tasks of a pipeline, or may enter them: one variable for each type.
type recordCodecs struct {
	types []types.Type
	names []string
}

// of is the name of the codec of records of type t.
func (r *recordCodecs) of(t types.Type) string {
	for i, known := range r.types {
		if types.Identical(known, t) {
			return r.names[i]
		}
	}
	return ""
}

// recordCodecs declares the codecs of a pipeline's records, in the order of its exchanges and then of its entries.
func (p *pipeline) recordCodecs(f *file, names *scope) (*recordCodecs, []jen.Code) {
	r := &recordCodecs{}
	var declarations []jen.Code
	declare := func(record types.Type) {
		if r.of(record) == "" {
			name := names.name(model.Lower(p.e.stemOf(record)) + "Records")
			r.types, r.names = append(r.types, record), append(r.names, name)
			declarations = append(declarations, jen.Id(name).Op(":=").Add(p.e.recordCodec(f, record)))
		}
	}
	for _, t := range p.tasks {
		for _, s := range t.Sends {
			declare(s.Edges[0].Record)
		}
	}
	for _, t := range p.tasks {
		for _, e := range p.e.entries(t.Task) {
			declare(e.Record)
		}
	}
	return r, declarations
}

// recordCodec is the literal that writes and reads records of type t.
func (e *emitter) recordCodec(f *file, t types.Type) *jen.Statement {
	return f.core("RecordCodec").Types(f.typ(t)).CustomFunc(multiLine(), func(g *jen.Group) {
		g.Id("Schema").Op(":").Lit(e.schema(t))
		if c := e.structCodec(t); c != nil {
			g.Id("Append").Op(":").Id("append" + c.stem)
			g.Id("Parse").Op(":").Id("parse" + c.stem)
			return
		}
		g.Id("Append").Op(":").Add(e.appendRecord(f, t))
		g.Id("Parse").Op(":").Add(e.parseRecord(f, t))
	})
}

// structCodec is the codec of a struct type, nil if t is none or is not written by its fields.
func (e *emitter) structCodec(t types.Type) *codec {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return nil
	}
	if c := e.codecOf(named); c != nil && c.byPointer() {
		return c
	}
	return nil
}

func (e *emitter) appendRecord(f *file, t types.Type) *jen.Statement {
	w := &appender{emitter: e, file: f, names: newScope(f.locals, "b", "record")}
	slice := jen.Index().Byte()
	return jen.Func().Params(jen.Id("b").Add(slice), jen.Id("record").Op("*").Add(f.typ(t))).Add(slice).
		Add(block(w.returnPointee(t, jen.Id("record"))))
}

func (e *emitter) parseRecord(f *file, t types.Type) *jen.Statement {
	p := &parser{emitter: e, file: f, names: newScope(f.locals, "p", "record")}
	return jen.Func().Params(jen.Id("p").Op("*").Add(f.serde("Parser")), jen.Id("record").Op("*").Add(f.typ(t))).
		Add(block(p.intoPointee(t, jen.Id("record"))))
}
