package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// checked looks at the error that a method returned for a record: without the tag errors it fails the job.
func (t *task) checked(f *file, names *scope, n *model.Field, edge *model.Edge, record, err string) *jen.Statement {
	if n.Failed == nil {
		return t.check(n, jen.Id(err))
	}
	return jen.If(jen.Id(err).Op("!=").Nil()).Block(t.failed(f, names, n, edge, record, err)...)
}

// failed ends a call that failed: what it emitted is dropped, and the record goes where the tag errors says.
func (t *task) failed(f *file, names *scope, n *model.Field, edge *model.Edge, record, err string) []jen.Code {
	var body []jen.Code
	if n.Operator.Form == model.Process {
		for _, o := range edge.Input.Method.Outputs {
			if len(t.edges(n, o)) > 0 {
				body = append(body, jen.Id("t."+t.outs[output{n, o}]+".Take").Call().Comment("dropped"))
			}
		}
	}
	failure := f.core("Failed").Call(jen.Op("&").Id("t.Task"), jen.Lit(n.UID), jen.Id(record), jen.Id(err))
	edges := t.edges(n, n.Failed)
	if len(edges) > 1 {
		name := newScope(names).name("failure")
		body = append(body, jen.Id(name).Op(":=").Add(failure))
		failure = jen.Id(name)
	}
	return append(append(body, t.pass(f, edges, failure)...), jen.Return())
}
