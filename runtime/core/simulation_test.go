package core_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

var replay = flag.Int64("seed", -1, "the one seed whose schedule is told, with its whole trace")

// seeds calls test with every seed that is to be told: n of them, as many as STREAMGEN_SCHEDULES says, or the one of -seed.
func seeds(t *testing.T, n int, test func(seed uint64)) {
	seedsOfWeight(t, 1, n, test)
}

// seedsOfWeight does so with stories of which each takes as long as so many others, and tells fewer of them in proportion.
func seedsOfWeight(t *testing.T, weight, n int, test func(seed uint64)) {
	if *replay >= 0 {
		test(uint64(*replay))
		return
	}
	if s := os.Getenv("STREAMGEN_SCHEDULES"); s != "" {
		limit, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("STREAMGEN_SCHEDULES: %v", err)
		}
		n = limit
	}
	for seed := range uint64(max(1, n/weight)) {
		test(seed)
	}
}

// told tells a schedule, and again with its trace if it is violated: a seed always tells the same.
func told(t *testing.T, seed uint64, f *figures, draw func() *schedule) {
	t.Helper()
	s := draw()
	if *replay >= 0 {
		s.trace = &strings.Builder{}
	}
	err := s.tell()
	f.add(s.figures)
	if err == nil {
		if s.trace != nil {
			t.Logf("seed %d:\n%s", seed, s.trace)
		}
		return
	}
	if s.trace == nil {
		s = draw()
		s.trace = &strings.Builder{}
		if again := s.tell(); fmt.Sprint(again) != fmt.Sprint(err) {
			t.Fatalf("violation: seed %d: %v, yet told again: %v", seed, err, again)
		}
	}
	t.Fatalf("violation: seed %d (go test ./runtime/core -run '^%s$' -seed %d): %v\n%s", seed, t.Name(), seed, err, s.trace)
}

func TestRandomSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		parallelism, n int
	}{{"2x2", 2, 5000}, {"rescaled at every start", 0, 2000}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newSchedule(seed, test.parallelism) })
			})
			f.log(t)
			all.add(f)
		})
	}
}

// TestAtLeastOnce holds schedules without alignment to what that mode promises.
func TestAtLeastOnce(t *testing.T) {
	f := figures{began: time.Now()}
	seeds(t, 1000, func(seed uint64) {
		told(t, seed, &f, func() *schedule {
			s := newSchedule(seed, 0)
			s.mode = config.AtLeastOnce
			return s
		})
	})
	f.log(t)
	all.add(f)
}

// A mode decides whether what follows a barrier may be in its checkpoint, and so be counted again after a crash.
func TestTheModeSaysWhetherARecordMayCountTwice(t *testing.T) {
	for _, mode := range []config.Mode{config.ExactlyOnce, config.AtLeastOnce} {
		t.Run(mode.String(), func(t *testing.T) {
			doubled := false
			for seed := range uint64(1000) {
				s := newSchedule(seed, 2)
				s.fixed = set(t, "execution.checkpointing.mode", mode.String())
				if err := s.tell(); err != nil { // the story is audited as one that counts exactly once
					require.ErrorContains(t, err, "is counted")
					doubled = true
					break
				}
			}
			require.Equal(t, mode == config.AtLeastOnce, doubled)
		})
	}
}

// TestEveryCrashPoint lets a run die before and after every single operation of a story of several checkpoints, by a kill and by a loss of
// power, with snapshots in the manifest and in files, and with incremental ones.
func TestEveryCrashPoint(t *testing.T) {
	points, began := 0, time.Now()
	for _, test := range []struct {
		inline      int
		incremental bool
	}{{0, false}, {1000, false}, {0, true}} {
		story := func(op int, after, power bool) *schedule {
			draw := func() *schedule {
				s := &schedule{random: rand.New(rand.NewPCG(1, 1)), disk: vfs.NewMem(), folder: "/checkpoints/WordCount", out: "/out",
					corpus: shortText, parallelism: 2, retained: 1, retention: config.RetainOnCancellation}
				s.fates = []fate{{op: op, after: after, power: power}}
				if s.incremental = test.incremental; s.incremental {
					s.slow, s.corpus = true, richText(24)
				}
				s.fixed = func(c *config.Config) {
					c.Checkpointing.Interval, c.Checkpointing.InlineThreshold = time.Millisecond, test.inline
					c.Checkpointing.MaxConcurrent = 2
					steady(c)
				}
				return s
			}
			s := draw()
			if err := s.tell(); err != nil {
				again := draw()
				again.trace = &strings.Builder{}
				_ = again.tell()
				t.Fatalf("violation: crash at operation %d (after it: %v, power: %v, %+v): %v\n%s", op, after, power, test, err, again.trace)
			}
			return s
		}
		calm := story(0, false, false)
		if calm.figures.checkpoints < 3 {
			t.Fatalf("the story has %d checkpoints, too few", calm.figures.checkpoints)
		}
		resting := 0 // checkpoints that rest on others, when the run dies
		for op := 1; op <= calm.ops; op++ {
			for _, after := range []bool{false, true} {
				for _, power := range []bool{false, true} {
					resting += story(op, after, power).figures.resting
				}
			}
		}
		if resting == 0 && test.incremental {
			t.Fatal("no checkpoint rests on another")
		}
		points += calm.ops
		t.Logf("%+v: %d checkpoints, %d operations, %d times a checkpoint rested on others", test, calm.figures.checkpoints, calm.ops, resting)
	}
	t.Logf("no violation: all %d single crash points, each before and after it takes effect, by kill and by loss of power, in %v", points, time.Since(began))
	all.points += points
}

func TestEverySeedReplays(t *testing.T) {
	seeds(t, 200, func(seed uint64) {
		story := func() (string, error) {
			s := newSchedule(seed, 0)
			s.trace = &strings.Builder{}
			err := s.tell()
			return s.trace.String(), err
		}
		a, err := story()
		b, again := story()
		if a != b || fmt.Sprint(err) != fmt.Sprint(again) {
			t.Fatalf("seed %d tells two stories:\n%s\n--- and ---\n%s", seed, a, b)
		}
		all.replayed++
	})
}
