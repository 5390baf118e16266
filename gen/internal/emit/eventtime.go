package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// eventTime tells the runtime how a source makes its watermarks.
func (t *task) eventTime(f *file, e *model.EventTime) *jen.Statement {
	var values []jen.Code
	if e.OutOfOrder > 0 {
		values = append(values, jen.Id("OutOfOrder").Op(":").Add(f.duration(e.OutOfOrder)))
	}
	if e.Idle > 0 {
		values = append(values, jen.Id("Idle").Op(":").Add(f.duration(e.Idle)))
	}
	return f.core("EventTime").Values(values...)
}

// sawTime tells the runtime when a record of the source happened.
func (t *task) sawTime(f *file, record string) []jen.Code {
	e := t.Head.EventTime
	if e == nil {
		return nil
	}
	at := jen.Id(record + "." + e.Name)
	if e.Method {
		at = at.Call()
	}
	if e.Std {
		at = f.ref(runtimePath, "TimeOf").Call(at)
	}
	return []jen.Code{jen.Id("t.SawTime").Call(at)}
}
