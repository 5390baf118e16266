package check

import (
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/model"
)

const order = "the order is: context, key, record, keyed state, state without a key, outputs"

// input reads a method that takes records, and the Key that belongs to it.
func (s *shaper) input(fn *types.Func, suffix string, key *types.Func) {
	in := &model.Input{Name: inputName(suffix), Broadcast: isBroadcast(fn)}
	if s.op.Input(in.Name) != nil {
		s.fail(fn.Pos(), "operator "+s.op.Name()+" has two methods for input "+in.Name, "an input is taken by one method: give one of them another name")
		return
	}
	if in.Broadcast && key != nil {
		s.broadcastKey(fn, key)
		return
	}
	var keyType types.Type
	if key != nil {
		if in.Key = s.key(key); in.Key == nil {
			return
		}
		keyType = key.Signature().Results().At(0).Type()
		in.Record, _ = pointee(in.Key.Record.Type())
	}
	m := &model.Method{Func: fn}
	rest, ok := s.common(m, s.op.Form == model.Process)
	if !ok {
		return
	}
	if keyType != nil && len(rest) > 1 && types.Identical(rest[0].Type(), keyType) {
		if t, _ := pointee(rest[1].Type()); types.Identical(t, in.Record) {
			m.Key, rest = true, rest[1:]
		}
	}
	if len(rest) == 0 {
		s.fail(fn.Pos(), s.methodName(fn)+" takes no record", order)
		return
	}
	m.Record = rest[0]
	record, pointer := pointee(m.Record.Type())
	if !valid(record) {
		s.invalid(m.Record)
		return
	}
	if in.Record != nil && !types.Identical(in.Record, record) {
		s.fail(m.Record.Pos(), fmt.Sprintf("%s takes %s, but %s takes %s", s.methodName(fn), s.typeName(record), key.Name(), s.typeName(in.Record)),
			"both see the same record; "+order)
		return
	}
	in.Record, m.Pointer, in.Method = record, pointer, m
	rest = rest[1:]
	if s.op.Form == model.Process {
		if rest, ok = s.stateParams(m, rest, record); !ok {
			return
		}
	}
	if len(rest) > 0 {
		s.fail(rest[0].Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(fn), rest[0].Name(), s.typeName(rest[0].Type())), order)
		return
	}
	if s.results(m) {
		s.op.Inputs = append(s.op.Inputs, in)
	}
}

// common reads the context in front and the outputs at the end of a method's parameters and returns those between.
func (s *shaper) common(m *model.Method, outputs bool) (rest []*types.Var, ok bool) {
	ps := params(m.Func)
	if m.Func.Signature().Variadic() {
		s.fail(ps[len(ps)-1].Pos(), s.methodName(m.Func)+" is variadic", order)
		return nil, false
	}
	if len(ps) > 0 && s.takesContext(m, ps[0]) {
		ps = ps[1:]
	}
	for _, v := range ps {
		if !valid(v.Type()) {
			s.invalid(v)
			return nil, false
		}
		if s.misplacedContext(m, v) {
			return nil, false
		}
		if isNamedFrom(v.Type(), "context", "Context") {
			s.fail(v.Pos(), s.methodName(m.Func)+" takes a context.Context", "take a runtime.Context: "+m.Func.Name()+" does not wait for anybody; what does is Async(ctx context.Context, record T) (R, error)")
			return nil, false
		}
		if _, ok := isRuntime(v.Type(), "Out"); ok {
			s.fail(v.Pos(), s.methodName(m.Func)+" takes its output "+v.Name()+" by value", "take it by pointer: "+v.Name()+" *"+s.typeName(v.Type()))
			if t := s.typeOf(m.Func, v); t != nil {
				s.diags.Fix("take it by pointer", s.replaced(t.Pos(), t.Pos(), "*"))
			}
			return nil, false
		}
		elem, _ := pointee(v.Type())
		record, isOut := isRuntime(elem, "Out")
		switch {
		case isOut && !outputs && m.Func.Name() == "Finish":
			s.fail(v.Pos(), s.methodName(m.Func)+" has an output", "only an operator with Process emits to outputs: what others emit is what they return")
			return nil, false
		case isOut && !outputs:
			s.fail(v.Pos(), s.methodName(m.Func)+" has an output", "only Process and Finish emit to outputs")
			return nil, false
		case isOut && (v.Name() == "" || v.Name() == "_"):
			s.fail(v.Pos(), "an output of "+s.methodName(m.Func)+" has no name", "name the parameter: a reader names the output by it; out is the default")
			s.offerOutputName(m.Func, v)
			return nil, false
		case isOut:
			m.Outputs = append(m.Outputs, s.output(v, record))
		case len(m.Outputs) > 0:
			s.fail(v.Pos(), s.methodName(m.Func)+" takes "+v.Name()+" behind its outputs", order)
			return nil, false
		default:
			rest = append(rest, v)
		}
	}
	return rest, true
}

func (s *shaper) methodName(fn *types.Func) string { return fn.Name() + " of " + s.op.Name() }

// key reads a Key method.
func (s *shaper) key(fn *types.Func) *model.Method {
	m := &model.Method{Func: fn}
	ps, results := params(fn), fn.Signature().Results()
	if len(ps) != 1 || results.Len() != 1 || fn.Signature().Variadic() {
		s.fail(fn.Pos(), s.methodName(fn)+" does not take a record and return its key", "write it as "+fn.Name()+"(record T) K")
		return nil
	}
	for _, v := range []*types.Var{ps[0], results.At(0)} {
		if !valid(v.Type()) {
			s.invalid(v)
			return nil
		}
	}
	m.Record = ps[0]
	_, m.Pointer = pointee(ps[0].Type())
	if s.firstKey == nil {
		s.firstKey = fn
	}
	return m
}

// stateParam reads the parameter behind the record.
func (s *shaper) stateParam(m *model.Method, v *types.Var, record types.Type) bool {
	if emitted := s.emits(v.Type()); emitted != "" {
		s.fail(v.Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(m.Func), v.Name(), s.typeName(v.Type())),
			"emit records to an output: "+v.Name()+" *runtime.Out["+emitted+"]; "+order)
		return false
	}
	elem, pointer := pointee(v.Type())
	named, _ := types.Unalias(elem).(*types.Named)
	_, isStruct := elem.Underlying().(*types.Struct)
	if !pointer || !isStruct || named == nil {
		s.fail(v.Pos(), fmt.Sprintf("%s takes %s %s as its state, which is not a pointer to a struct type", s.methodName(m.Func), v.Name(), s.typeName(v.Type())),
			"state is a pointer to a struct type of its own, *"+s.op.Name()+"State for example; "+order)
		return false
	}
	if types.Identical(elem, record) {
		s.fail(v.Pos(), s.methodName(m.Func)+" takes record and state of one type, "+s.typeName(elem), "give the state a type of its own")
		return false
	}
	if s.op.State != nil && !types.Identical(named, s.op.State) {
		s.fail(v.Pos(), fmt.Sprintf("%s keeps %s, but other methods keep %s", s.methodName(m.Func), s.typeName(named), s.typeName(s.op.State)),
			"an operator has one state for each key")
		return false
	}
	if s.op.State == nil {
		s.op.State, s.state = named, v
	}
	m.State = true
	return true
}

// emits is what a channel or a function seems to be meant to emit, "" for another type.
func (s *shaper) emits(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return s.typeName(u.Elem())
	case *types.Signature:
		if u.Params().Len() == 1 {
			return s.typeName(u.Params().At(0).Type())
		}
	}
	return ""
}

// results reads what a method that takes records returns.
func (s *shaper) results(m *model.Method) bool {
	results := m.Func.Signature().Results()
	for v := range results.Variables() {
		if !valid(v.Type()) {
			s.invalid(v)
			return false
		}
	}
	n := results.Len()
	m.Fails = n > 0 && isError(results.At(n-1).Type())
	if m.Fails {
		n--
	}
	switch s.op.Form {
	case model.Process:
		if n != 0 {
			s.fail(m.Func.Pos(), s.methodName(m.Func)+" returns a record", "it may return an error only: emit records to an output, out *runtime.Out[T], or write it as Map")
			return false
		}
	case model.Map:
		if n != 1 {
			s.fail(m.Func.Pos(), s.methodName(m.Func)+" does not return one record", "write it as Map(record T) R or Map(record T) (R, error)")
			return false
		}
		s.op.Outputs = []*model.Output{{Name: model.DefaultOutput, Type: results.At(0).Type(), In: s.op}}
	case model.Filter:
		if n != 1 || !isBool(results.At(0).Type()) {
			s.fail(m.Func.Pos(), s.methodName(m.Func)+" does not return a bool", "write it as Filter(record T) bool or Filter(record T) (bool, error)")
			return false
		}
		s.op.Outputs = []*model.Output{{Name: model.DefaultOutput, Type: m.Record.Type(), In: s.op}}
	}
	return true
}

// lifecycle reads Open, Finish or Close.
func (s *shaper) lifecycle(fn *types.Func, outputs bool) *model.Method {
	if fn == nil {
		return nil
	}
	m := &model.Method{Func: fn}
	rest, ok := s.common(m, outputs)
	if !ok {
		return nil
	}
	results := fn.Signature().Results()
	m.Fails = results.Len() == 1 && isError(results.At(0).Type())
	hint := "the whole form is " + fn.Name() + "(ctx runtime.Context) error, of which every part may be missing"
	switch {
	case fn.Name() == "Finish":
		hint = "the whole form is " + fn.Name() + "(ctx runtime.Context, s *S, out *runtime.Out[T]) error, of which every part may be missing; S is a state without a key"
	case fn.Name() == "Open":
		hint = "the whole form is Open(ctx runtime.Context, s *S) error, of which every part may be missing; S is a state without a key"
	}
	if fn.Name() != "Close" && len(rest) > 0 && unkeyed(rest[0]) != nil {
		if !s.unkeyedParam(m, rest[0]) {
			return nil
		}
		rest = rest[1:]
	}
	if len(rest) > 0 {
		s.fail(rest[0].Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(fn), rest[0].Name(), s.typeName(rest[0].Type())),
			hint)
		return nil
	}
	if results.Len() > 0 && !m.Fails {
		s.fail(fn.Pos(), s.methodName(fn)+" returns something else than an error", hint)
		return nil
	}
	return m
}
