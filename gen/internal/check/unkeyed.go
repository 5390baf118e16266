package check

import (
	"fmt"
	"go/types"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// stateParams reads the states behind the record: the keyed one, then the one without a key. It returns what is left.
func (s *shaper) stateParams(m *model.Method, rest []*types.Var, record types.Type) ([]*types.Var, bool) {
	if len(rest) > 0 && unkeyed(rest[0]) == nil {
		if isBroadcast(m.Func) {
			s.fail(rest[0].Pos(), fmt.Sprintf("%s takes keyed state, %s %s", s.methodName(m.Func), rest[0].Name(), s.typeName(rest[0].Type())),
				"a record that goes to every subtask has no key: take a state "+listFields)
			return nil, false
		}
		if !s.stateParam(m, rest[0], record) {
			return nil, false
		}
		rest = rest[1:]
	}
	if len(rest) > 0 && unkeyed(rest[0]) != nil {
		if !s.unkeyedParam(m, rest[0]) {
			return nil, false
		}
		rest = rest[1:]
	}
	return rest, true
}

// listFields are the words for a state without a key.
const listFields = "of which every field is one of state.SplitList, state.UnionList and state.Broadcast"

// unkeyed is the type of a parameter that takes state without a key, nil if it takes something else.
func unkeyed(v *types.Var) *types.Named {
	elem, pointer := pointee(v.Type())
	named, _ := types.Unalias(elem).(*types.Named)
	if !pointer || named == nil || model.Lists(named) == nil {
		return nil
	}
	return named
}

// unkeyedParam reads a parameter that takes state without a key.
func (s *shaper) unkeyedParam(m *model.Method, v *types.Var) bool {
	named := unkeyed(v)
	if s.op.Unkeyed != nil && !types.Identical(named, s.op.Unkeyed) {
		s.fail(v.Pos(), fmt.Sprintf("%s keeps %s without a key, but other methods keep %s", s.methodName(m.Func), s.typeName(named), s.typeName(s.op.Unkeyed)),
			"a subtask has one state without a key: put the fields into one struct")
		return false
	}
	if s.op.Unkeyed == nil {
		s.op.Unkeyed, s.op.Lists, s.unkeyed = named, model.Lists(named), v
	}
	m.Unkeyed = true
	return true
}

// checkUnkeyed checks that the operator's state without a key consists of what a rescale can hand out, and that this can be written and read.
// Only a complete operator shows that none of its inputs is seen by every subtask.
func (s *shaper) checkUnkeyed(complete bool) {
	named := s.op.Unkeyed
	if named == nil {
		return
	}
	cause := diag.Cause{Pos: s.at(s.unkeyed.Pos()), Text: s.typeName(named) + " is the state without a key of " + s.op.Name()}
	for f := range named.Underlying().(*types.Struct).Fields() {
		if f.Name() == "_" {
			continue
		}
		path := named.Obj().Name() + "." + f.Name()
		pos := s.unkeyed.Pos()
		if s.local(f) {
			pos = f.Pos()
		}
		chain := causes([]diag.Cause{cause}, s.place(pos))
		kind, args, ok := model.ListType(f.Type())
		elem, pointer := pointee(f.Type())
		_, _, pointed := model.ListType(elem)
		switch {
		case pointer && pointed:
			s.failChain(pos, fmt.Sprintf("%s is a pointer to what it keeps", path), chain, "hold it by value: "+s.typeName(elem))
			continue
		case !ok:
			s.failChain(pos, fmt.Sprintf("%s of type %s stands beside fields that belong to no key", path, s.typeName(f.Type())), chain,
				"a rescale would not know who gets it: keep it behind a Key, in a struct of its own, or in a "+
					"state.SplitList, state.UnionList or state.Broadcast")
			continue
		case !f.Exported() && !s.local(f):
			s.failChain(pos, path+" is not exported, and its type is of another package", chain, "keep what is needed of it in a type of your own")
			continue
		case kind == model.Broadcasts:
			if complete && !s.hasBroadcast() {
				s.failChain(pos, fmt.Sprintf("%s is broadcast state, but %s has no input that every subtask sees", path, s.op.Name()), chain,
					fmt.Sprintf("nothing could change it: add Broadcast<Input>(ctx runtime.BroadcastContext, record T, s *%s), or use a state.SplitList or state.UnionList",
						s.typeName(named)))
			}
			s.refuseKey(args.At(0), "the key of "+path, pos, cause)
		}
		s.refuseState(args.At(args.Len()-1), path+"[]", pos, cause)
	}
}
