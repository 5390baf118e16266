package emit

import (
	"github.com/dave/jennifer/jen"
)

// emitCounts writes the method that tells how many records the operators behind the head have taken. Those of the head, of sources and
// of sinks are counted by the runtime, a batch at a time.
func (t *task) emitCounts(f *file) {
	var body []jen.Code
	for _, n := range t.Fields {
		if count := t.counts[n]; count != "" {
			body = append(body, jen.Id("c.Set").Call(jen.Lit(n.UID), jen.Id("t."+count)))
		}
	}
	if len(body) == 0 {
		return
	}
	f.Line()
	f.comment("Counts tells how many records each operator behind the head has taken.")
	t.method(f, "Counts").Params(jen.Id("c").Op("*").Add(f.core("Counts"))).Block(body...)
}
