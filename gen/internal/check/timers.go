package check

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/nearest"
)

// timerForms is what a field must be so that On<Field> is called.
const timerForms = "timer.Event, timer.EventSet or timer.Processing"

// timers joins the timer fields of the state with the methods On<Timer>.
func (s *shaper) timers(callbacks []*types.Func) {
	s.checkTimerPlaces()
	if s.unfit() {
		return
	}
	if s.op.Key == nil && s.op.State != nil {
		s.keyless() // whatever the callbacks take: without a key nothing is called back
		return
	}
	if s.op.Key == nil {
		for _, fn := range callbacks {
			s.strayCallback(fn, nil)
		}
		return
	}
	var methods []*model.Method
	for _, fn := range callbacks {
		if m := s.callback(fn); m != nil {
			methods = append(methods, m)
		}
	}
	if s.unfit() {
		return
	}
	names := s.callbackNames()
	if s.op.State != nil {
		for f := range s.op.State.Underlying().(*types.Struct).Fields() {
			kind := model.TimerType(f.Type())
			if kind == "" {
				continue
			}
			if f.Name() == "_" {
				s.fail(f.Pos(), "a timer of "+s.typeName(s.op.State)+" has no name, so nothing can set it", "name the field, or remove it")
				continue
			}
			if i := slices.IndexFunc(s.op.Timers, func(t *model.Timer) bool { return model.Upper(t.Field.Name()) == model.Upper(f.Name()) }); i >= 0 {
				s.fail(f.Pos(), fmt.Sprintf("timers %s and %s of %s both call On%s", s.op.Timers[i].Field.Name(), f.Name(), s.typeName(s.op.State), model.Upper(f.Name())),
					"give one of them another name")
				continue
			}
			t := &model.Timer{Field: f, Kind: kind}
			for _, m := range methods {
				if m.Func.Name() == "On"+model.Upper(f.Name()) {
					t.Callback = m
				}
			}
			meant := func(fn *types.Func) bool { return nearest.Of(fn.Name(), names) == "On"+model.Upper(f.Name()) }
			if t.Callback == nil && !slices.ContainsFunc(callbacks, meant) {
				s.fail(f.Pos(), fmt.Sprintf("timer %s of %s calls nothing back: %s has no method On%s", f.Name(), s.typeName(s.op.State), s.op.Name(), model.Upper(f.Name())),
					fmt.Sprintf("add On%s(key %s, s *%s), with a context before and outputs behind these if need be", model.Upper(f.Name()), s.keyName(), s.typeName(s.op.State)))
			}
			s.op.Timers = append(s.op.Timers, t)
		}
	}
	for _, m := range methods {
		if !slices.ContainsFunc(s.op.Timers, func(t *model.Timer) bool { return t.Callback == m }) {
			s.strayCallback(m.Func, names)
		}
	}
}

// unfit reports whether the state cannot be told, for a reason that was given.
func (s *shaper) unfit() bool {
	return s.broken && (s.op.State == nil || s.op.Key == nil)
}

// callbackNames are the methods that belong to the timers of the state.
func (s *shaper) callbackNames() []string {
	var names []string
	if s.op.State != nil {
		for f := range s.op.State.Underlying().(*types.Struct).Fields() {
			if model.TimerType(f.Type()) != "" {
				names = append(names, "On"+model.Upper(f.Name()))
			}
		}
	}
	return names
}

func (s *shaper) keyName() string {
	if s.op.Key == nil {
		return "K"
	}
	return s.typeName(s.op.Key)
}

// strayCallback reports a method On<Timer> without such a timer.
func (s *shaper) strayCallback(fn *types.Func, names []string) {
	name, _ := strings.CutPrefix(fn.Name(), "On")
	message := "method " + fn.Name() + " of " + s.op.Name() + " fits nothing: "
	switch {
	case name == "Window":
		s.fail(fn.Pos(), message+"windows are not there yet", "keep a timer.Event in the state and end the window in its callback")
	case s.op.State == nil:
		hint := "take a state with a field " + name + " timer.Event in the method that takes records"
		if s.op.Form != model.Process {
			hint = "write it with Process, which takes a state with a field " + name + " timer.Event"
		}
		if s.op.Key == nil {
			hint += ", and add a Key"
		}
		s.fail(fn.Pos(), message+"it keeps no keyed state, and timers are fields of one", hint+"; or name the method otherwise")
	default:
		hint := fmt.Sprintf("add a field %s to %s, of type %s; or name the method otherwise", name, s.typeName(s.op.State), timerForms)
		if f := s.stateField(name); f != nil {
			hint = fmt.Sprintf("%s is of type %s: a timer is a %s", f.Name(), s.typeName(f.Type()), timerForms)
		} else if near := nearest.Of(fn.Name(), names); near != "" {
			hint = "did you mean " + near + "?"
		}
		s.fail(fn.Pos(), fmt.Sprintf("%s%s has no timer %s", message, s.typeName(s.op.State), name), hint)
	}
}

// stateField is the field of the state that On<Name> belongs to, nil if there is none.
func (s *shaper) stateField(name string) *types.Var {
	for f := range s.op.State.Underlying().(*types.Struct).Fields() {
		if model.Upper(f.Name()) == name {
			return f
		}
	}
	return nil
}

// callback reads a method On<Timer>.
func (s *shaper) callback(fn *types.Func) *model.Method {
	const form = "the whole form is On<Timer>(context, key, keyed state, state without a key, outputs) error, of which every part may be missing"
	m := &model.Method{Func: fn}
	rest, ok := s.common(m, true)
	if !ok {
		return nil
	}
	if s.op.Key != nil && len(rest) > 0 && types.Identical(rest[0].Type(), s.op.Key) {
		m.Key, rest = true, rest[1:]
	}
	if s.op.Form == model.Process {
		if rest, ok = s.stateParams(m, rest, types.Typ[types.Invalid]); !ok {
			return nil
		}
	}
	if len(rest) > 0 {
		s.fail(rest[0].Pos(), fmt.Sprintf("%s takes %s %s, which fits nothing", s.methodName(fn), rest[0].Name(), s.typeName(rest[0].Type())), form)
		return nil
	}
	results := fn.Signature().Results()
	m.Fails = results.Len() == 1 && isError(results.At(0).Type())
	if results.Len() > 0 && !m.Fails {
		s.fail(fn.Pos(), s.methodName(fn)+" returns something else than an error", form)
		return nil
	}
	return m
}

// checkTimerPlaces refuses timers, and times to live, that do not stand directly in a keyed state.
func (s *shaper) checkTimerPlaces() {
	var found []misplacedTime
	if u, ok := s.op.Type.Underlying().(*types.Struct); ok {
		for i := range u.NumFields() {
			found = append(found, s.misplacedTTL(u, i, s.op.Name()+"."+u.Field(i).Name())...)
			found = append(found, s.misplacedState(u.Field(i))...)
		}
	}
	if s.op.Key != nil {
		found = append(found, s.timesIn(s.op.Key, "the key of "+s.op.Name(), nil)...)
	}
	for _, l := range s.op.Lists {
		found = append(found, s.timesIn(l.Element, s.op.Unkeyed.Obj().Name()+"."+l.Name, nil)...)
	}
	if s.op.Unkeyed != nil {
		u := s.op.Unkeyed.Underlying().(*types.Struct)
		for i := range u.NumFields() {
			found = append(found, s.misplacedTTL(u, i, s.op.Unkeyed.Obj().Name()+"."+u.Field(i).Name())...)
		}
	}
	if s.op.State != nil {
		for f := range s.op.State.Underlying().(*types.Struct).Fields() {
			if model.TimerType(f.Type()) != "" {
				continue
			}
			for _, m := range s.timesIn(f.Type(), s.op.State.Obj().Name()+"."+f.Name(), s.op.State) {
				if !m.pos.IsValid() {
					m.pos = f.Pos()
				}
				found = append(found, m)
			}
		}
	}
	for _, m := range found {
		s.fail(m.pos, m.message, m.hint)
	}
}

// misplacedState refuses timers and lists that are fields of an operator: they would call nothing back, and no checkpoint would hold them.
func (s *shaper) misplacedState(f *types.Var) []misplacedTime {
	t, _ := pointee(f.Type())
	path := s.op.Name() + "." + f.Name()
	if model.TimerType(t) != "" {
		return []misplacedTime{{f.Pos(), path + " is a timer in an operator, which nothing calls back",
			fmt.Sprintf("move it to the keyed state: a %s is a field of that", s.typeName(t))}}
	}
	if _, _, ok := model.ListType(t); ok {
		return []misplacedTime{{f.Pos(), path + " is a list or broadcast state in an operator, where no checkpoint holds it",
			"move it to a struct " + listFields + ", which the operator's methods take by pointer"}}
	}
	return nil
}

// hasTimes reports whether a state has timers, or fields with a time to live.
func (c *checker) hasTimes(state *types.Named) bool {
	u := state.Underlying().(*types.Struct)
	for i := range u.NumFields() {
		if _, ok := c.ttl(u, i); ok || model.TimerType(u.Field(i).Type()) != "" {
			return true
		}
	}
	return false
}

// misplacedTime is a timer, or a time to live, that stands where it means nothing.
type misplacedTime struct {
	pos           token.Pos // NoPos if it lies in another package
	message, hint string
}

// timesIn finds the timers and times to live inside of a type that is no keyed state, or that lies in one.
func (c *checker) timesIn(t types.Type, path string, state *types.Named) []misplacedTime {
	var found []misplacedTime
	seen := map[types.Type]bool{}
	var look func(t types.Type, path string, at token.Pos)
	look = func(t types.Type, path string, at token.Pos) {
		t = types.Unalias(t)
		if model.TimerType(t) != "" {
			found = append(found, misplacedTime{at, path + " is a timer, which cannot call back there",
				fmt.Sprintf("a %s is a field of the keyed state itself, with a method On<Field> of the operator; for several times use timer.EventSet", c.typeName(t))})
			return
		}
		if seen[t] {
			return
		}
		seen[t] = true
		if state != nil && types.Identical(t, state) {
			if c.hasTimes(state) {
				found = append(found, misplacedTime{at, path + " holds the state " + c.typeName(state) + " in itself: the timers and times to live of that mean nothing there",
					"keep what lies inside in a type of its own, without them"})
			}
			return
		}
		switch u := t.Underlying().(type) {
		case *types.Struct:
			for i := range u.NumFields() {
				f := u.Field(i)
				found = append(found, c.misplacedTTL(u, i, path+"."+f.Name())...)
				if c.local(f) {
					look(f.Type(), path+"."+f.Name(), f.Pos())
				} else {
					look(f.Type(), path+"."+f.Name(), at)
				}
			}
		case *types.Map:
			look(u.Key(), path+"[]", at)
			look(u.Elem(), path+"[]", at)
		case *types.Pointer:
			look(u.Elem(), path, at)
		case interface{ Elem() types.Type }:
			look(u.Elem(), path+"[]", at)
		}
	}
	look(t, path, token.NoPos)
	return found
}
