package core_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// calling is word count with an operator between that calls for each word: Lines, LookUp and Count.
type calling struct {
	lines     runtime.Source[string]
	totals    runtime.Sink[wordcount.Total]
	options   async.Ordered
	unordered bool
	// numbered says that each word is a key and its number. Where results keep the order, Count says the number that it has seen last: it must
	// grow by one each time. Timed says that the number is the time of the word too: none may come behind a watermark of its time.
	numbered, timed bool
	// failing says that some calls fail, and that the words of all that do go on as the others, in their place.
	failing bool
	// broken hears of what must not be.
	broken func(format string, values ...any)
}

// StreamgenJob is written as the generator writes it.
func (p *calling) StreamgenJob() runtime.Job {
	j := core.NewJob("WordCount")
	lookUp := core.Async("LookUp", "Lines")
	if p.unordered {
		lookUp = lookUp.Unordered("Calls", async.Unordered(p.options))
	} else {
		lookUp = lookUp.Ordered("Calls", p.options)
	}
	source := core.Source("Lines", p.lines)
	if p.timed {
		source = core.TimedSource("Lines", p.lines, core.EventTime{})
	}
	lines := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{source}}, func() *callingLines {
		return &callingLines{pipeline: p, lines: core.NewSourcePort(p.lines)}
	})
	words := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{lookUp}}, func() *callingLookUp {
		return &callingLookUp{pipeline: p, calls: core.NewCalls[string, string](stringRecords())}
	})
	count := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Count", "LookUp"), core.Sink("Totals", p.totals, "Count")}},
		func() *callingCount {
			return &callingCount{pipeline: p, states: table.New[string, wordcount.CountState](countCodec(0)), totals: core.NewSinkPort(p.totals)}
		})
	core.Connect(j, core.Auto, lines, func(t *callingLines) *core.Output[string] { return &t.toLookUp }, words, 0, stringRecords())
	core.Connect(j, core.Hash, words, func(t *callingLookUp) *core.Output[string] { return &t.toCount }, count, 0,
		stringRecords().By(func(word string) uint64 { return serde.HashString(key(word, p.numbered)) }))
	return j
}

func stringRecords() core.RecordCodec[string] {
	return core.RecordCodec[string]{
		Schema: "string",
		Append: func(b []byte, record *string) []byte { return serde.AppendString(b, *record) },
		Parse:  func(p *serde.Parser, record *string) { *record = p.String() },
	}
}

type callingLines struct {
	core.Task
	pipeline *calling
	lines    core.SourcePort[string]
	split    wordcount.Split
	out      runtime.Out[string]
	toLookUp core.Output[string]
}

func (t *callingLines) Process(_ int, lines core.Records) {
	for line := range core.Rest[string](&t.Task, lines) {
		t.split.Process(line, &t.out)
		for _, word := range t.out.Take() {
			if t.pipeline.timed {
				t.SawTime(runtime.Time(number(word)))
			}
			t.toLookUp.Send(word)
		}
	}
}
func (t *callingLines) Barrier(s *core.Snapshot) { s.Source("Lines", &t.lines) }
func (t *callingLines) Restore(r *core.Restore)  { r.Source("Lines", &t.lines) }

type callingLookUp struct {
	core.Task
	pipeline *calling
	calls    core.Calls[string, string]
	waiting  int // results that were not passed on
	toCount  core.Output[string]
}

func (t *callingLookUp) Process(_ int, words core.Records) {
	for word := range core.Rest[string](&t.Task, words) {
		t.calls.Submit(word)
	}
}

func (t *callingLookUp) Results() {
	for word := range t.calls.Results() {
		t.waiting--
		t.sendToCount(word)
	}
}

func (t *callingLookUp) failLookUp(word string, err error) {
	if !errors.Is(err, context.DeadlineExceeded) {
		t.waiting--
	}
	t.sendToCount(strings.ToLower(word))
}

func (t *callingLookUp) sendToCount(word string) {
	t.toCount.SendByKey(serde.HashString(key(word, t.pipeline.numbered)), word)
}

var errUnlucky = errors.New("an unlucky word")

// callLookUp may count, since a simulation makes one call after the other.
func (t *callingLookUp) callLookUp(ctx context.Context, word string) (string, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if t.waiting++; t.waiting > t.pipeline.options.Capacity && !t.pipeline.failing {
		t.pipeline.broken("%d calls at a time are above the capacity", t.waiting)
	}
	if t.pipeline.failing && len(word)%2 == 0 {
		return "", errUnlucky
	}
	return strings.ToLower(word), nil
}

func (t *callingLookUp) Barrier(s *core.Snapshot) { s.Async("LookUp", &t.calls) }

func (t *callingLookUp) Restore(r *core.Restore) {
	calls := t.calls.By(t.callLookUp)
	if t.pipeline.failing {
		calls = calls.Failing(t.failLookUp)
	}
	r.Async("LookUp", calls)
}

type callingCount struct {
	core.Task
	pipeline *calling
	context  runtime.Context
	states   table.Table[string, wordcount.CountState]
	out      runtime.Out[wordcount.Total]
	totals   core.SinkPort[wordcount.Total]
}

func (t *callingCount) Open() { t.context = t.Context("Count") }

func (t *callingCount) Process(_ int, words core.Records) {
	for word := range core.Rest[string](&t.Task, words) {
		t.process(word)
	}
	t.totals.Write(t.out.Take())
}

func (t *callingCount) process(word string) {
	name := key(word, t.pipeline.numbered)
	s := t.states.At(name, serde.HashString(name))
	s.Total++
	if t.pipeline.numbered && !t.pipeline.unordered {
		s.Total = number(word)
	}
	if w := t.context.Watermark(); t.pipeline.timed && w >= runtime.Time(number(word)) {
		t.pipeline.broken("%s comes behind the watermark %d", word, w)
	}
	t.out.Emit(wordcount.Total{Word: name, Count: s.Total})
}

func (t *callingCount) Barrier(s *core.Snapshot) {
	s.Keyed("Count", "CountState", &t.states)
	s.Sink("Totals", &t.totals)
}

func (t *callingCount) Restore(r *core.Restore) {
	r.Keyed("Count", "CountState", &t.states)
	r.Sink("Totals", &t.totals)
}

// key is the word, or the letter before its number.
func key(word string, numbered bool) string {
	if numbered {
		return word[:1]
	}
	return word
}

func number(word string) int64 {
	n, err := strconv.ParseInt(word[1:], 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// numberedText has words of a letter and a number, which counts up in each split, and is counted by the letters.
func numberedText(splits ...int) *corpus {
	c := &corpus{words: map[string]int{}}
	for i, n := range splits {
		name := string(rune('a' + i))
		var lines []string
		for k := 0; k < n; k += 3 {
			line := ""
			for l := k; l < min(n, k+3); l++ {
				line += fmt.Sprintf("%s%d ", name, l+1)
			}
			lines = append(lines, line)
		}
		c.splits = append(c.splits, lines)
		c.words[name] = n
	}
	return c
}
