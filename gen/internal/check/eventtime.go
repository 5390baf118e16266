package check

import (
	"fmt"
	"go/types"
	"strings"
	"time"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// eventTags are the tags of a source that make its watermarks, nil if they are not there.
type eventTags struct{ time, outoforder, idle *tag }

// take keeps a tag if it is one of them.
func (e *eventTags) take(t tag) bool {
	switch t.key {
	case "time":
		e.time = &t
	case "outoforder":
		e.outoforder = &t
	case "idle":
		e.idle = &t
	default:
		return false
	}
	return true
}

// isEventTag reports whether a tag is one of them.
func isEventTag(key string) bool { return new(eventTags).take(tag{key: key}) }

// eventTime reads the tags that say when the records of a source happened.
func (g *graph) eventTime(n *node, tags eventTags) {
	if n.Kind != model.Source || n.isNested || n.Record == nil {
		return
	}
	e := &model.EventTime{}
	ok := true
	untimed := tags.time != nil && tags.time.value == noTime
	for _, t := range []*tag{tags.outoforder, tags.idle} {
		if t != nil && (tags.time == nil || untimed) {
			g.diags.Add(g.at(t.keyPos), fmt.Sprintf("source %s has the tag %s, but no time", n.Name, t.key), "say which field of a record tells when it happened: `time:\"At\"`")
			ok = false
		}
	}
	if d, valid := g.duration(n, tags.outoforder, true); valid {
		e.OutOfOrder = d
	}
	if d, valid := g.duration(n, tags.idle, false); valid {
		e.Idle = d
	}
	n.Untimed = untimed
	if tags.time == nil || untimed || !ok || !valid(n.Record) {
		return
	}
	if g.timeOf(n, *tags.time, e) {
		n.EventTime = e
	}
}

// duration reads the tag of a duration.
func (g *graph) duration(n *node, t *tag, zero bool) (time.Duration, bool) {
	if t == nil {
		return 0, false
	}
	d, err := time.ParseDuration(t.value)
	switch {
	case err != nil:
		g.diags.Add(g.at(t.pos), fmt.Sprintf("%s %q of %s is not a duration", t.key, t.value, n.Name), "write it as Go does: 4s, 500ms, 1m30s")
	case d < 0:
		g.diags.Add(g.at(t.pos), fmt.Sprintf("%s %q of %s is negative", t.key, t.value, n.Name), "")
	case d == 0 && !zero:
		g.diags.Add(g.at(t.pos), fmt.Sprintf("%s %q of %s is zero", t.key, t.value, n.Name), "leave the tag out: then the source is never idle")
	case d > 0 && d < time.Millisecond:
		g.diags.Add(g.at(t.pos), fmt.Sprintf("%s %q of %s is less than a millisecond, the unit of runtime.Time", t.key, t.value, n.Name), "")
	default:
		return d, true
	}
	return 0, false
}

// timeOf finds the field or method that tells when a record happened.
func (g *graph) timeOf(n *node, t tag, e *model.EventTime) bool {
	record := g.typeName(n.Record)
	e.Name = t.value
	object, _, _ := types.LookupFieldOrMethod(n.Record, true, g.pkg.Types, t.value)
	var typ types.Type
	switch o := object.(type) {
	case *types.Var:
		typ = o.Type()
	case *types.Func:
		if s := o.Signature(); s.Params().Len() > 0 || s.Results().Len() != 1 {
			g.diags.Add(g.at(t.pos), fmt.Sprintf("method %s of %s does not tell a time", t.value, record), "it takes nothing and returns a runtime.Time or a time.Time")
			return false
		}
		typ, e.Method = o.Signature().Results().At(0).Type(), true
	default:
		hint := diag.DidYouMean(t.value, g.timesOf(n.Record))
		if len(g.timesOf(n.Record)) == 0 {
			hint = "give " + record + " a field of type runtime.Time"
			if t, _ := pointee(n.Record); !isStruct(t) {
				hint = "let the source give structs, with a field of type runtime.Time"
			}
		}
		g.diags.Add(g.at(t.pos), fmt.Sprintf("%s has no field or method %s that tells its time", record, t.value), hint)
		return false
	}
	isTime, std := timeType(typ)
	e.Std = std
	if isTime {
		return true
	}
	hint := "it is a runtime.Time or a time.Time"
	if basic, ok := typ.Underlying().(*types.Basic); ok && basic.Info()&types.IsInteger != 0 {
		hint = "use runtime.Time, milliseconds since 1970: a number does not say its unit"
	}
	g.diags.Add(g.at(t.pos), fmt.Sprintf("%s of %s is of type %s, which is no time", t.value, record, g.typeName(typ)), hint)
	return false
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// timeType says whether t is the type of a time, and whether it is that of the standard library.
func timeType(t types.Type) (isTime, std bool) {
	if _, ok := isRuntime(t, "Time"); ok {
		return true, false
	}
	std = isNamedFrom(t, "time", "Time")
	return std, std
}

// timesOf are the fields and methods of a record that tell a time.
func (c *checker) timesOf(record types.Type) []string {
	t, _ := pointee(record)
	var found []string
	if u, ok := t.Underlying().(*types.Struct); ok {
		for f := range u.Fields() {
			if isTime, _ := timeType(f.Type()); isTime && (f.Exported() || c.local(f)) {
				found = append(found, f.Name())
			}
		}
	}
	for selection := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		s, ok := selection.Obj().Type().(*types.Signature)
		if !ok || s.Params().Len() > 0 || s.Results().Len() != 1 || strings.HasPrefix(selection.Obj().Name(), "_") {
			continue
		}
		if isTime, _ := timeType(s.Results().At(0).Type()); isTime && (selection.Obj().Exported() || c.local(selection.Obj())) {
			found = append(found, selection.Obj().Name())
		}
	}
	return found
}
