package check

import (
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/model"
)

const (
	asyncForm  = "write it as Async(ctx context.Context, record T) (R, error)"
	asyncState = "its calls run beside each other, so it keeps no state: put an operator with Process behind it"
)

// async reads Async.
func (s *shaper) async(fn *types.Func, keys map[string]*types.Func, names []string) {
	for _, name := range names {
		s.fail(keys[name].Pos(), s.methodName(keys[name])+" has no use: Async keeps no state, and goes by no key", "remove it, or give it to an operator behind "+s.op.Name())
		delete(keys, name)
	}
	in := &model.Input{Method: &model.Method{Func: fn}}
	ps, ok := s.asyncContext(fn)
	if !ok {
		return
	}
	if len(ps) == 0 {
		s.fail(fn.Pos(), s.methodName(fn)+" takes no record", asyncForm)
		return
	}
	in.Method.Record = ps[0]
	in.Record, in.Method.Pointer = pointee(ps[0].Type())
	if !valid(in.Record) {
		s.broken = true
		return
	}
	if len(ps) > 1 {
		s.asyncExtra(fn, ps[1])
		return
	}
	results := fn.Signature().Results()
	n := results.Len()
	if in.Method.Fails = n > 0 && isError(results.At(n-1).Type()); in.Method.Fails {
		n--
	}
	if n != 1 {
		s.fail(fn.Pos(), s.methodName(fn)+" does not return one record", asyncForm)
		return
	}
	s.op.Inputs = []*model.Input{in}
	s.op.Outputs = []*model.Output{{Name: model.DefaultOutput, Type: results.At(0).Type(), In: s.op}}
}

// asyncContext reads the context, which must be there, and returns the parameters behind it.
func (s *shaper) asyncContext(fn *types.Func) ([]*types.Var, bool) {
	ps := params(fn)
	switch {
	case fn.Signature().Variadic():
		s.fail(ps[len(ps)-1].Pos(), s.methodName(fn)+" is variadic", asyncForm)
	case len(ps) > 0 && isNamedFrom(ps[0].Type(), "context", "Context"):
		return ps[1:], true
	case len(ps) > 0 && isContextOfOurs(ps[0].Type()):
		s.fail(ps[0].Pos(), s.methodName(fn)+" takes a "+s.typeName(ps[0].Type()),
			"take a context.Context: it ends when the time for the call is over, and with the job")
	default:
		s.fail(fn.Pos(), s.methodName(fn)+" does not take a context.Context first", asyncForm+": a call that is not needed any more is to end")
	}
	return nil, false
}

func isContextOfOurs(t types.Type) bool {
	_, plain := isRuntime(t, "Context")
	_, broadcast := isRuntime(t, "BroadcastContext")
	return plain || broadcast
}

// asyncExtra refuses a parameter behind the record.
func (s *shaper) asyncExtra(fn *types.Func, v *types.Var) {
	elem, pointer := pointee(v.Type())
	_, isStruct := elem.Underlying().(*types.Struct)
	switch _, isOut := isRuntime(elem, "Out"); {
	case isOut:
		s.fail(v.Pos(), s.methodName(fn)+" has an output", "what a call returns goes to its readers: "+asyncForm)
	case pointer && isStruct:
		s.fail(v.Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(fn), v.Name(), s.typeName(v.Type())), asyncState)
	default:
		s.fail(v.Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(fn), v.Name(), s.typeName(v.Type())), asyncForm)
	}
}

// asyncOptions finds the field that says how calls are run.
func (s *shaper) asyncOptions() {
	structure, ok := s.op.Type.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range structure.Fields() {
		t, pointer := pointee(types.Unalias(f.Type()))
		ordered := isNamedFrom(t, asyncPath, "Ordered")
		if !ordered && !isNamedFrom(t, asyncPath, "Unordered") {
			continue
		}
		where := fmt.Sprintf("field %s of %s", f.Name(), s.op.Name())
		switch known := s.op.Calls; {
		case s.op.Form != model.Async:
			s.fail(f.Pos(), fmt.Sprintf("%s is %s, but there is no Async", where, s.typeName(f.Type())), "it says how calls of Async are run: remove it, or write Async")
		case pointer:
			s.fail(f.Pos(), where+" is a pointer to its options", "hold the options themselves: "+s.typeName(t))
		case !f.Exported():
			s.fail(f.Pos(), where+" is not exported", "name it "+model.Upper(f.Name())+": generated code reads it")
		case known != nil:
			s.fail(f.Pos(), fmt.Sprintf("%s is a second one for options, after %s", where, known.Field), "an operator has one field of package async, which says how its calls are run")
		default:
			s.op.Calls = &model.AsyncOptions{Field: f.Name(), Unordered: !ordered}
		}
	}
}

const asyncPath = runtimePath + "/async"

// asyncUnkeyed refuses state that Open or Finish take.
func (s *shaper) asyncUnkeyed() {
	if s.op.Form == model.Async && s.unkeyed != nil {
		s.fail(s.unkeyed.Pos(), "operator "+s.op.Name()+" has both Async and a state, "+s.typeName(s.op.Unkeyed), asyncState)
	}
}
