package core_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
)

// A topology is a pipeline of generated_test/topologies, with what must come out of it.
type topology struct {
	name string
	// sources are its sources with the lengths of their splits.
	sources map[string][]int
	// rules is the source whose records go to every subtask and are counted there, endless the one that never ends by itself; "" if there is none.
	rules, endless string
	// ordered says that the items of a split that have one key and one way come out in their order, whatever the parallelism. It is not so
	// behind an edge that goes round.
	ordered bool
	// ways are those on which an item of a source comes out, once on each.
	ways func(source string, i topologies.Item) []string
	// windows are those that must come out of some items, where a topology has windows. Its items are disordered, and its laggards come out late.
	windows func([]topologies.Item) []topologies.Window
	// span is how long behind an item the last of its windows ends, at most, if there is nothing else.
	span time.Duration
	make func(p parts) runtime.Pipeline
	// trips says that its operators fail in the stories that are drawn.
	trips bool
}

// parts is what a run of a topology is made of.
type parts struct {
	source  func(name string) runtime.Source[topologies.Item]
	lines   runtime.Sink[topologies.Line]
	windows runtime.Sink[topologies.Window]
	faults  *topologies.Faults
	others  *topologies.Faults // of a second region
	ear     func() topologies.Ear
	calls   int // capacity
}

// on says that all items come out on the same ways.
func on(ways ...string) func(string, topologies.Item) []string {
	return func(string, topologies.Item) []string { return ways }
}

// allTopologies have, between them, every kind of edge, of input, of state and of end. A topology with a loop is added here.
var allTopologies = []*topology{
	{
		name: "chain", ordered: true, sources: map[string][]int{"Items": {14, 9, 4}}, ways: on(""),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Chain{
				Items: p.source("Items"), Trip: topologies.Trip{Faults: p.faults}, Count: topologies.Count{Faults: p.faults}, Lines: p.lines,
			}
		},
	},
	{
		name: "rebalanced", sources: map[string][]int{"Items": {14, 9, 4}}, ways: on(""),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Rebalanced{
				Items: p.source("Items"), Trip: topologies.Trip{Faults: p.faults}, Count: topologies.Count{Faults: p.faults}, Lines: p.lines,
			}
		},
	},
	{
		name: "rescaled", sources: map[string][]int{"Items": {14, 9, 4}}, ways: on("rescaled"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Rescaled{Items: p.source("Items"), Stamp: topologies.Stamp{Mark: "rescaled"}, Lines: p.lines}
		},
	},
	{
		name: "broadcast", ordered: true, sources: map[string][]int{"Items": {11, 7}}, ways: on("copy0", "copy1"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Copied{Items: p.source("Items"), Lines: p.lines}
		},
	},
	{
		name: "fan-out and two sinks", sources: map[string][]int{"Items": {14, 9}},
		ways: func(_ string, i topologies.Item) []string { return []string{[]string{"even", "odd"}[i.N%2]} },
		make: func(p parts) runtime.Pipeline {
			return &topologies.FanOut{Items: p.source("Items"), Even: p.lines, Odd: p.lines}
		},
	},
	{
		name: "union", sources: map[string][]int{"A": {10, 5}, "B": {8}}, ways: on(""),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Union{
				A: p.source("A"), B: p.source("B"), Trip: topologies.Trip{Faults: p.faults}, Count: topologies.Count{Faults: p.faults}, Lines: p.lines,
			}
		},
	},
	{
		name: "two inputs", ordered: true, sources: map[string][]int{"A": {9}, "B": {5}, "C": {8}, "D": {1, 2}},
		ways: func(source string, _ topologies.Item) []string {
			return []string{map[string]string{"A": "left", "B": "left", "C": "right", "D": "right"}[source]}
		},
		make: func(p parts) runtime.Pipeline {
			return &topologies.TwoInputs{A: p.source("A"), B: p.source("B"), C: p.source("C"), D: p.source("D"), Lines: p.lines}
		},
	},
	{
		name: "broadcast state", ordered: true, sources: map[string][]int{"Items": {12, 6}, "Rules": {9, 5}}, rules: "Rules",
		ways: func(source string, _ topologies.Item) []string {
			return map[string][]string{"Items": {"obeyed"}}[source]
		},
		make: func(p parts) runtime.Pipeline {
			return &topologies.Ruled{Items: p.source("Items"), Rules: p.source("Rules"), Lines: p.lines}
		},
	},
	{
		name: "state without a key", sources: map[string][]int{"Items": {14, 9}},
		ways: func(_ string, i topologies.Item) []string {
			if i.N%4 == 0 {
				return []string{"held", "noted"}
			}
			return []string{"held"}
		},
		make: func(p parts) runtime.Pipeline { return &topologies.Lists{Items: p.source("Items"), Lines: p.lines} },
	},
	{
		name: "calls in order", sources: map[string][]int{"Items": {12, 7}}, ways: on("asked"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Asked{Items: p.source("Items"), Ask: topologies.Ask{Calls: async.Ordered{Capacity: p.calls}}, Lines: p.lines}
		},
	},
	{
		name: "calls in any order", sources: map[string][]int{"Items": {12, 7}}, ways: on("around"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.AskedAround{
				Items: p.source("Items"), AskAround: topologies.AskAround{Calls: async.Unordered{Capacity: p.calls}}, Lines: p.lines,
			}
		},
	},
	{
		name: "timers", ordered: true, sources: map[string][]int{"Items": {14, 9}}, ways: on("delayed"),
		make: func(p parts) runtime.Pipeline { return &topologies.Timers{Items: p.source("Items"), Lines: p.lines} },
	},
	{
		name: "two inputs and a window", ordered: true, sources: map[string][]int{"A": {9}, "B": {5}, "C": {8}, "D": {1, 2}},
		ways: func(source string, _ topologies.Item) []string {
			return []string{map[string]string{"A": "left", "B": "left", "C": "right", "D": "right"}[source]}
		},
		make: func(p parts) runtime.Pipeline {
			return &topologies.Joined{
				A: p.source("A"), B: p.source("B"), C: p.source("C"), D: p.source("D"), Trip: topologies.Trip{Faults: p.faults},
				Rows: topologies.Rows{Size: windowSize, Faults: p.faults}, Lines: p.lines,
			}
		},
	},
	{
		name: "a finished source beside one without end", sources: map[string][]int{"Short": {3, 1}, "Long": {14, 9}}, endless: "Long",
		ways: func(source string, _ topologies.Item) []string {
			return []string{map[string]string{"Short": "short"}[source]}
		},
		make: func(p parts) runtime.Pipeline {
			return &topologies.Unequal{Short: p.source("Short"), Long: p.source("Long"), Stamp: topologies.Stamp{Mark: "short"}, Lines: p.lines}
		},
	},
	{
		name: "edges of all kinds from one task", sources: map[string][]int{"Items": {8, 5}},
		ways: on("a", "acopy0", "acopy1", "aspread", "anear"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Mixed{
				Items: p.source("Items"), Stamp: topologies.Stamp{Mark: "a"}, Spread: topologies.Stamp{Mark: "spread"}, Near: topologies.Stamp{Mark: "near"},
				Counts: p.lines, Lines: p.lines,
			}
		},
	},
	{
		name: "many stages", sources: map[string][]int{"Items": {12, 7}}, ways: on("13"),
		make: func(p parts) runtime.Pipeline {
			return &topologies.Stages{
				Items: p.source("Items"), First: topologies.Relay{Mark: "1"}, Second: topologies.Told{NewEar: p.ear},
				Third: topologies.Relay{Mark: "3"}, Fourth: topologies.Told{NewEar: p.ear}, Count: topologies.Count{Faults: p.faults}, Lines: p.lines,
			}
		},
	},
	{
		name: "three regions", sources: map[string][]int{"A": {9, 6}, "B": {7, 3}, "C": {8}}, trips: true,
		ways: func(source string, i topologies.Item) []string {
			switch {
			case source == "B":
				return []string{"B" + strings.Repeat("round", int(i.N%3))}
			case source == "C":
				return []string{"C"}
			case i.N%4 == 0:
				return []string{"held", "noted"}
			}
			return []string{"held"}
		},
		make: func(p parts) runtime.Pipeline {
			return &topologies.Regions{
				A: p.source("A"), TripA: topologies.Trip{Faults: p.faults}, CountA: topologies.Count{Faults: p.faults}, LinesA: p.lines,
				B: p.source("B"), TripB: topologies.Trip{Faults: p.others}, StampB: topologies.Stamp{Mark: "B"}, CountB: topologies.Count{Faults: p.others}, LinesB: p.lines,
				C: p.source("C"), StampC: topologies.Stamp{Mark: "C"}, LinesC: p.lines,
			}
		},
	},
}

// topologyNamed finds a topology.
func topologyNamed(name string) *topology {
	for _, t := range slices.Concat(allTopologies, windowTopologies) {
		if t.name == name {
			return t
		}
	}
	panic(fmt.Sprintf("there is no topology %q", name))
}
