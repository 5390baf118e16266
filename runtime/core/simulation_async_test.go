package core_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/async"
	"github.com/streamgen/streamgen/runtime/config"
)

// A callingKind is what a story of a pipeline with calls is about.
type callingKind int

const (
	anyCalls     callingKind = iota // of several subtasks, rescaled at every start
	orderedCalls                    // of one subtask, so that the order of the words can be told at the end
	timedCalls                      // with watermarks, of one split
)

// newCallingSchedule draws a story of a pipeline with calls: they return in any order, and some of them too late.
func newCallingSchedule(seed uint64, kind callingKind) *schedule {
	parallelism := 0
	if kind != anyCalls {
		parallelism = 1
	}
	s := newSchedule(seed, parallelism)
	s.relayed = false
	if s.corpus == wideText {
		s.corpus = longText // thousands of words behind a few calls at a time would be too slow for checkpoints
	}
	s.calling = &calling{
		options:   async.Ordered{Timeout: time.Second}, // the capacity is drawn at every start
		unordered: kind != orderedCalls && s.random.IntN(2) == 0,
		numbered:  kind != anyCalls,
		timed:     kind == timedCalls,
		failing:   s.random.IntN(3) == 0,
		broken:    s.violated,
	}
	switch kind {
	case orderedCalls:
		s.corpus = numberedText(20+s.random.IntN(30), 1+s.random.IntN(20), 1+s.random.IntN(10))
	case timedCalls:
		s.corpus = numberedText(20 + s.random.IntN(60))
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
		name string
		kind callingKind
		n    int
	}{{"rescaled at every start", anyCalls, 1500}, {"in order", orderedCalls, 1000}, {"behind watermarks", timedCalls, 1000}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newCallingSchedule(seed, test.kind) })
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
				s.fixed = func(c *config.Config) {
					steady(c)
					c.Checkpointing.Interval = time.Millisecond
				}
				s.calling = &calling{options: async.Ordered{Capacity: 3, Timeout: time.Second}, unordered: unordered, broken: s.violated}
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

// TestEverySeedWithCallsReplays holds that calls, too, are made as the seed says and nothing else.
func TestEverySeedWithCallsReplays(t *testing.T) {
	seeds(t, 50, func(seed uint64) {
		story := func() string {
			s := newCallingSchedule(seed, callingKind(seed%3))
			s.trace = &strings.Builder{}
			err := s.tell()
			return fmt.Sprint(s.trace, err)
		}
		if a, b := story(), story(); a != b {
			t.Fatalf("seed %d tells two stories:\n%s\n--- and ---\n%s", seed, a, b)
		}
		all.replayed++
	})
}
