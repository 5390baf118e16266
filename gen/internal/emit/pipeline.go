package emit

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// pipeline writes the wiring of one pipeline.
type pipeline struct {
	*model.Pipeline
	e     *emitter
	tasks []*task
	// records are the codecs of its records.
	records *recordCodecs
}

func (e *emitter) newPipeline(p *model.Pipeline) *pipeline {
	result := &pipeline{Pipeline: p, e: e}
	for _, t := range p.Tasks() {
		result.tasks = append(result.tasks, &task{
			Task: t, pipeline: result, typeName: e.scope.name(model.Lower(p.Name()) + t.Head.Name + "Task"),
		})
	}
	return result
}

func (p *pipeline) emit(f *file) {
	for _, t := range p.tasks {
		t.name()
	}
	p.emitJob(f)
	for _, t := range p.tasks {
		t.emit(f)
	}
}

// emitJob writes the method that makes the job.
func (p *pipeline) emitJob(f *file) {
	names := newScope(f.locals, "p", "j", "t")
	vertices := map[*model.Task]string{}
	for _, t := range p.tasks {
		if p.connected(t) || len(p.e.entries(t.Task)) > 0 {
			vertices[t.Task] = names.name(model.Lower(t.Head.Name))
		}
	}
	var body []jen.Code
	body = append(body, jen.Id("j").Op(":=").Add(f.core("NewJob")).Call(jen.Lit(p.Name())))
	var connects []jen.Code
	if p.records, connects = p.recordCodecs(f, names); p.callsOut() {
		// Calls have records in flight too.
		body, connects = append(append(body, jen.Line()), connects...), nil
	}
	for _, t := range p.tasks {
		add := f.core("AddTask").Call(jen.Id("j"), t.info(f), jen.Func().Params().Op("*").Id(t.typeName).Block(jen.Return(t.literal(f))))
		if name := vertices[t.Task]; name != "" {
			add = jen.Id(name).Op(":=").Add(add)
		}
		body = append(body, jen.Line(), add)
	}
	for i, port := range p.Ports {
		if i == 0 {
			body = append(body, jen.Line())
		}
		name := map[model.FieldKind]string{model.Source: "Inlet", model.Sink: "Outlet"}[port.Kind]
		body = append(body, f.core(name).Call(jen.Id("j"), jen.Lit(port.UID), jen.Id("p."+port.Selector())))
	}
	for _, to := range p.tasks {
		for _, from := range p.tasks {
			for _, s := range from.Sends {
				if s.To == to.Task {
					connects = append(connects, from.connect(f, s, vertices, p.records))
				}
			}
		}
	}
	var enters []jen.Code
	for _, t := range p.tasks {
		for _, e := range p.e.entries(t.Task) {
			enters = append(enters, t.enter(f, e, vertices, p.records))
		}
	}
	if len(enters) > 0 {
		connects = append(connects, jen.Line().Comment("Records that an unaligned checkpoint has caught on their way to an operator which is chained now enter here."))
		connects = append(connects, enters...)
	}
	if len(connects) > 0 {
		body = append(body, jen.Line())
		body = append(body, connects...)
	}
	body = append(body, jen.Return(jen.Id("j")))
	f.Line()
	f.comment("StreamgenJob wires the tasks of %s: %s.", p.Name(), p.summary())
	f.Func().Params(jen.Id("p").Op("*").Id(p.Name())).Id("StreamgenJob").Params().Add(f.ref(runtimePath, "Job")).Block(body...)
}

// connected reports whether an exchange begins or ends at t.
func (p *pipeline) connected(t *task) bool { return len(t.Sends) > 0 || len(t.Inputs) > 0 }

// callsOut reports whether an operator has Async.
func (p *pipeline) callsOut() bool {
	return slices.ContainsFunc(p.tasks, func(t *task) bool { return t.Head.CallsOut() })
}

// summary tells the tasks in their order.
func (p *pipeline) summary() string {
	var b strings.Builder
	for i, t := range p.tasks {
		switch {
		case i > 0 && len(t.Inputs) > 0 && t.Inputs[0] != nil && t.Inputs[0].Key != nil:
			b.WriteString(", then by key ")
		case i > 0 && len(t.Inputs) > 0:
			b.WriteString(", then ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(t.members())
	}
	return b.String()
}

// enumerate joins names as prose does.
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
