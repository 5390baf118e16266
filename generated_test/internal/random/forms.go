package random

import (
	"fmt"
	"strings"
)

// Form is a form of operators: how its methods are written, and what they do. A new form is a new entry in Forms.
type Form struct {
	Name string
	// Inputs and Outputs are how many there are at most. A form with 0 outputs passes on what it takes.
	Inputs, Outputs int
	// Keyed says that it has a key, and keeps what State declares.
	Keyed bool
	// Generic says that it is one type for all records.
	Generic bool
	// Refuses says that it fails for some records, if it may return an error.
	Refuses bool
	// Unordered says that it does not keep the order of its records.
	Unordered bool
	// Broadcasts says that every subtask sees the records of the last input.
	Broadcasts bool
	// Fields declares more fields of its type.
	Fields string
	// Methods writes its methods but Key.
	Methods func(op *Operator) string
	// Take tells what an operator emits for one record.
	Take func(at *Instance, input int, v Value) []Emission
	// End tells what it emits when the last watermark has come, if it has timers.
	End func(at *Instance) []Emission
}

// Emission is a value that goes to an output.
type Emission struct {
	Output int
	Value  Value
}

// Instance is an operator in a pipeline, with what it remembers.
type Instance struct {
	*Field
	// Counts is how many records of a key there were.
	Counts map[int64]int64
	// Ends are the times that timers of a key are set to.
	Ends map[int64]map[int64]bool
}

// Forms are all forms.
func Forms() []*Form {
	return []*Form{
		{Name: "Map", Inputs: 1, Outputs: 1, Refuses: true, Methods: mapMethods, Take: derived},
		{Name: "Filter", Inputs: 1, Refuses: true, Methods: filterMethods, Take: kept},
		{Name: "Process", Inputs: 1, Outputs: 3, Refuses: true, Methods: processMethods, Take: multiplied},
		{Name: "Several", Inputs: 3, Outputs: 2, Refuses: true, Methods: processMethods, Take: multiplied},
		{Name: "Keyed", Inputs: 1, Outputs: 2, Keyed: true, Refuses: true, Methods: keyedMethods, Take: counted},
		{Name: "KeyedSeveral", Inputs: 3, Outputs: 2, Keyed: true, Refuses: true, Methods: keyedMethods, Take: counted},
		{Name: "Generic", Inputs: 1, Generic: true, Methods: genericMethods, Take: kept},
		{Name: "Async", Inputs: 1, Outputs: 1, Refuses: true, Methods: asyncMethods, Take: derived},
		{Name: "AsyncUnordered", Inputs: 1, Outputs: 1, Refuses: true, Unordered: true, Fields: "\tCalls async.Unordered\n", Methods: asyncMethods, Take: derived},
		{Name: "Buffer", Inputs: 1, Outputs: 1, Unordered: true, Methods: bufferMethods("SplitList", "All"), Take: derived},
		{Name: "Union", Inputs: 1, Outputs: 1, Unordered: true, Methods: bufferMethods("UnionList", "Own"), Take: derived},
		{Name: "Timed", Inputs: 1, Outputs: 2, Keyed: true, Unordered: true, Methods: timedMethods, Take: timed, End: ended},
		{Name: "TimedSeveral", Inputs: 2, Outputs: 2, Keyed: true, Unordered: true, Methods: timedMethods, Take: timed, End: ended},
		{Name: "Ruled", Inputs: 2, Outputs: 2, Unordered: true, Broadcasts: true, Methods: ruledMethods, Take: multiplied},
		{Name: "GenericKeyed", Inputs: 1, Generic: true, Methods: genericKeyedMethods, Take: passed},
	}
}

func derived(at *Instance, _ int, v Value) []Emission {
	return []Emission{{0, Derive(at.Seed, v, 0, 0)}}
}

func kept(at *Instance, _ int, v Value) []Emission {
	if !Keep(at.Seed, v) {
		return nil
	}
	return []Emission{{0, v}}
}

func passed(_ *Instance, _ int, v Value) []Emission { return []Emission{{0, v}} }

func multiplied(at *Instance, input int, v Value) []Emission {
	var emitted []Emission
	for output := range at.Outputs {
		for i := range Many(at.Seed+int64(input), v, output) {
			emitted = append(emitted, Emission{output, Derive(at.Seed+int64(input), v, output, i)})
		}
	}
	return emitted
}

func counted(at *Instance, _ int, v Value) []Emission {
	key := at.Operator.Keys.of(v)
	at.Counts[key]++
	var emitted []Emission
	for output := range at.Outputs {
		emitted = append(emitted, Emission{output, Counted(at.Seed, key, at.Counts[key], output)})
	}
	return emitted
}

func (op *Operator) receiver() string {
	if op.PointerReceiver {
		return "(o *" + op.Name + ")"
	}
	return "(o " + op.Name + ")"
}

func (op *Operator) context() string {
	if op.Context {
		return "ctx runtime.Context, "
	}
	return ""
}

// check makes use of the context: it knows the operator's uid.
func (op *Operator) check() string {
	if op.Context {
		return "\tuid(ctx, o.UID)\n"
	}
	return ""
}

func mapMethods(op *Operator) string {
	out := op.Outputs[0]
	result, ok := out.Type(), ""
	if op.Fails {
		result, ok = "(made "+out.Type()+", err error)", ", nil"
	}
	return fmt.Sprintf("func %s Map(%sr %s) %s {\n%s\tv := %s\n%s\treturn %s%s\n}\n\n", op.receiver(), op.context(), op.Inputs[0].Type(), result,
		op.check(), op.Inputs[0].value("r"), op.refuse("made, "), out.make("Derive(o.Seed, v, 0, 0)"), ok)
}

func filterMethods(op *Operator) string {
	result, ok := "bool", ""
	if op.Fails {
		result, ok = "(bool, error)", ", nil"
	}
	return fmt.Sprintf("func %s Filter(%sr %s) %s {\n%s\tv := %s\n%s\treturn Keep(o.Seed, v)%s\n}\n\n", op.receiver(), op.context(),
		op.Inputs[0].Type(), result, op.check(), op.Inputs[0].value("r"), op.refuse("true, "), ok)
}

// refuse returns an error for some records, if the operator may.
func (op *Operator) refuse(results string) string {
	if !op.Fails || !op.Form.Refuses {
		return ""
	}
	return "\tif o.Refuses && Refuse(o.Seed, v) {\n\t\treturn " + results + "errRefused\n\t}\n"
}

// outputs are the parameters for the outputs.
func (op *Operator) outputs() string {
	var b strings.Builder
	for _, out := range op.Outputs {
		fmt.Fprintf(&b, ", %s *runtime.Out[%s]", out.Name, out.Type())
	}
	return b.String()
}

func processMethods(op *Operator) string {
	var b strings.Builder
	result, ok := "", ""
	if op.Fails {
		result, ok = " error", op.refuse("")+"\treturn nil\n"
	}
	for i, in := range op.Inputs {
		fmt.Fprintf(&b, "func %s Process%s(%sr %s%s)%s {\n%s\tv := %s\n", op.receiver(), upper(in.Name), op.context(), in.Type(), op.outputs(), result, op.check(), in.value("r"))
		for output, out := range op.Outputs {
			fmt.Fprintf(&b, "\tfor i := range Many(o.Seed+%d, v, %d) {\n\t\t%s.Emit(%s)\n\t}\n", i, output, out.Name,
				out.make(fmt.Sprintf("Derive(o.Seed+%d, v, %d, i)", i, output)))
		}
		b.WriteString(ok + "}\n\n")
	}
	if op.Finish {
		fmt.Fprintf(&b, "func %s Finish(ctx runtime.Context%s) {\n", op.receiver(), op.outputs())
		for output, out := range op.Outputs {
			fmt.Fprintf(&b, "\t%s.Emit(%s)\n", out.Name, out.make(fmt.Sprintf("Last(o.Seed, ctx.Subtask(), %d)", output)))
		}
		b.WriteString("}\n\n")
	}
	return b.String()
}

func keyedMethods(op *Operator) string {
	var b strings.Builder
	result, ok := "", ""
	if op.Fails {
		result, ok = " error", "\treturn nil\n"
	}
	fmt.Fprintf(&b, "type %sState struct {\n\tCount int64%s\n\tSeen []string\n\tBy map[string]*Remembered\n\tLast [2]Remembered\n}\n\n", op.Name, op.ttl())
	for _, in := range op.Inputs {
		b.WriteString(op.keyMethod(in))
		key, compare := op.keyParameter(in)
		fmt.Fprintf(&b, "func %s Process%s(%s%sr %s, s *%sState%s)%s {\n%s%s\tv := %s\n\tk := %s\n", op.receiver(), upper(in.Name), op.context(), key, in.Type(), op.Name,
			op.outputs(), result, op.check(), compare, in.value("r"), op.Keys.Number)
		b.WriteString(op.refuseEmitting())
		b.WriteString("\ts.Count++\n\tremember(s.Count, &s.Seen, &s.By, &s.Last)\n")
		for output, out := range op.Outputs {
			fmt.Fprintf(&b, "\t%s.Emit(%s)\n", out.Name, out.make(fmt.Sprintf("Counted(o.Seed, k, s.Count, %d)", output)))
		}
		b.WriteString(ok + "}\n\n")
	}
	return b.String()
}

// ttl is the tag of what may expire.
func (op *Operator) ttl() string {
	if !op.TTL {
		return ""
	}
	return " `ttl:\"87600h\"`"
}

func (op *Operator) keyMethod(in Port) string {
	return fmt.Sprintf("func %s Key%s(r %s) %s {\n\tv := %s\n\treturn %s\n}\n\n", op.receiver(), upper(in.Name), in.Type(), op.Keys.Type, in.value("r"), op.Keys.Expression)
}

// keyParameter is the parameter for the key, if there is one, and what makes use of it.
func (op *Operator) keyParameter(in Port) (parameter, compare string) {
	if !op.KeyParameter {
		return "", ""
	}
	return "key " + op.Keys.Type + ", ", fmt.Sprintf("\tif key != o.Key%s(r) {\n\t\tpanic(\"the key is another one\")\n\t}\n", upper(in.Name))
}

func asyncMethods(op *Operator) string {
	out := op.Outputs[0]
	if !op.Fails {
		return fmt.Sprintf("func %s Async(_ context.Context, r %s) %s {\n\tv := %s\n\treturn %s\n}\n\n", op.receiver(), op.Inputs[0].Type(), out.Type(),
			op.Inputs[0].value("r"), out.make("Derive(o.Seed, v, 0, 0)"))
	}
	return fmt.Sprintf("func %s Async(_ context.Context, r %s) (made %s, err error) {\n\tv := %s\n%s\treturn %s, nil\n}\n\n", op.receiver(), op.Inputs[0].Type(), out.Type(),
		op.Inputs[0].value("r"), op.refuse("made, "), out.make("Derive(o.Seed, v, 0, 0)"))
}

// bufferMethods keep every other record until the input ends, in a list of that type. What a subtask keeps is got by that method.
func bufferMethods(list, kept string) func(op *Operator) string {
	return func(op *Operator) string { return buffered(op, list, kept) }
}

func buffered(op *Operator, list, kept string) string {
	out := op.Outputs[0]
	emit := func(value string) string { return "out.Emit(" + out.make("Derive(o.Seed, "+value+", 0, 0)") + ")" }
	return fmt.Sprintf(`type %[1]sState struct {
	Held state.%[7]s[Value]
}

func %[2]s Process(r %[3]s, s *%[1]sState, out *runtime.Out[%[4]s]) {
	v := %[9]s
	if v.ID%%2 == 0 {
		s.Held.Append(v)
		return
	}
	%[5]s
}

func %[2]s Finish(s *%[1]sState, out *runtime.Out[%[4]s]) {
	for _, v := range s.Held.%[8]s() {
		%[6]s
	}
	s.Held.Clear()
}

`, op.Name, op.receiver(), op.Inputs[0].Type(), out.Type(), emit("v"), emit("v"), list, kept, op.Inputs[0].value("r"))
}

// ruledMethods keep what the last input says, in the same way in every subtask.
func ruledMethods(op *Operator) string {
	whole := *op
	whole.Inputs = op.Inputs[:1]
	return fmt.Sprintf("type %sState struct {\n\tRules state.Broadcast[int64, Value]\n}\n\n", op.Name) + processMethods(&whole) +
		strings.NewReplacer("Process"+upper(op.Inputs[1].Name)+"(", "Broadcast"+upper(op.Inputs[1].Name)+"(ctx runtime.BroadcastContext, ",
			op.Inputs[1].Type()+", out", op.Inputs[1].Type()+", s *"+op.Name+"State, out", "\tv := "+op.Inputs[1].value("r")+"\n", "\tv := "+op.Inputs[1].value("r")+"\n\ts.Rules.Put(ctx, v.ID%5, v)\n").
			Replace(ruleMethod(op))
}

// ruleMethod is the method of the last input as Process would be.
func ruleMethod(op *Operator) string {
	last := *op
	last.Context, last.Finish = false, false
	all := processMethods(&last)
	return all[strings.LastIndex(all, "func "):]
}

func genericMethods(op *Operator) string {
	return fmt.Sprintf("func (o %[1]s[T]) Filter(r T) bool { return Keep(o.Seed, r.Value()) }\n\n", op.Name)
}

func genericKeyedMethods(op *Operator) string {
	return fmt.Sprintf(`type %[1]sState[T valued] struct {
	Count int64
	Last  T
}

func (%[1]s[T]) Key(r T) int64 { return r.Value().Key }

func (%[1]s[T]) Process(r T, s *%[1]sState[T], out *runtime.Out[T]) {
	s.Count++
	s.Last = r
	out.Emit(r)
}

`, op.Name)
}

// refuseEmitting refuses a record after it was emitted for. It must not count: which of a key's records it was differs from run to run.
func (op *Operator) refuseEmitting() string {
	refuse := op.refuse("")
	if refuse == "" {
		return ""
	}
	out := op.Outputs[0]
	return strings.Replace(refuse, "\t\treturn", "\t\t"+out.Name+".Emit("+out.make("v")+")\n\t\treturn", 1)
}
