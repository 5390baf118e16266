package core_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/generated_test/timed/apart"
	"github.com/streamgen/streamgen/generated_test/timed/chained"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// timedStory is what a schedule is told of with timers: the ticks, and the processing time that has passed in the runs before.
type timedStory struct {
	ticks  [][]timed.Tick
	passed time.Duration
}

// timedJob makes the job of a run.
func (s *schedule) timedJob(fs vfs.FS) runtime.Job {
	p := s.timedPipeline(fs)
	switch {
	case !s.rebuilds:
		return p.StreamgenJob()
	case s.relayed:
		return (&apart.Timed{Ticks: p.Ticks, Remind: p.Remind, Gather: p.Gather, Lines: p.Lines}).StreamgenJob()
	default:
		return (&chained.Timed{Ticks: p.Ticks, Remind: p.Remind, Gather: p.Gather, Lines: p.Lines}).StreamgenJob()
	}
}

func (s *schedule) timedPipeline(fs vfs.FS) *timed.Timed {
	return &timed.Timed{
		Ticks:  &ticks{splits: s.timed.ticks, random: s.random, most: 1 << s.random.IntN(6)},
		Remind: timed.Remind{Violated: s.violated},
		Gather: timed.Gather{Violated: s.violated},
		Lines:  file.JSONL[timed.Line](s.out).On(fs),
	}
}

// keyLines is what is committed of a key, by kind.
type keyLines struct{ remind, quiet, gather, recent []timed.Line }

// auditTimed reads what is committed. Every key's reminders are those of its ticks, in the order of their times; its ticks are told once when it
// is quiet, once by a timer in processing time, and counted once, from one again where they were not for as long as the count is kept.
func (s *schedule) auditTimed(e extent) error {
	lines, err := s.timedLines()
	if err != nil {
		return err
	}
	want := map[string][]runtime.Time{}
	ticks := map[string]int64{}
	for _, split := range s.timed.ticks {
		for _, t := range split {
			ticks[t.Key]++
			for i := range t.Reminders {
				want[t.Key] = append(want[t.Key], t.At.Add(time.Duration(i+1)*timed.Every))
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		if ticks[key] == 0 {
			return fmt.Errorf("key %q has no tick", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(ticks)) {
		slices.Sort(want[key])
		l := lines[key]
		if l == nil {
			l = &keyLines{}
		}
		audit := l.audit
		if s.unaligned && s.parallelism == 0 {
			audit = l.auditSpread
		}
		if err := audit(ticks[key], slices.Compact(want[key]), e); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return s.auditRetained()
}

// auditSpread is audit where lines of a key may have been in flight to another subtask of the sink than those behind them: they are committed in any order, so that
// before the end some may be missing between others.
func (l *keyLines) auditSpread(ticks int64, reminders []runtime.Time, e extent) error {
	byTime := func(a, b timed.Line) int { return cmp.Compare(a.At, b.At) }
	byTotal := func(a, b timed.Line) int { return cmp.Compare(a.Total, b.Total) }
	slices.SortFunc(l.remind, byTime)
	slices.SortFunc(l.quiet, byTime)
	slices.SortFunc(l.gather, byTotal)
	slices.SortFunc(l.recent, byTotal)
	if e == whole {
		return l.audit(ticks, reminders, e)
	}
	for i, line := range l.remind {
		if _, asked := slices.BinarySearch(reminders, line.At); !asked || i > 0 && line.At == l.remind[i-1].At {
			return fmt.Errorf("a reminder for %v that nobody has asked for, or that came before", line.At)
		}
	}
	for i, line := range l.gather {
		if line.Total > ticks || i > 0 && line.Total-line.Count < l.gather[i-1].Total {
			return fmt.Errorf("of %d ticks, %+v are gathered behind %+v", ticks, line, l.gather[max(i-1, 0)])
		}
	}
	for i, line := range l.recent {
		if line.Total > ticks || i > 0 && line.Total == l.recent[i-1].Total {
			return fmt.Errorf("of %d ticks, %+v follows %+v", ticks, line, l.recent[max(i-1, 0)])
		}
	}
	return nil
}

func (l *keyLines) audit(ticks int64, reminders []runtime.Time, e extent) error {
	for i, line := range l.remind {
		if i >= len(reminders) || line.At != reminders[i] {
			return fmt.Errorf("reminder %d is for %v, of %v", i, line.At, reminders[:min(i+1, len(reminders))])
		}
	}
	quiet := int64(0)
	for i, line := range l.quiet {
		if i > 0 && line.At <= l.quiet[i-1].At {
			return fmt.Errorf("it is quiet until %v after %v", line.At, l.quiet[i-1].At)
		}
		quiet += line.Count
	}
	gathered := int64(0)
	for _, line := range l.gather {
		if gathered += line.Count; line.Total != gathered {
			return fmt.Errorf("%d ticks are gathered, yet the operator says %d", gathered, line.Total)
		}
	}
	for i, line := range l.recent {
		count, last := int64(1), timed.Line{}
		if i > 0 {
			if last = l.recent[i-1]; line.At.Sub(last.At) < timed.Kept {
				count = last.Count + 1
			}
		}
		if line.Total != last.Total+1 || line.Count != count {
			return fmt.Errorf("%+v follows %+v", line, last)
		}
	}
	if quiet > ticks || gathered > ticks || int64(len(l.recent)) > ticks {
		return fmt.Errorf("of %d ticks, %d were told when it was quiet, %d gathered and %d counted", ticks, quiet, gathered, len(l.recent))
	}
	if e == whole && (len(l.remind) < len(reminders) || quiet < ticks || gathered < ticks || int64(len(l.recent)) < ticks) {
		return fmt.Errorf("in the end, of %d ticks %d were told when it was quiet, %d gathered and %d counted, and there were %d of %d reminders",
			ticks, quiet, gathered, len(l.recent), len(l.remind), len(reminders))
	}
	return nil
}

// timedLines reads what is committed, by key.
func (s *schedule) timedLines() (map[string]*keyLines, error) {
	lines := map[string]*keyLines{}
	files, err := s.disk.ReadDir(s.out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name, ".") {
			continue
		}
		b, err := s.disk.ReadFile(path.Join(s.out, f.Name))
		if err != nil {
			return nil, err
		}
		for text := range bytes.Lines(b) {
			var line timed.Line
			if err := json.Unmarshal(text, &line); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", f.Name, text, err)
			}
			l := lines[line.Key]
			if l == nil {
				l = &keyLines{}
				lines[line.Key] = l
			}
			of := map[string]*[]timed.Line{"remind": &l.remind, "quiet": &l.quiet, "gather": &l.gather, "recent": &l.recent}[line.Kind]
			*of = append(*of, line)
		}
	}
	return lines, nil
}

// newTimedSchedule draws a story of the pipeline with timers.
func newTimedSchedule(seed uint64, parallelism int) *schedule {
	s := newSchedule(seed, parallelism)
	keys := 8
	if s.incremental {
		keys = 40 // else all of a key group changes at once, and is written whole
	}
	s.timed = &timedStory{ticks: drawTicks(s.random, keys)}
	for i := range s.fates {
		if s.fates[i].savepoints > 0 {
			s.fates[i].savepoints += 150 // as in newListSchedule: there are up to 15 subtasks
		}
	}
	return s
}

// TestTimedSchedules tells stories of timers in event time and in processing time, and of times to live.
func TestTimedSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		parallelism, n int
	}{{"1", 1, 200}, {"2x2", 2, 300}, {"rescaled at every start", 0, 300}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newTimedSchedule(seed, test.parallelism) })
			})
			f.log(t)
			all.add(f)
		})
	}
}

// TestEveryTimedStep lets a run with timers die at every single step, and goes on from what is left.
func TestEveryTimedStep(t *testing.T) {
	for _, parallelism := range []int{1, 2} {
		t.Run(fmt.Sprint("parallelism ", parallelism), func(t *testing.T) {
			t.Parallel()
			story := func(step int, power bool) *schedule {
				draw := func() *schedule {
					s := &schedule{random: rand.New(rand.NewPCG(7, uint64(parallelism))), disk: vfs.NewMem(), folder: "/checkpoints/Timed", out: "/out",
						corpus: shortText, parallelism: parallelism, retained: 1, retention: config.RetainOnCancellation}
					s.timed = &timedStory{ticks: drawTicks(s.random, 8)}
					for i, split := range s.timed.ticks {
						s.timed.ticks[i] = split[:min(len(split), 6)]
					}
					s.fates = []fate{{step: step, power: power}}
					s.fixed = func(c *config.Config) {
						steady(c)
						c.Checkpointing.Interval, c.Checkpointing.MaxConcurrent = 3*time.Millisecond, 2
					}
					return s
				}
				s := draw()
				if err := s.tell(); err != nil {
					again := draw()
					again.trace = &strings.Builder{}
					_ = again.tell()
					t.Fatalf("violation: crash at step %d (power: %v): %v\n%s", step, power, err, again.trace)
				}
				return s
			}
			calm := story(0, false)
			if calm.figures.checkpoints < 5 {
				t.Fatalf("the story has %d checkpoints, too few", calm.figures.checkpoints)
			}
			every := 1
			if testing.Short() {
				every = 5
			}
			for step := 1; step <= calm.steps; step += every {
				story(step, step%2 == 0)
			}
			t.Logf("%d steps, %d checkpoints", calm.steps, calm.figures.checkpoints)
		})
	}
}
