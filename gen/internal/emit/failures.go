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
	return append(append(body, t.passFailed(f, names, n, record, err)...), jen.Return())
}

// passFailed hands a record that failed to every reader of the operator's errors.
func (t *task) passFailed(f *file, names *scope, n *model.Field, record, err string) []jen.Code {
	failure := f.core("Failed").Call(jen.Op("&").Id("t.Task"), jen.Lit(n.UID), jen.Id(record), jen.Id(err))
	edges := t.edges(n, n.Failed)
	if len(edges) == 1 {
		return t.pass(f, edges, failure)
	}
	name := newScope(names).name("failure")
	return append([]jen.Code{jen.Id(name).Op(":=").Add(failure)}, t.pass(f, edges, jen.Id(name))...)
}
