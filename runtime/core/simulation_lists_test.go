package core_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// marked is what the subtasks of Count are to see: as long as the long text.
var marked = newCorpus(
	slices.Repeat([]string{"red", "green", "red"}, 5),
	slices.Repeat([]string{"blue", "green"}, 6),
)

// listed is a corpus with the first words of its lines, which Hold has counted too.
func listed(c *corpus) *corpus {
	with := &corpus{splits: c.splits, words: maps.Clone(c.words)}
	for _, split := range c.splits {
		for _, line := range split {
			if words := strings.Fields(strings.ToLower(line)); len(words) > 0 {
				with.words[firstOf(words[0])]++
			}
		}
	}
	return with
}

// newListSchedule draws a story of the pipeline that keeps lists.
func newListSchedule(seed uint64, parallelism int) *schedule {
	s := newSchedule(seed, parallelism)
	s.lists, s.relayed, s.calling = true, false, nil
	s.corpus = listed(shortText)
	for i := range s.fates {
		if s.fates[i].savepoints > 0 {
			s.fates[i].savepoints += 150 // there are up to 12 subtasks: a savepoint takes more steps than one of a word count
		}
	}
	if s.random.IntN(2) == 0 {
		s.corpus = listed(longText)
	}
	return s
}

// list makes the job of a run. What its subtasks find when they begin must be the same in all of one operator, and what those of Count have in the
// end must be every mark, each as often as it was there.
func (s *schedule) list(lines runtime.Source[string], totals runtime.Sink[wordcount.Total]) runtime.Job {
	first := map[string]string{}
	run := s.runs
	return (&listing{
		lines: lines, totals: totals, marks: &texts{corpus: marked, random: s.random, most: 1 << s.random.IntN(3)},
		restored: func(operator string, found []string) {
			text := fmt.Sprint(found)
			// Behind barriers that have overtaken marks each has seen its own: in the end they have seen the same.
			if other, ok := first[operator]; ok && other != text && !(s.unaligned && operator == "Count") {
				s.violated("run %d: one subtask of %s begins with %s, another with %s", run, operator, other, text)
			}
			first[operator] = text
			if len(found) > 0 {
				s.figures.lists++
			}
		},
		ended: func(marks map[string]int) {
			for _, mark := range slices.Sorted(maps.Keys(marked.words)) {
				n := marked.words[mark]
				if marks[mark] < n || marks[mark] > n && s.mode == config.ExactlyOnce {
					s.violated("run %d: a subtask has seen mark %s %d times, it stands %d times", run, mark, marks[mark], n)
				}
			}
			if len(marks) != len(marked.words) {
				s.violated("run %d: a subtask has seen the marks %v", run, marks)
			}
		},
	}).StreamgenJob()
}

// TestListSchedules tells stories of a pipeline with a split list, a union list, keyed state and broadcast state. The counts say whether an element
// of a list was lost or doubled, the subtasks what they find.
func TestListSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		parallelism, n int
	}{{"2x2", 2, 500}, {"rescaled at every start", 0, 1500}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newListSchedule(seed, test.parallelism) })
			})
			f.log(t)
			if f.lists == 0 && *replay < 0 {
				t.Fatal("no list was restored")
			}
			all.add(f)
		})
	}
}

// TestSavepointsOfLists restores savepoints of the pipeline with lists elsewhere.
func TestSavepointsOfLists(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 100, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newListSchedule(seed, 0)
			for i := range s.fates {
				s.fates[i].savepoints = 150
			}
			s.hasSavepoint = func(path string) {
				s.figures.savepoints++
				if s.violation == nil && s.figures.forks < 2 {
					if err := s.fork(path); err != nil {
						s.violated("restored from %s: %w", path, err)
					}
				}
			}
			return s
		})
	})
	f.log(t)
	all.add(f)
	if f.forks == 0 && *replay < 0 {
		t.Fatal("no savepoint was restored")
	}
}

// TestListsAtLeastOnce holds the pipeline with lists to what is promised without alignment.
func TestListsAtLeastOnce(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 300, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newListSchedule(seed, 0)
			s.mode = config.AtLeastOnce
			return s
		})
	})
	f.log(t)
	all.add(f)
}

// TestListsAreRescaled stops a job again and again, with another parallelism at every start: 1, 2, 3, 1.
func TestListsAreRescaled(t *testing.T) {
	seeds(t, 300, func(seed uint64) {
		told(t, seed, &figures{}, func() *schedule {
			s := newListSchedule(seed, 0)
			s.fates = []fate{{stop: 60}, {stop: 60, power: true}, {op: 100 + int(seed)%50, power: seed%2 == 0}}
			s.corpus = listed(longText)
			s.fixed = func(c *config.Config) {
				c.Parallelism = []int{1, 2, 3, 1}[(s.runs-1)%4]
			}
			return s
		})
	})
}

// TestEveryCrashPointOfLists lets a run of the pipeline with lists die before and after every operation on the disk, and rescales the next.
func TestEveryCrashPointOfLists(t *testing.T) {
	story := func(op int, after, power bool) *schedule {
		draw := func() *schedule {
			s := newListSchedule(7, 0)
			s.corpus, s.retained, s.retention = listed(shortText), 1, config.RetainOnCancellation
			s.fates = []fate{{op: op, after: after, power: power}}
			s.fixed = func(c *config.Config) {
				steady(c)
				c.Checkpointing.Interval, c.Checkpointing.InlineThreshold = time.Millisecond, 0
				c.Parallelism = 1 + s.runs%3
			}
			return s
		}
		s := draw()
		if err := s.tell(); err != nil {
			again := draw()
			again.trace = &strings.Builder{}
			_ = again.tell()
			t.Fatalf("violation: crash at operation %d (after it: %v, power: %v): %v\n%s", op, after, power, err, again.trace)
		}
		return s
	}
	calm := story(0, false, false)
	if calm.figures.checkpoints < 3 {
		t.Fatalf("the story has %d checkpoints, too few", calm.figures.checkpoints)
	}
	for op := 1; op <= calm.ops; op++ {
		for _, after := range []bool{false, true} {
			for _, power := range []bool{false, true} {
				story(op, after, power)
			}
		}
	}
	all.points += calm.ops
}
