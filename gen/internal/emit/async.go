package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// callOptions adds to what describes an operator how its calls are run.
func (t *task) callOptions(operator *jen.Statement, n *model.Field) *jen.Statement {
	o := n.Operator.Calls
	if o == nil {
		return operator
	}
	method := "Ordered"
	if o.Unordered {
		method = "Unordered"
	}
	return operator.Dot(method).Call(jen.Lit(o.Field), jen.Id("p."+n.Selector()+"."+o.Field))
}

// callTypes are the types of what calls take and return.
func (t *task) callTypes(f *file, n *model.Field) []jen.Code {
	return []jen.Code{f.typ(n.In[0].Record), f.typ(n.Operator.Outputs[0].Type)}
}

func (t *task) callsType(f *file, n *model.Field) *jen.Statement {
	return f.core("Calls").Types(t.callTypes(f, n)...)
}

func (t *task) newCalls(f *file, n *model.Field) *jen.Statement {
	return f.core("NewCalls").Types(t.callTypes(f, n)...).Call(jen.Id(t.pipeline.records.of(n.In[0].Record)))
}

// emitResults writes the method that passes on what calls have returned.
func (t *task) emitResults(f *file) {
	n := t.Head
	if !n.CallsOut() {
		return
	}
	edges := t.edges(n, n.Operator.Outputs[0])
	results := jen.Id("t." + t.calls[n] + ".Results").Call()
	loop := jen.For(jen.Range().Add(results)).Block(jen.Comment("discarded"))
	if len(edges) > 0 {
		name := t.locals(f).name(wishes(edges, "result")...)
		loop = jen.For(jen.Id(name).Op(":=").Range().Add(results)).Block(t.pass(f, edges, jen.Id(name))...)
	}
	f.Line()
	f.comment("Results passes on what the calls of %s have returned.", n.Selector())
	t.method(f, "Results").Params().Block(append([]jen.Code{loop}, t.writes()...)...)
}

// emitCall writes the method that makes one call.
func (t *task) emitCall(f *file, n *model.Field, in *model.Input, edge *model.Edge) {
	names := t.locals(f)
	ctx := names.name("ctx")
	record := names.name(wishes([]*model.Edge{edge}, "record")...)
	results := jen.List(jen.Id("t."+t.fields[n]+".Async").Call(jen.Id(ctx), argument(in.Method, edge, record)))
	if !in.Method.Fails {
		results.Op(",").Nil()
	}
	method := t.process[input{n, in}]
	f.Line()
	f.comment("%s makes one call of %s, beside others.", method, n.Selector())
	t.method(f, method).Params(jen.Id(ctx).Add(f.ref("context", "Context")), jen.Id(record).Add(f.typ(edge.Record))).
		Params(f.typ(n.Operator.Outputs[0].Type), jen.Error()).Block(jen.Return(results))
	t.emitFailing(f, n, edge)
}

// emitFailing writes the method that sends on a record whose call has failed.
func (t *task) emitFailing(f *file, n *model.Field, edge *model.Edge) {
	if t.failing == "" {
		return
	}
	names := t.locals(f)
	record := names.name(wishes([]*model.Edge{edge}, "record")...)
	err := names.name("err")
	f.Line()
	f.comment("%s sends on a record whose call of %s has failed.", t.failing, n.Selector())
	t.method(f, t.failing).Params(jen.Id(record).Add(f.typ(edge.Record)), jen.Id(err).Error()).Block(t.passFailed(f, names, n, record, err)...)
}
