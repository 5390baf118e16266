package core_test

import (
	"slices"
	"strings"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/state"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// listing is word count with everything that is kept without a key: Hold lets lines wait in a split list, and notes their first words in a union
// list, to be counted at the end; Count, which is keyed, sees every mark in every subtask.
type listing struct {
	lines, marks runtime.Source[string]
	totals       runtime.Sink[wordcount.Total]
	// restored hears what a subtask of Hold finds in its union list, and one of Count among its marks; ended what one of Count has in the end.
	restored func(operator string, found []string)
	ended    func(marks map[string]int)
}

// waiting is how many lines Hold lets wait.
const waiting = 3

type hold struct{ restored func(string, []string) }

type holdState struct {
	Pending state.SplitList[string]
	First   state.UnionList[string]
}

func (h hold) Open(s *holdState) {
	var found []string
	for _, word := range s.First.All() {
		found = append(found, word)
	}
	h.restored("Hold", found)
}

func (hold) Process(line string, s *holdState, out *runtime.Out[string]) {
	s.Pending.Append(line)
	if words := strings.Fields(line); len(words) > 0 {
		s.First.Append(firstOf(words[0]))
	}
	if s.Pending.Len() > waiting {
		out.Emit(s.Pending.At(0))
		s.Pending.Delete(0, 1)
	}
}

// firstOf is the word that is counted for the first one of a line.
func firstOf(word string) string { return "first" + word }

func (hold) Finish(s *holdState, out *runtime.Out[string]) {
	for _, line := range s.Pending.All() {
		out.Emit(line)
	}
	for _, word := range s.First.Own() {
		out.Emit(word)
	}
	s.Pending.Clear()
	s.First.Clear()
}

type tally struct {
	wordcount.Count
	restored func(string, []string)
	ended    func(map[string]int)
}

type tallyState struct{ Marks state.Broadcast[string, int] }

func (c tally) Open(s *tallyState) {
	var found []string
	for mark, n := range s.Marks.All() {
		found = append(found, slices.Repeat([]string{mark}, n)...)
	}
	c.restored("Count", found)
}

func (tally) BroadcastMarks(ctx runtime.BroadcastContext, mark string, s *tallyState) {
	n, _ := s.Marks.Get(mark)
	s.Marks.Put(ctx, mark, n+1)
}

func (c tally) Finish(s *tallyState) {
	marks := map[string]int{}
	for mark, n := range s.Marks.All() {
		marks[mark] = n
	}
	c.ended(marks)
}

// StreamgenJob is written as the generator writes it.
func (p *listing) StreamgenJob() runtime.Job {
	j := core.NewJob("WordCount")
	lines := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", p.lines)}}, func() *relayedLines {
		return &relayedLines{lines: core.NewSourcePort(p.lines)}
	})
	marks := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Marks", p.marks)}}, func() *listingMarks {
		return &listingMarks{marks: core.NewSourcePort(p.marks)}
	})
	holds := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Hold", "Lines"), core.Transform("Words", "Hold")}},
		func() *listingHold { return &listingHold{hold: hold{p.restored}} })
	count := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Count", "Words", "Marks"), core.Sink("Totals", p.totals, "Count")}},
		func() *listingCount {
			return &listingCount{
				count:  tally{restored: p.restored, ended: p.ended},
				states: table.New[string, wordcount.CountState](countCodec(0)), totals: core.NewSinkPort(p.totals),
			}
		})
	core.Connect(j, core.Rebalance, lines, func(t *relayedLines) *core.Output[string] { return &t.toWords }, holds, 0, stringRecords())
	core.Connect(j, core.Hash, holds, func(t *listingHold) *core.Output[string] { return &t.toCount }, count, 0, stringRecords().By(serde.HashString))
	core.Connect(j, core.Broadcast, marks, func(t *listingMarks) *core.Output[string] { return &t.toCount }, count, 1, stringRecords().Into("marks"))
	return j
}

type listingMarks struct {
	core.Task
	marks   core.SourcePort[string]
	toCount core.Output[string]
}

func (t *listingMarks) Process(_ int, marks core.Records) {
	for mark := range core.Rest[string](&t.Task, marks) {
		t.toCount.Send(mark)
	}
}
func (t *listingMarks) Barrier(s *core.Snapshot) { s.Source("Marks", &t.marks) }
func (t *listingMarks) Restore(r *core.Restore)  { r.Source("Marks", &t.marks) }

type listingHold struct {
	core.Task
	hold     hold
	unkeyed  holdState
	holdOut  runtime.Out[string]
	split    wordcount.Split
	splitOut runtime.Out[string]
	toCount  core.Output[string]
}

func (t *listingHold) Process(_ int, lines core.Records) {
	for line := range core.Rest[string](&t.Task, lines) {
		t.hold.Process(line, &t.unkeyed, &t.holdOut)
		t.drain()
	}
}

func (t *listingHold) drain() {
	for _, line := range t.holdOut.Take() {
		t.split.Process(line, &t.splitOut)
		for _, word := range t.splitOut.Take() {
			t.toCount.SendByKey(serde.HashString(word), word)
		}
	}
}

func (t *listingHold) Open() { t.hold.Open(&t.unkeyed) }

func (t *listingHold) Finish() {
	t.hold.Finish(&t.unkeyed, &t.holdOut)
	t.drain()
}

func (t *listingHold) Barrier(s *core.Snapshot) {
	s.List("Hold", "holdState.Pending", state.SplitOf(&t.unkeyed.Pending, textCodec{}))
	s.List("Hold", "holdState.First", state.UnionOf(&t.unkeyed.First, textCodec{}))
}

func (t *listingHold) Restore(r *core.Restore) {
	r.List("Hold", "holdState.Pending", state.SplitOf(&t.unkeyed.Pending, textCodec{}))
	r.List("Hold", "holdState.First", state.UnionOf(&t.unkeyed.First, textCodec{}))
}

type listingCount struct {
	core.Task
	count   tally
	states  table.Table[string, wordcount.CountState]
	unkeyed tallyState
	out     runtime.Out[wordcount.Total]
	totals  core.SinkPort[wordcount.Total]
}

func (t *listingCount) Process(input int, records core.Records) {
	switch input {
	case 0:
		for word := range core.Rest[string](&t.Task, records) {
			t.count.Process(word, t.states.At(word, serde.HashString(word)), &t.out)
		}
	case 1:
		for mark := range core.Rest[string](&t.Task, records) {
			t.count.BroadcastMarks(runtime.BroadcastContext{Context: t.Context("Count")}, mark, &t.unkeyed)
		}
	}
	t.totals.Write(t.out.Take())
}

func (t *listingCount) Open() { t.count.Open(&t.unkeyed) }

func (t *listingCount) Finish() { t.count.Finish(&t.unkeyed) }

func (t *listingCount) Barrier(s *core.Snapshot) {
	s.Keyed("Count", "CountState", &t.states)
	s.List("Count", "tallyState.Marks", state.BroadcastOf(&t.unkeyed.Marks, markCodec{}))
	s.Sink("Totals", &t.totals)
}

func (t *listingCount) Restore(r *core.Restore) {
	r.Keyed("Count", "CountState", &t.states)
	r.List("Count", "tallyState.Marks", state.BroadcastOf(&t.unkeyed.Marks, markCodec{}))
	r.Sink("Totals", &t.totals)
}

type textCodec struct{}

func (textCodec) Schema() string                          { return "string" }
func (textCodec) Append(b []byte, element *string) []byte { return serde.AppendString(b, *element) }
func (textCodec) Parse(p *serde.Parser, element *string)  { *element = p.String() }

type markCodec struct{}

func (markCodec) Schema() string { return "{Key string, Value int}" }
func (markCodec) Append(b []byte, entry *state.Entry[string, int]) []byte {
	return serde.AppendInt(serde.AppendString(serde.AppendArray(b, 2), entry.Key), int64(entry.Value))
}
func (markCodec) Parse(p *serde.Parser, entry *state.Entry[string, int]) {
	p.ArrayOf(2)
	entry.Key, entry.Value = p.String(), p.NativeInt()
}
