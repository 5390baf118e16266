package random

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// timed is what an operator with timers emits for a record: when does not matter.
func timed(at *Instance, input int, v Value) []Emission {
	key := at.Operator.Keys.of(v)
	if at.Ends[key] == nil {
		at.Ends[key] = map[int64]bool{}
	}
	at.Ends[key][End(v)] = true
	return []Emission{{0, Derive(at.Seed+int64(input), v, 0, 0)}}
}

// ended is what it emits when every timer has fired: each time of a key, and once more behind it.
func ended(at *Instance) []Emission {
	var emitted []Emission
	for _, key := range slices.Sorted(maps.Keys(at.Ends)) {
		for _, time := range slices.Sorted(maps.Keys(at.Ends[key])) {
			output := len(at.Outputs) - 1
			for _, time := range []int64{time, time + 100} {
				emitted = append(emitted, Emission{output, Ended(at.Seed, key, time, output)})
			}
		}
	}
	return emitted
}

// timedMethods hold what a record becomes back until a timer fires, whichever comes first, and tell of times that come with the end.
func timedMethods(op *Operator) string {
	var b strings.Builder
	result, ok := "", ""
	if op.Fails {
		result, ok = " error", "\treturn nil\n"
	}
	fmt.Fprintf(&b, `type %[1]sState struct {
	Key   %[2]s
	K     int64
	Held  []Value%[3]s
	Flush timer.Event
	Soon  timer.Processing
	Never timer.Processing
	Ends  timer.EventSet
}

`, op.Name, op.Keys.Type, op.ttl())
	for i, in := range op.Inputs {
		b.WriteString(op.keyMethod(in))
		key, compare := op.keyParameter(in)
		fmt.Fprintf(&b, `func %s Process%s(%s%sr %s, s *%sState)%s {
%s%s	v := %s
	s.Key, s.K = o.Key%s(r), %s
	s.Held = append(s.Held, Derive(o.Seed+%d, v, 0, 0))
	s.Flush.Set(runtime.Time(When(v)))
	if s.K%%2 == 0 {
		s.Soon.Set(1)
	}
	s.Never.Set(runtime.Time(End(v)))
	s.Ends.Add(runtime.Time(End(v)))
%s}

`, op.receiver(), upper(in.Name), op.context(), key, in.Type(), op.Name, result, op.check(), compare, in.value("r"), upper(in.Name), op.Keys.Number, i, ok)
	}
	key, compare := "", ""
	if op.KeyParameter {
		key, compare = "key "+op.Keys.Type+", ", "\tif key != s.Key {\n\t\tpanic(\"the key is another one\")\n\t}\n"
	}
	flush := func(timer, context, check string) {
		fmt.Fprintf(&b, "func %s On%s(%s%ss *%sState, out *runtime.Out[%s])%s {\n%s%s\tfor _, v := range s.Held {\n\t\tout.Emit(%s)\n\t}\n\ts.Held = nil\n%s}\n\n",
			op.receiver(), timer, context, key, op.Name, op.Outputs[0].Type(), result, check, compare, op.Outputs[0].make("v"), ok)
	}
	flush("Flush", "ctx runtime.Context, ", "\thas(ctx)\n"+op.check())
	flush("Soon", op.context(), op.check())
	last := len(op.Outputs) - 1
	out := op.Outputs[last]
	fmt.Fprintf(&b, `func %[1]s OnNever() { panic("it is called before its time") }

func %[1]s OnEnds(ctx runtime.Context, %[2]ss *%[3]sState, %[4]s *runtime.Out[%[5]s])%[6]s {
	has(ctx)
%[7]s	%[4]s.Emit(%[8]s)
	if ctx.Timer() < 1<<50+100 {
		s.Ends.Add(ctx.Timer() + 100)
	} else if s.Ends.Len() == 0 {
		*s = %[3]sState{}
	}
%[9]s}

`, op.receiver(), key, op.Name, out.Name, out.Type(), result, compare, out.make(fmt.Sprintf("Ended(o.Seed, s.K, int64(ctx.Timer()), %d)", last)), ok)
	return b.String()
}
