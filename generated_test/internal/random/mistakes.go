package random

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// Mistake is one thing that is broken in a source. The place where it must be told stands between « and ».
type Mistake struct {
	Name string
	// Find is the place to break, Replace what stands there then: as in package regexp. Without Find, Replace is added to the source.
	Find, Replace string
}

// Mistakes are all kinds of mistakes.
func Mistakes() []Mistake {
	// A pipeline of its own, where none can be found in any package.
	pipeline := func(fields string, more ...string) string {
		return "//streamgen:pipeline\ntype Broken struct {\n\tIn runtime.Source[R0]\n" + fields + "}\n\n" + strings.Join(more, "\n")
	}
	pass := "//streamgen:operator\ntype Pass struct{}\n\nfunc (Pass) Map(r R0) R0 { return r }\n"
	keyed := func(state, key string) string {
		return "//streamgen:operator\ntype Bad struct{}\n\n" + key + "\n\ntype Held struct {\n\tCount int\n\t" + state + "\n}\n\nfunc (Bad) Process(r R0, s *Held) {}\n"
	}
	key := "func (Bad) Key(r R0) string { return r.Tag }"
	return append(formMistakes(pipeline, keyed), []Mistake{
		{"unknown name", `from:"([^"=,.]+)"`, `from:"«Nowhere»"`},
		{"unknown name behind another", `from:"([^"=]+)"`, `from:"$1,«Nowhere»"`},
		{"unknown output", `from:"(Op\d+)"`, `from:"«$1.nothing»"`},
		{"unknown tag", `(Sink\d+ runtime.*)from:`, `${1}«form»:"" from:`},
		{"unknown edge", `(Sink\d+ runtime.*)from:"([^"]*)".*`, "${1}from:\"${2}\" edge:\"«sideways»\"`"},
		{"bad parallelism", `(Sink\d+ runtime.*)from:"([^"]*)".*`, "${1}from:\"${2}\" parallelism:\"«many»\"`"},
		{"type of the edge", `(Sink\d+) runtime\.Sink\[.*\] (.*)from:"([^",]+)"`, `$1 runtime.Sink[complex128] ${2}from:"«${3}»"`},
		{"reads twice", `from:"([^"=,]+)"`, `from:"$1,«$1»"`},
		{"reads nothing", `(type P0 struct \{)`, "$1\n\t«Dry» runtime.Sink[R0]"},
		{"nobody reads a source", `(type P0 struct \{)`, "$1\n\t«Lonely» runtime.Source[R0]"},
		{"nobody reads an output", "", pipeline("\tOut runtime.Sink[R0] `from:\"In\"`\n\t«Pass» Pass `from:\"In\"`\n", pass)},
		{"source that reads", `(Source\d+ runtime\.Source\S+)(?: .*)?\n`, "${1} `«from»:\"Op1\"`\n"},
		{"unexported field", `(type P0 struct \{)`, "$1\n\t«hidden» int"},
		{"duplicate uid", "", pipeline("\tOut runtime.Sink[R0] `from:\"In\" uid:\"«In»\"`\n")},
		{"cycle", "", pipeline("\tPass Pass `from:\"In,«Pass»\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
		{"no key", "", strings.Replace(keyed("Sum int", ""), "s *Held", "«s *Held»", 1)},
		{"channel in the state", "", keyed("«Calls chan int»", key)},
		{"function deep in the state", "", keyed("Deep map[string]Deep", key) + "\ntype Deep struct {\n\t«Call func()»\n}\n"},
		{"float key in a map", "", keyed("«By map[float64]int»", key)},
		{"key of floats", "", keyed("Sum int", "func (Bad) «Key»(r R0) float64 { return 0 }")},
		{"two takers", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Map(r R0) R0 { return r }\n\nfunc (Bad) «Filter»(r R0) bool { return true }\n"},
		{"no taker", "", "//streamgen:operator\ntype «Bad» struct{}\n"},
		{"reserved prefix", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Map(r R0) R0 { return r }\n\nfunc (Bad) «OpenAll»() {}\n"},
		{"output by value", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Process(r R0, «out» runtime.Out[R0]) {}\n"},
		{"late context", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Process(r R0, «ctx» runtime.Context) {}\n"},
		{"record as state", "", "//streamgen:operator\ntype Bad struct{}\n\nfunc (Bad) Key(r R0) string { return r.Tag }\n\nfunc (Bad) Process(r R0, «s» *R0) {}\n"},
		{"assignment", "", "//streamgen:operator\ntype Bad struct{ last int }\n\nfunc (b *Bad) Map(r R0) R0 {\n\t«b.last»++\n\treturn r\n}\n"},
		{"directive on no struct", "", "«//streamgen:operator»\ntype Bad int\n"},
		{"unknown directive", "", "«//streamgen:operater»\ntype Bad struct{}\n"},
		{"pointer to an operator", "", pipeline("\t«Pass» *Pass `from:\"In\"`\n\tOut runtime.Sink[R0] `from:\"Pass\"`\n", pass)},
	}...)
}

// Place is where a mistake must be told.
type Place struct{ Line, From, To int }

// Break makes a mistake in a source. It reports false where there is no place for it.
func (m Mistake) Break(r *rand.Rand, source string) (broken string, at Place, ok bool) {
	if m.Find == "" {
		source += "\n" + m.Replace
	} else {
		find := regexp.MustCompile(m.Find)
		found := find.FindAllStringSubmatchIndex(source, -1)
		if len(found) == 0 {
			return "", at, false
		}
		match := found[r.IntN(len(found))]
		source = source[:match[0]] + string(find.ExpandString(nil, m.Replace, source, match)) + source[match[1]:]
	}
	head, rest, _ := strings.Cut(source, "«")
	culprit, tail, ok := strings.Cut(rest, "»")
	if !ok {
		panic(fmt.Sprintf("mistake %q says no place", m.Name))
	}
	column := len(head) - strings.LastIndexByte(head, '\n')
	return head + culprit + tail, Place{Line: 1 + strings.Count(head, "\n"), From: column, To: column + len(culprit)}, true
}
