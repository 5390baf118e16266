package check

import (
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/nearest"
)

// shaper reads the shape of one operator from its methods.
type shaper struct {
	*checker
	op *model.Operator
	// fallback is where mistakes of a type from another package are reported.
	fallback token.Pos
	// state is the parameter that named the state first.
	state *types.Var
	// unkeyed is the one that named the state without a key first.
	unkeyed *types.Var
	// firstKey is the first method Key that was read.
	firstKey *types.Func
	broken   bool
}

// operator returns the shape of an operator type, nil if it is broken. Its mistakes are reported once.
func (c *checker) operator(t *types.Named, pos token.Pos) *model.Operator {
	for known, op := range c.shapes {
		if types.Identical(known, t) {
			return op
		}
	}
	s := &shaper{checker: c, op: &model.Operator{Type: t}, fallback: pos}
	s.read()
	if s.broken {
		s.op = nil
	}
	c.shapes[t] = s.op
	return s.op
}

func (s *shaper) fail(pos token.Pos, message, hint string) { s.failChain(pos, message, nil, hint) }

func (s *shaper) failChain(pos token.Pos, message string, chain []diag.Cause, hint string) {
	s.broken = true
	s.diags.AddChain(s.place(pos), message, chain, hint)
}

// place is where a mistake at pos is reported: for an operator of another package, where the pipeline uses it; for a method that it has
// from an embedded struct of another one, where it stands itself.
func (s *shaper) place(pos token.Pos) token.Position {
	if at := s.at(pos); s.local(s.op.Type.Obj()) && pos.IsValid() && s.inPackage(at) {
		return at
	}
	return s.at(s.fallback)
}

// methodsOf returns the exported methods of t and *t.
func (c *checker) methodsOf(t *types.Named) []*types.Func {
	var methods []*types.Func
	for selection := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		if fn, ok := selection.Obj().(*types.Func); ok && fn.Exported() {
			methods = append(methods, fn)
		}
	}
	c.byPosition(methods)
	return methods
}

// prefixes are the words that method names are reserved for.
func prefixes() []string {
	return []string{"Map", "Filter", "Async", "Process", "Broadcast", "Key", "On", "Open", "Finish", "Close"}
}

// split divides a method's name into a reserved prefix and what follows it, if that begins with a capital.
func split(name string) (prefix, rest string, ok bool) {
	for _, p := range prefixes() {
		if rest, ok := strings.CutPrefix(name, p); ok {
			r, _ := utf8.DecodeRuneInString(rest)
			if rest == "" || unicode.IsUpper(r) {
				return p, rest, true
			}
		}
	}
	return "", "", false
}

func (s *shaper) read() {
	keys, takers := map[string]*types.Func{}, []*types.Func{}
	var keyOrder []string
	lifecycle, notifications := map[string]*types.Func{}, map[string]*types.Func{}
	var callbacks []*types.Func
	if !s.notIndirect() {
		return
	}
	for _, fn := range s.methodsOf(s.op.Type) {
		prefix, rest, ok := split(fn.Name())
		switch {
		case fn.Name() == completed || fn.Name() == aborted:
			notifications[fn.Name()] = fn
		case !ok:
		case isTaker(prefix, rest):
			takers = append(takers, fn)
		case prefix == "Key":
			keys[rest] = fn
			keyOrder = append(keyOrder, rest)
		case prefix == "Broadcast":
			s.fail(fn.Pos(), "method Broadcast of "+s.op.Name()+" fits nothing: it names no input", "name what every subtask is to see: BroadcastRules reads the input rules")
		case prefix == "On" && rest != "":
			callbacks = append(callbacks, fn)
		case prefix == "On":
			s.fail(fn.Pos(), "method On of "+s.op.Name()+" fits nothing: it names no timer", "name the timer that calls it: OnExpire belongs to a field Expire of the state")
		case rest == "":
			lifecycle[prefix] = fn
		default:
			s.fail(fn.Pos(), "method "+fn.Name()+" of "+s.op.Name()+" fits nothing: names that begin with "+prefix+" are reserved",
				"name it otherwise; "+prefix+" alone is what streamgen calls")
		}
	}
	if !s.form(takers) {
		return
	}
	if s.op.Form == model.Async {
		s.async(takers[0], keys, keyOrder)
		takers = nil
	}
	for _, fn := range takers {
		_, name, _ := split(fn.Name())
		s.input(fn, name, keys[name])
		delete(keys, name)
	}
	for _, name := range keyOrder {
		if fn := keys[name]; fn != nil {
			s.strayKey(fn, name)
		}
	}
	s.keys()
	s.timers(callbacks)
	s.op.Open = s.lifecycle(lifecycle["Open"], false)
	s.op.Finish = s.lifecycle(lifecycle["Finish"], s.op.Form == model.Process)
	s.op.Close = s.lifecycle(lifecycle["Close"], false)
	s.op.Completed = s.notification(notifications[completed])
	s.op.Aborted = s.notification(notifications[aborted])
	s.asyncOptions()
	s.asyncUnkeyed()
	s.stateFits()
}

// isTaker reports whether a method of such a name takes records.
func isTaker(prefix, rest string) bool {
	switch prefix {
	case "Process":
		return true
	case "Broadcast":
		return rest != ""
	case "Map", "Filter", "Async":
		return rest == ""
	}
	return false
}

// form decides how the operator takes its records.
func (s *shaper) form(takers []*types.Func) bool {
	if len(takers) == 0 {
		hint := "give it Process(record T, out *runtime.Out[R]), Map(record T) R, Filter(record T) bool or Async(ctx context.Context, record T) (R, error)"
		if meant := s.meantTaker(); meant != "" {
			hint = meant + "\n" + hint
		}
		s.fail(s.op.Type.Obj().Pos(), "operator "+s.op.Name()+" has no method that takes records", hint)
		return false
	}
	for i, fn := range takers {
		prefix, rest, _ := split(fn.Name())
		form := map[string]model.Form{"Process": model.Process, "Broadcast": model.Process, "Map": model.Map, "Filter": model.Filter, "Async": model.Async}[prefix]
		if i == 0 {
			s.op.Form = form
			continue
		}
		first := takers[0]
		if form != s.op.Form || rest == "" || first.Name() == "Process" {
			s.fail(fn.Pos(), "operator "+s.op.Name()+" has both "+first.Name()+" and "+fn.Name(),
				"an operator has one of Map, Filter, Async and Process, or a Process<Input> or Broadcast<Input> for each of its inputs")
			return false
		}
	}
	return true
}

// meantTaker asks whether a method was meant to take records, by its name, "" if there is none.
func (s *shaper) meantTaker() string {
	for fn := range s.op.Type.Methods() {
		for _, name := range []string{"Process", "Map", "Filter", "Async"} {
			if nearest.Of(model.Upper(fn.Name()), []string{name}) != "" || model.Upper(fn.Name()) == name {
				return "did you mean " + name + " by " + fn.Name() + "?"
			}
		}
	}
	return ""
}

func (s *shaper) strayKey(fn *types.Func, name string) {
	var inputs []string
	for _, in := range s.op.Inputs {
		inputs = append(inputs, "Key"+in.Suffix())
	}
	hint := "did you mean " + strings.Join(inputs, ", ") + "?"
	if len(inputs) == 0 {
		hint = ""
	}
	s.fail(fn.Pos(), "method "+fn.Name()+" of "+s.op.Name()+" fits nothing: there is no Process"+name, hint)
}

// keys checks that all inputs agree on the keys.
func (s *shaper) keys() {
	var first *model.Input
	for _, in := range s.op.Inputs {
		if in.Key != nil {
			first = in
			break
		}
	}
	if first == nil {
		if s.firstKey != nil {
			s.checkKeyType(s.firstKey.Signature().Results().At(0).Type(), s.firstKey)
		}
		return
	}
	s.op.Key = first.Key.Func.Signature().Results().At(0).Type()
	s.checkKeyType(s.op.Key, first.Key.Func)
	for _, in := range s.op.Inputs {
		if in.Broadcast {
			continue
		}
		if in.Key == nil {
			s.fail(in.Method.Func.Pos(), "input "+in.Name+" of "+s.op.Name()+" has no key, but input "+first.Name+" has one",
				"add Key"+in.Suffix()+"("+s.typeName(in.Record)+") "+s.typeName(s.op.Key))
			continue
		}
		if t := in.Key.Func.Signature().Results().At(0).Type(); !types.Identical(t, s.op.Key) {
			s.fail(in.Key.Func.Pos(), "the keys of "+s.op.Name()+" differ: "+first.Key.Func.Name()+" returns "+s.typeName(s.op.Key)+
				", "+in.Key.Func.Name()+" returns "+s.typeName(t), "records of all inputs meet under keys of one type")
		}
	}
}

// stateFits checks what only the whole operator shows. What can be written does not depend on other mistakes.
func (s *shaper) stateFits() {
	if s.op.Form == model.Async {
		return // it keeps none
	}
	complete := !s.broken
	s.checkUnkeyed(complete)
	if s.op.State == nil {
		return
	}
	s.ttls()
	s.checkState()
}

// keyless reports an operator that keeps a state for each key, but has no keys.
func (s *shaper) keyless() {
	i := slices.IndexFunc(s.op.Inputs, func(in *model.Input) bool { return in.Method.State })
	s.fail(s.state.Pos(), "operator "+s.op.Name()+" keeps "+s.typeName(s.op.State)+", but has no Key",
		"say whose state it is: add Key"+s.op.Inputs[i].Suffix()+"("+s.typeName(s.op.Inputs[i].Record)+") with the key as its result; "+
			"or, for state that belongs to no key, take a struct "+listFields)
}

// output returns the operator's output of that name, new if need be.
func (s *shaper) output(v *types.Var, t types.Type) *model.Output {
	name := v.Name()
	if out := s.op.Output(name); out != nil {
		if !types.Identical(out.Type, t) {
			s.fail(v.Pos(), "output "+name+" of "+s.op.Name()+" is of "+s.typeName(t)+" here and of "+s.typeName(out.Type)+" elsewhere",
				"outputs of one name are one output: give them one type, or two names")
		}
		return out
	}
	out := &model.Output{Name: name, Type: t, In: s.op}
	s.op.Outputs = append(s.op.Outputs, out)
	return out
}

// inputName makes leftSide of LeftSide.
func inputName(suffix string) string { return model.Lower(suffix) }

func params(fn *types.Func) []*types.Var { return slices.Collect(fn.Signature().Params().Variables()) }
