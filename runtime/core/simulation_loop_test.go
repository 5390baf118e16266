package core_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/core"
)

// newLoopSchedule draws a story of word count with loops.
func newLoopSchedule(seed uint64, parallelism int) *schedule {
	s := newSchedule(seed, parallelism)
	s.looping = &looping{alone: s.random.IntN(3) == 0, echoes: s.random.IntN(3) == 0}
	if s.random.IntN(6) == 0 {
		s.corpus = wideText // of which much waits
	}
	for i := range s.fates {
		if s.fates[i].savepoints > 0 {
			s.fates[i].savepoints += 400 // there are up to 9 subtasks, and each sends barriers to many
		}
	}
	s.fixed = func(c *config.Config) {
		c.Checkpointing.MaxConcurrent = 1
		c.LoopRecordsInMemory = []int{1, 1 + s.random.IntN(3), 1 + s.random.IntN(8), 1 + s.random.IntN(600)}[s.random.IntN(4)]
		if c.Checkpointing.Timeout < time.Second {
			c.Checkpointing.Timeout *= 6 // a barrier comes round in more steps than one that only goes down
		}
	}
	return s
}

// loop makes the job of a run. Its tasks may have different parallelisms and edges in each.
func (s *schedule) loop(lines runtime.Source[string], totals runtime.Sink[wordcount.Total], c *config.Config) runtime.Job {
	p := *s.looping
	p.lines, p.totals = lines, totals
	if p.alone {
		p.stamp = &stamps{run: s.random.IntN(1 << 30), violated: s.violated}
	}
	kinds := []core.Partition{core.Auto, core.Rebalance, core.Rescale, core.Forward}
	p.around = kinds[s.random.IntN(4)]
	if !p.alone && s.parallelism == 0 {
		kinds = kinds[:3] // forward needs the same parallelism
		c.Parallelisms = map[string]int{"Wait": 1 + s.random.IntN(3)}
	}
	p.to = kinds[s.random.IntN(len(kinds))]
	return p.StreamgenJob()
}

// TestLoopSchedules tells stories of loops: of one task and of several, one within the other, with records that come round in several copies. What is
// counted says whether one that was on its way was lost or came twice; the end, whether a loop ended early or not at all.
func TestLoopSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		n, parallelism int
		change         func(s *schedule)
	}{
		{"2x2", 800, 2, nil},
		{"rescaled", 800, 0, nil},
		{"unaligned", 800, 0, func(s *schedule) { s.unaligned = true }},
		{"at least once", 500, 0, func(s *schedule) { s.mode = config.AtLeastOnce }},
		{"from savepoints", 300, 0, (*schedule).restoreSavepoints},
		{"with more key groups", 300, 0, func(s *schedule) { s.raises = true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule {
					s := newLoopSchedule(seed, test.parallelism)
					if test.change != nil {
						test.change(s)
					}
					return s
				})
			})
			f.log(t)
			t.Logf("records were in flight to %d inputs in the checkpoints that were audited", f.inFlight)
			all.add(f)
			t.Logf("records were written to disk %d times, in %d schedules", f.spills, f.spilling)
			if f.inFlight == 0 && *replay < 0 {
				t.Fatal("no checkpoint held records that were fed back")
			}
			if f.spilling*10 < f.schedules*8 && *replay < 0 {
				t.Fatal("records waited on disk in too few schedules")
			}
		})
	}
}

// TestEveryCrashPointOfALoop lets a run die before and after every single operation of the disk.
func TestEveryCrashPointOfALoop(t *testing.T) {
	points := 0
	for _, alone := range []bool{false, true} {
		story := func(op int, after, power bool) *schedule {
			draw := func() *schedule {
				s := &schedule{random: rand.New(rand.NewPCG(1, 1)), disk: vfs.NewMem(), folder: "/checkpoints/WordCount", out: "/out",
					corpus: longText, parallelism: 2, retained: 1, retention: config.RetainOnCancellation}
				s.looping = &looping{alone: alone}
				s.fates = []fate{{op: op, after: after, power: power}}
				s.fixed = func(c *config.Config) {
					c.Checkpointing.Interval, c.Checkpointing.InlineThreshold, c.Checkpointing.MaxConcurrent = time.Millisecond, 0, 1
					c.Checkpointing.IntervalDuringBacklog, c.Checkpointing.AfterTasksFinish = config.SameInterval, true
					c.LoopRecordsInMemory = 2
				}
				return s
			}
			s := draw()
			if err := s.tell(); err != nil {
				again := draw()
				again.trace = &strings.Builder{}
				_ = again.tell()
				t.Fatalf("violation: crash at operation %d (after it: %v, power: %v, alone: %v): %v\n%s", op, after, power, alone, err, again.trace)
			}
			return s
		}
		calm := story(0, false, false)
		if calm.figures.checkpoints < 3 {
			t.Fatalf("the story has %d checkpoints, too few", calm.figures.checkpoints)
		}
		if calm.figures.spills < 3 {
			t.Fatalf("records are written to disk %d times, too seldom", calm.figures.spills)
		}
		for op := 1; op <= calm.ops; op++ {
			for _, after := range []bool{false, true} {
				for _, power := range []bool{false, true} {
					story(op, after, power)
				}
			}
		}
		points += calm.ops
	}
	t.Logf("no violation: all %d single crash points", points)
	all.points += points
}
