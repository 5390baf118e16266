package emit

import (
	"go/types"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// entry is what the table of an operator holds that has timers, or fields with a time to live: the state, and what is known of these.
type entry struct {
	// name is the type's.
	name string
	// queued are the names of the fields that say what each timer is queued at, ttl that of the time to live, "" without.
	queued map[*model.Timer]string
	ttl    string
}

func (e *emitter) newEntry(op *model.Operator) *entry {
	if !op.HasEntry() {
		return nil
	}
	names := newScope(nil, "state", "touched")
	if len(op.TTLs) > 0 {
		names = newScope(names, "touch", "expire")
	}
	result := &entry{name: e.scope.name(model.Lower(e.stemOf(op.Type)) + "Entry"), queued: map[*model.Timer]string{}}
	for _, t := range op.Timers {
		result.queued[t] = names.name(model.Lower(t.Field.Name()), model.Lower(t.Field.Name())+"Timer")
	}
	if len(op.TTLs) > 0 {
		result.ttl = names.name("ttl")
	}
	return result
}

// held is the type that the table holds.
func (a *adapter) held(f *file) *jen.Statement {
	if a.entry != nil {
		return jen.Id(a.entry.name)
	}
	return f.typ(a.op.State)
}

// expires reports whether entries keep when they were touched, since fields of the state have a time to live.
func (a *adapter) expires() bool { return a.entry != nil && a.entry.ttl != "" }

// emitEntry writes the struct, and how its fields expire.
func (e *emitter) emitEntry(f *file, a *adapter) {
	if a.entry == nil {
		return
	}
	var fields []jen.Code
	fields = append(fields, jen.Id("state").Add(f.typ(a.op.State)))
	stamp := f.ref(timerPath, "Stamp")
	if a.expires() {
		fields = append(fields, jen.Id("touched").Add(f.ref(runtimePath, "Time")).Comment("when a method was given the state"),
			jen.Id(a.entry.ttl).Add(stamp).Comment("when its end is queued"))
	}
	for _, t := range a.op.Timers {
		fields = append(fields, jen.Id(a.entry.queued[t]).Add(stamp).Comment("when "+t.Field.Name()+" is queued"))
	}
	f.Line()
	f.comment("%s is a %s in its table, with what is known of its times.", a.entry.name, e.displayName(a.op.State))
	f.Type().Id(a.entry.name).Struct(fields...)
	if !a.expires() {
		return
	}
	receiver := jen.Id("e").Op("*").Id(a.entry.name)
	now := jen.Id("now").Add(f.ref(runtimePath, "Time"))
	f.Line()
	f.comment("touch says that the state is given to a method, without what was not touched for its time to live.")
	f.Func().Params(receiver).Id("touch").Params(now).Block(jen.Id("e.expire").Call(jen.Id("now")), jen.Id("e.touched").Op("=").Id("now"))

	body := []jen.Code{jen.If(jen.Id("e.touched").Op("==").Lit(0)).Block(
		jen.Id("e.touched").Op("=").Id("now").Comment("the checkpoint is from before the time to live"),
	)}
	for _, ttl := range a.op.TTLs {
		name := ttl.Field.Name()
		end := jen.Id("end").Op(":=").Id("e.touched.Add").Call(f.duration(ttl.After))
		body = append(body, jen.If(end, jen.Id("end").Op(">").Id("now")).Block(
			jen.Id("next").Op("=").Id("next.Earlier").Call(f.ref(timerPath, "StampOf").Call(jen.Id("end"))),
		).Else().Block(
			jen.Id("e.state."+name).Op("=").Add(f.typ(a.op.State)).Values().Dot(name),
		))
	}
	f.Line()
	f.comment("expire drops what was not touched for its time to live. It returns when there is more to drop.")
	f.Func().Params(receiver.Clone()).Id("expire").Params(now.Clone()).Params(jen.Id("next").Add(stamp.Clone())).
		Block(append(body, jen.Return(jen.Id("next")))...)
}

// duration writes a duration in its largest unit.
func (f *file) duration(d time.Duration) *jen.Statement {
	for _, unit := range []struct {
		name string
		d    time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second}, {"Millisecond", time.Millisecond}, {"Microsecond", time.Microsecond}} {
		switch {
		case d == unit.d:
			return f.ref("time", unit.name)
		case d%unit.d == 0:
			return jen.Lit(int(d / unit.d)).Op("*").Add(f.ref("time", unit.name))
		}
	}
	return jen.Lit(int(d))
}

// holdsText reports whether a key holds pointers, into memory that may be much larger.
func holdsText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Array:
		return holdsText(u.Elem())
	case *types.Struct:
		for _, f := range fieldsOf(u) {
			if holdsText(f.Type()) {
				return true
			}
		}
	}
	return false
}
