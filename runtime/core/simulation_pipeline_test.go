package core_test

import (
	"strings"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// relayed is word count in three tasks: Lines, Words and Count. The lines go round the subtasks of Words, which has an input and an
// output: it can be in the middle of a batch when its output is full.
type relayed struct {
	lines  runtime.Source[string]
	totals runtime.Sink[wordcount.Total]
	// codec is the form in which this program has the state.
	codec countCodec
	// cycle is the total at which a word is forgotten, so that it is counted from 1 again; 0: never.
	cycle int64
	// hearer returns who hears of checkpoints in a subtask; nil if nobody does.
	hearer func() *hearer
	// apart says which operators of WordCount have tasks of their own here, under the names that they have there: so what is in flight to them can be
	// restored by either program. Without, there is Words in the place of Split.
	apart parted
}

type parted int

const (
	words        parted = iota
	splitApart          // Lines, Split, then Count and Totals
	sinkApartToo        // Lines, Split, Count, Totals
)

// hears is the part of a task that hears of checkpoints.
type hears struct {
	hearer    *hearer
	newHearer func() *hearer
}

func (h *hears) open() {
	if h.newHearer != nil {
		h.hearer = h.newHearer()
	}
}

// StreamgenJob is written as the generator writes it.
func (p *relayed) StreamgenJob() runtime.Job {
	j := core.NewJob("WordCount")
	lines := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", p.lines)}}, func() *relayedLines {
		return &relayedLines{lines: core.NewSourcePort(p.lines), hears: hears{newHearer: p.hearer}}
	})
	split := "Words"
	if p.apart != words {
		split = "Split"
	}
	words := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform(split, "Lines")}}, func() *relayedWords {
		return &relayedWords{hears: hears{newHearer: p.hearer}}
	})
	newCount := func() relayedCount {
		return relayedCount{cycle: p.cycle, states: table.New[string, wordcount.CountState](p.codec), totals: core.NewSinkPort(p.totals),
			hears: hears{newHearer: p.hearer}}
	}
	if p.apart == sinkApartToo {
		count := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Count", split)}}, func() *relayedCountAlone {
			return &relayedCountAlone{relayedCount: newCount()}
		})
		totals := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Sink("Totals", p.totals, "Count")}}, func() *relayedTotals {
			return &relayedTotals{totals: core.NewSinkPort(p.totals)}
		})
		core.Connect(j, core.Rebalance, lines, func(t *relayedLines) *core.Output[string] { return &t.toWords }, words, 0, stringRecords())
		core.Connect(j, core.Hash, words, func(t *relayedWords) *core.Output[string] { return &t.toCount }, count, 0, stringRecords().By(serde.HashString))
		core.Connect(j, core.Auto, count, func(t *relayedCountAlone) *core.Output[wordcount.Total] { return &t.toTotals }, totals, 0, totalRecords())
		return j
	}
	count := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Count", split), core.Sink("Totals", p.totals, "Count")}},
		func() *relayedCount {
			t := newCount()
			return &t
		})
	core.Connect(j, core.Rebalance, lines, func(t *relayedLines) *core.Output[string] { return &t.toWords }, words, 0, stringRecords())
	core.Connect(j, core.Hash, words, func(t *relayedWords) *core.Output[string] { return &t.toCount }, count, 0, stringRecords().By(serde.HashString))
	core.Enter(count, "Totals", totalRecords(), func(t *relayedCount, total wordcount.Total) { t.totals.Add(total) })
	return j
}

func totalRecords() core.RecordCodec[wordcount.Total] {
	return core.RecordCodec[wordcount.Total]{
		Schema: "{Word string, Count int64}",
		Append: func(b []byte, record *wordcount.Total) []byte {
			b = serde.AppendArray(b, 2)
			b = serde.AppendString(b, record.Word)
			return serde.AppendInt(b, record.Count)
		},
		Parse: func(p *serde.Parser, record *wordcount.Total) {
			p.ArrayOf(2)
			record.Word = p.String()
			record.Count = p.Int()
		},
	}
}

type relayedLines struct {
	core.Task
	hears
	lines   core.SourcePort[string]
	toWords core.Output[string]
}

func (t *relayedLines) Process(_ int, lines core.Records) {
	for line := range core.Rest[string](&t.Task, lines) {
		t.toWords.Send(line)
	}
}
func (t *relayedLines) Barrier(s *core.Snapshot) { s.Source("Lines", &t.lines) }
func (t *relayedLines) Restore(r *core.Restore)  { r.Source("Lines", &t.lines) }

type relayedWords struct {
	core.Task
	hears
	split   wordcount.Split
	out     runtime.Out[string]
	toCount core.Output[string]
}

func (t *relayedWords) Process(_ int, lines core.Records) {
	for line := range core.Rest[string](&t.Task, lines) {
		t.split.Process(line, &t.out)
		for _, word := range t.out.Take() {
			t.toCount.SendByKey(serde.HashString(word), word)
		}
	}
}

type relayedCount struct {
	core.Task
	hears
	count  wordcount.Count
	cycle  int64
	states table.Table[string, wordcount.CountState]
	out    runtime.Out[wordcount.Total]
	totals core.SinkPort[wordcount.Total]
}

func (t *relayedCount) Process(_ int, words core.Records) {
	for word := range core.Rest[string](&t.Task, words) {
		hash := serde.HashString(word)
		s := t.states.At(word, hash)
		if t.count.Process(strings.ToLower(word), s, &t.out); s.Total == t.cycle {
			t.states.Drop(word, hash)
		}
	}
	t.totals.Write(t.out.Take())
}

func (t *relayedCount) Barrier(s *core.Snapshot) {
	s.Keyed("Count", "CountState", &t.states)
	s.Sink("Totals", &t.totals)
}

func (t *relayedCount) Restore(r *core.Restore) {
	r.Keyed("Count", "CountState", &t.states)
	r.Sink("Totals", &t.totals)
}

// relayedCountAlone has its sink in another task.
type relayedCountAlone struct {
	relayedCount
	toTotals core.Output[wordcount.Total]
}

func (t *relayedCountAlone) Process(_ int, words core.Records) {
	for word := range core.Rest[string](&t.Task, words) {
		t.count.Process(strings.ToLower(word), t.states.At(word, serde.HashString(word)), &t.out)
		for _, total := range t.out.Take() {
			t.toTotals.Send(total)
		}
	}
}

func (t *relayedCountAlone) Barrier(s *core.Snapshot) { s.Keyed("Count", "CountState", &t.states) }
func (t *relayedCountAlone) Restore(r *core.Restore)  { r.Keyed("Count", "CountState", &t.states) }

type relayedTotals struct {
	core.Task
	totals core.SinkPort[wordcount.Total]
}

func (t *relayedTotals) Process(_ int, totals core.Records) {
	for total := range core.Rest[wordcount.Total](&t.Task, totals) {
		t.totals.Add(total)
	}
}

func (t *relayedTotals) Barrier(s *core.Snapshot) { s.Sink("Totals", &t.totals) }
func (t *relayedTotals) Restore(r *core.Restore)  { r.Sink("Totals", &t.totals) }

func (t *relayedLines) Open()                       { t.open() }
func (t *relayedLines) CheckpointComplete(id int64) { t.hearer.complete(id) }
func (t *relayedLines) CheckpointAborted(id int64)  { t.hearer.abort(id) }

func (t *relayedWords) Open()                       { t.open() }
func (t *relayedWords) CheckpointComplete(id int64) { t.hearer.complete(id) }
func (t *relayedWords) CheckpointAborted(id int64)  { t.hearer.abort(id) }

func (t *relayedCount) Open()                       { t.open() }
func (t *relayedCount) CheckpointComplete(id int64) { t.hearer.complete(id) }
func (t *relayedCount) CheckpointAborted(id int64)  { t.hearer.abort(id) }
