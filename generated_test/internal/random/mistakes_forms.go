package random

// formMistakes are the mistakes in timers, calls, lists, records that fail, and pipelines inside.
func formMistakes(pipeline func(fields string, more ...string) string, keyed func(state, key string) string) []Mistake {
	pass := "//streamgen:operator\ntype Pass struct{}\n\nfunc (Pass) Map(r R0) R0 { return r }\n"
	fail := "//streamgen:operator\ntype Fail struct{}\n\nfunc (Fail) Map(r R0) (R0, error) { return r, nil }\n"
	inner := "//streamgen:pipeline\ntype Inner struct {\n\tIn runtime.Source[R0]\n\tPass Pass `from:\"In\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n}\n\n" + pass
	key := "func (Bad) Key(r R0) string { return r.Tag }\n"
	lists := func(fields, more string) string {
		return "//streamgen:operator\ntype Bad struct{}\n\ntype Lists struct {\n\tHeld state.SplitList[R0]\n" + fields + "}\n\nfunc (Bad) Process(r R0, s *Lists) {}\n" + more
	}
	return []Mistake{
		// Timers, event time and times to live.
		{"callback of no timer", "", keyed("Sum int", key+"\nfunc (Bad) «OnSum»(s *Held) {}")},
		{"timer without a callback", "", keyed("«Alarm timer.Event»", key)},
		{"callback by another name", `func \((o \*?Op\d+)\) OnFlush\(`, "func ($1) «OnFluhs»("},
		{"callback for windows", "", keyed("Sum int", key+"\nfunc (Bad) «OnWindow»(s *Held) {}")},
		{"callback that takes a record", "", keyed("Alarm timer.Event", key+"\nfunc (Bad) OnAlarm(s *Held, «r» R0) {}")},
		{"timer in a struct", "", keyed("Deep Deep", key) + "\ntype Deep struct {\n\t«Alarm timer.Event»\n}\n"},
		{"timers in a slice", "", keyed("«Alarms []timer.Event»", key)},
		{"ttl of no time", "", keyed("Sum int `ttl:\"«a day»\"`", key)},
		{"negative ttl", `ttl:"87600h"`, `ttl:"«-87600h»"`},
		{"ttl without a key", "", lists("\tMore state.UnionList[R0] `«ttl»:\"1h\"`\n", "")},
		{"ttl in a pipeline", `(Sink\d+ runtime.*)from:`, `${1}«ttl»:"1h" from:`},
		{"time of an operator", "", pipeline("\tPass Pass `from:\"In\" «time»:\"At\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
		{"unknown time", `time:"(When|At)"`, `time:"«Then»"`},
		{"time that is none", `(Source\d+ runtime\.Source\[\*?R0\])(?: .*)?\n`, "${1} `time:\"«Tag»\"`\n"},
		{"late without a time", `time:"-"`, `«outoforder»:"1s"`},
		{"timers without a time", "", pipeline("\t«Bad» Bad `from:\"In\"`\n", keyed("Alarm timer.Event", key+"\nfunc (Bad) OnAlarm() {}"))},
		{"late for no duration", `outoforder:"[^"]*"`, `outoforder:"«4 seconds»"`},
		{"idle after no time", `idle:"[^"]*"`, `idle:"«0s»"`},
		// Records that fail, outputs that nobody reads, loops, sharing.
		{"errors to nowhere", `errors:"\w+"`, `errors:"«Nowhere»"`},
		{"errors to a source", `errors:"\w+"`, `errors:"«Source0»"`},
		{"errors to another type", "", pipeline("\tFail Fail `from:\"In\" errors:\"«Dead»\"`\n\tOut runtime.Sink[R0] `from:\"Fail\"`\n\tDead runtime.Sink[R0]\n", fail)},
		{"errors of nothing that fails", "", pipeline("\tPass Pass `from:\"In\" «errors»:\"Dead\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n\tDead runtime.Sink[runtime.Failed[R0]]\n", pass)},
		{"errors of a sink", `(Sink\d+ runtime.*)from:`, `${1}«errors»:"Sink0" from:`},
		{"discards what there is not", `discard:"([^"]+)"`, `discard:"$1,«nothing»"`},
		{"discards twice", `discard:"(?:\w+,)?(\w+)"`, `discard:"$1,«$1»"`},
		{"discards what is read", "", pipeline("\tPass Pass `from:\"In\" discard:\"«out»\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
		{"loop that is none", "", pipeline("\tPass Pass `from:\"In\"`\n\tNext Pass `from:\"In\" loop:\"«Pass»\"`\n\tOut runtime.Sink[R0] `from:\"Pass,Next\"`\n", pass)},
		{"loop alone", "", pipeline("\t«Pass» Pass `loop:\"Pass\"`\n\tOut runtime.Sink[R0] `from:\"In,Pass\"`\n", pass)},
		{"loop from nowhere", "", pipeline("\tPass Pass `from:\"In\" loop:\"«Nowhere»\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
		{"shares perhaps", `share:"true"`, `share:"«maybe»"`},
		{"unknown inlet", `from:"left=`, `from:"«lefft»=`},
		{"inlet of one input", "", pipeline("\tPass Pass `from:\"«left»=In\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
		// Pipelines inside.
		{"unknown source inside", "", pipeline("\tInner Inner `from:\"«Inn»=In\"`\n\tOut runtime.Sink[R0] `from:\"Inner.Out\"`\n", inner)},
		{"no source inside", "", pipeline("\tInner Inner `from:\"«In»\"`\n\tOut runtime.Sink[R0] `from:\"Inner.Out\"`\n", inner)},
		{"unknown sink inside", `(from:"(?:\w+=)?)(Nest\d+)\.Sink\d+`, `${1}«$2.Nothing»`},
		{"reads a pipeline", `(from:"(?:\w+=)?)(Nest\d+)\.Sink\d+`, `${1}«$2»`},
		{"edge of a pipeline", "(Nest\\d+ P\\d+ `from:\"[^\"]*\")", `${1} «edge»:"rebalance"`},
		{"pipeline by pointer", "", pipeline("\t«Inner» *Inner `from:\"In=In\"`\n\tOut runtime.Sink[R0] `from:\"Inner.Out\"`\n", inner)},
		{"type of a source inside", "", pipeline("\tNumbers runtime.Source[int]\n\tInner Inner `from:\"In=«Numbers»\"`\n\tOut runtime.Sink[R0] `from:\"Inner.Out,In\"`\n", inner)},
		// Calls, lists, inputs that every subtask sees.
		{"call with a key", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Async(_ context.Context, r R0) R0 { return r }\n\nfunc (Bad) «Key»(r R0) string { return r.Tag }\n"},
		{"call with another context", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Async(«_» runtime.Context, r R0) R0 { return r }\n"},
		{"call without a result", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) «Async»(_ context.Context, r R0) {}\n"},
		{"two options of calls", "", "//streamgen:operator\ntype Bad struct {\n\tOne async.Ordered\n\t«Two» async.Unordered\n}\n\nfunc (Bad) Async(_ context.Context, r R0) R0 { return r }\n"},
		{"number beside a list", "", lists("\t«Count int»\n", "")},
		{"channel in a list", "", lists("\t«Calls state.UnionList[chan int]»\n", "")},
		{"broadcast state by floats", "", lists("\t«By state.Broadcast[float64, int]»\n", "")},
		{"broadcast with keyed state", "", "//streamgen:operator\ntype Bad struct{}\n\ntype Held struct{ Count int }\n\nfunc (Bad) KeyRecords(r R0) string { return r.Tag }\n\nfunc (Bad) ProcessRecords(r R0, s *Held) {}\n\nfunc (Bad) BroadcastRules(r R0, «s» *Held) {}\n"},
	}
}
