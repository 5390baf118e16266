package core_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/config"
)

// newCallingSchedule draws a story of a pipeline with calls: they return in any order, and some of them too late. In order is a pipeline
// in which each task has one subtask, so that the order of the words can be told at the end.
func newCallingSchedule(seed uint64, inOrder bool) *schedule {
	parallelism := 0
	if inOrder {
		parallelism = 1
	}
	s := newSchedule(seed, parallelism)
	s.relayed = false
	if s.corpus == wideText {
		s.corpus = longText // thousands of words behind a few calls at a time would be too slow for checkpoints
	}
	s.calling = &calling{
		options:   async.Ordered{Timeout: time.Second}, // the capacity is drawn at every start
		unordered: s.random.IntN(2) == 0,
		crowded:   func(waiting int) { s.violated("%d calls at a time are above the capacity", waiting) },
	}
	if inOrder {
		s.corpus = numberedText(20+s.random.IntN(30), 1+s.random.IntN(20), 1+s.random.IntN(10))
		s.calling.unordered, s.calling.numbered = false, true
	}
	for i := range s.fates {
		if s.random.IntN(4) == 0 {
			s.fates[i].lateCalls = 1 + s.random.IntN(100)
			s.calling.options.Timeout = 50 * time.Millisecond
		}
	}
	return s
}

// TestCallingSchedules tells stories of a pipeline with an operator that has Async: what it has in flight survives every crash, each result is
// counted once, and in order where that is promised.
func TestCallingSchedules(t *testing.T) {
	for _, test := range []struct {
		name    string
		inOrder bool
		n       int
	}{{"rescaled at every start", false, 1500}, {"in order", true, 1000}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newCallingSchedule(seed, test.inOrder) })
			})
			f.log(t)
			all.add(f)
		})
	}
}

// TestEveryCrashStepWithCalls lets a run with calls die before every single step, by a kill and by a loss of power.
func TestEveryCrashStepWithCalls(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		story := func(step int, power bool) *schedule {
			draw := func() *schedule {
				s := &schedule{random: rand.New(rand.NewPCG(1, 1)), disk: vfs.NewMem(), folder: "/checkpoints/WordCount", out: "/out",
					corpus: shortText, parallelism: 2, retained: 1, retention: config.RetainOnCancellation}
				s.fates = []fate{{step: step, power: power}}
				s.fixed = func(c *config.Config) { c.Checkpointing.Interval = time.Millisecond }
				s.calling = &calling{options: async.Ordered{Capacity: 3, Timeout: time.Second}, unordered: unordered,
					crowded: func(waiting int) { s.violated("%d calls at a time", waiting) }}
				return s
			}
			s := draw()
			if err := s.tell(); err != nil {
				again := draw()
				again.trace = &strings.Builder{}
				_ = again.tell()
				t.Fatalf("violation: crash at step %d (power: %v, unordered: %v): %v\n%s", step, power, unordered, err, again.trace)
			}
			return s
		}
		calm := story(0, false)
		if calm.figures.checkpoints < 3 {
			t.Fatalf("the story has %d checkpoints, too few", calm.figures.checkpoints)
		}
		for step := 1; step <= calm.steps; step++ {
			for _, power := range []bool{false, true} {
				story(step, power)
			}
		}
		t.Logf("no violation: a crash at every one of %d steps, %d checkpoints", calm.steps, calm.figures.checkpoints)
	}
}
