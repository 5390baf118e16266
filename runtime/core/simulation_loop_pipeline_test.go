package core_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/core"
	"github.com/streamgen/streamgen/runtime/table"
	"github.com/streamgen/streamgen/serde"
)

// looping is word count with loops. A word is tried as often as its length says before it is counted: Attempt sends it to Wait, which
// feeds it back, at once or after a turn through a loop of its own. Without Wait, Attempt feeds it back to itself.
//
//	Lines → Attempt → Totals
//	         ↑   ↓
//	         ╰─ Wait ⟲
type looping struct {
	lines  runtime.Source[string]
	totals runtime.Sink[wordcount.Total]
	// alone says that there is no Wait, otherwise to and around are the edge to it and its own loop.
	alone      bool
	to, around core.Partition
	// echoes says that each trial but the last feeds back a second record, which is dropped when it comes round.
	echoes bool
	// finish is called by Finish of Attempt, if it is not nil.
	finish func(t *loopingAttempt)
	// stamp, if it is not nil, is put on every record that Attempt feeds back to itself, and checked when that comes round: they come in their order, since by its key each
	// comes to the subtask that has sent it.
	stamp *stamps
	// lasts says that no trial counts at the moment, so that all go round; nil: that is never so.
	lasts func() bool
}

// stamps are what the records of a run are numbered with.
type stamps struct {
	run      int // drawn
	violated func(format string, values ...any)
}

// trial is a word with how often it is still to be tried: "2:fox".
func trial(left int, word string) string { return strconv.Itoa(left) + ":" + word }

// parseTrial leaves out a stamp: "2:fox#1.7".
func parseTrial(record string) (left int, word string) {
	record, _, _ = strings.Cut(record, "#")
	number, word, _ := strings.Cut(record, ":")
	left, _ = strconv.Atoi(number)
	return left, word
}

// echo is the word of a record that is only to come round.
const echo = "~"

func hashOfTrial(record string) uint64 {
	_, word := parseTrial(record)
	return serde.HashString(strings.TrimPrefix(word, echo))
}

// StreamgenJob is written as the generator writes it.
func (p *looping) StreamgenJob() runtime.Job {
	j := core.NewJob("WordCount")
	lines := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", p.lines)}}, func() *loopingLines {
		return &loopingLines{lines: core.NewSourcePort(p.lines)}
	})
	from := "Wait"
	if p.alone {
		from = "Attempt.failed"
	}
	attempt := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Attempt", "Lines").Loop(from), core.Sink("Totals", p.totals, "Attempt")}},
		func() *loopingAttempt {
			return &loopingAttempt{pipeline: p, states: table.New[string, wordcount.CountState](countCodec(0)), totals: core.NewSinkPort(p.totals)}
		})
	words, trials := stringRecords().Into("new").By(serde.HashString), stringRecords().Into("again").By(hashOfTrial)
	core.Connect(j, core.Hash, lines, func(t *loopingLines) *core.Output[string] { return &t.toAttempt }, attempt, 0, words)
	if p.alone {
		core.Connect(j, core.Hash, attempt, func(t *loopingAttempt) *core.Output[string] { return &t.failed }, attempt, 1, trials).Loop()
		return j
	}
	wait := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Transform("Wait", "Attempt.failed").Loop("Wait.around")}}, func() *loopingWait {
		return &loopingWait{}
	})
	core.Connect(j, p.to, attempt, func(t *loopingAttempt) *core.Output[string] { return &t.failed }, wait, 0, stringRecords().Into("failed"))
	core.Connect(j, p.around, wait, func(t *loopingWait) *core.Output[string] { return &t.around }, wait, 1, stringRecords().Into("around")).Loop()
	core.Connect(j, core.Hash, wait, func(t *loopingWait) *core.Output[string] { return &t.toAttempt }, attempt, 1, trials).Loop()
	return j
}

type loopingLines struct {
	core.Task
	lines     core.SourcePort[string]
	split     wordcount.Split
	out       runtime.Out[string]
	toAttempt core.Output[string]
}

func (t *loopingLines) Process(_ int, lines core.Records) {
	for line := range core.Rest[string](&t.Task, lines) {
		t.split.Process(line, &t.out)
		for _, word := range t.out.Take() {
			t.toAttempt.SendByKey(serde.HashString(word), word)
		}
	}
}
func (t *loopingLines) Barrier(s *core.Snapshot) { s.Source("Lines", &t.lines) }
func (t *loopingLines) Restore(r *core.Restore)  { r.Source("Lines", &t.lines) }

type loopingAttempt struct {
	core.Task
	pipeline  *looping
	fed, came int // stamped records that were fed back and have come round
	count     wordcount.Count
	states    table.Table[string, wordcount.CountState]
	out       runtime.Out[wordcount.Total]
	totals    core.SinkPort[wordcount.Total]
	failed    core.Output[string]
}

func (t *loopingAttempt) Process(input int, records core.Records) {
	for record := range core.Rest[string](&t.Task, records) {
		if input == 0 {
			t.try(len(record)%5, record)
			continue
		}
		left, word := parseTrial(record)
		t.checkStamp(record)
		if t.pipeline.lasts == nil || !t.pipeline.lasts() {
			left--
		}
		if !strings.HasPrefix(word, echo) {
			t.try(left, word)
		}
	}
	t.totals.Write(t.out.Take())
}

func (t *loopingAttempt) try(left int, word string) {
	hash := serde.HashString(word)
	if left <= 0 {
		t.count.Process(word, t.states.At(word, hash), &t.out)
		return
	}
	t.fail(hash, trial(left, word))
	if t.pipeline.echoes {
		t.fail(hash, trial(left, echo+word))
	}
}

func (t *loopingAttempt) fail(hash uint64, record string) {
	if t.pipeline.alone {
		t.failed.SendByKey(hash, t.stamped(record))
	} else {
		t.failed.Send(record)
	}
}

// stamped gives a record the next number of this run.
func (t *loopingAttempt) stamped(record string) string {
	if t.pipeline.stamp == nil {
		return record
	}
	t.fed++
	return fmt.Sprintf("%s#%d.%d", record, t.pipeline.stamp.run, t.fed)
}

// checkStamp leaves alone what was fed back in a run before.
func (t *loopingAttempt) checkStamp(record string) {
	_, stamp, ok := strings.Cut(record, "#")
	run, number, _ := strings.Cut(stamp, ".")
	if !ok || run != strconv.Itoa(t.pipeline.stamp.run) {
		return
	}
	if t.came++; number != strconv.Itoa(t.came) {
		t.pipeline.stamp.violated("%s comes round as number %d", record, t.came)
	}
}

func (t *loopingAttempt) Finish() {
	if t.pipeline.finish != nil {
		t.pipeline.finish(t)
	}
}

func (t *loopingAttempt) Barrier(s *core.Snapshot) {
	s.Keyed("Attempt", "CountState", &t.states)
	s.Sink("Totals", &t.totals)
}

func (t *loopingAttempt) Restore(r *core.Restore) {
	r.Keyed("Attempt", "CountState", &t.states)
	r.Sink("Totals", &t.totals)
}

type loopingWait struct {
	core.Task
	around, toAttempt core.Output[string]
}

func (t *loopingWait) Process(input int, trials core.Records) {
	for record := range core.Rest[string](&t.Task, trials) {
		if left, _ := parseTrial(record); input == 0 && left%2 == 0 {
			t.around.Send(record)
		} else {
			t.toAttempt.SendByKey(hashOfTrial(record), record)
		}
	}
}
