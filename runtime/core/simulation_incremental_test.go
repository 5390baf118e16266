package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

// newIncrementalSchedule draws a story with incremental checkpoints of so many words that a checkpoint changes few of them. In half of the stories words are
// forgotten and counted anew.
func newIncrementalSchedule(seed uint64, parallelism int) *schedule {
	s := newSchedule(seed, parallelism)
	s.incremental, s.slow = true, true
	s.corpus = richText(36 + 24*s.random.IntN(4))
	if s.random.IntN(2) == 0 {
		s.relayed, s.cycle = true, 2+s.random.IntN(4)
	}
	for i := range s.fates {
		s.fates[i].op *= 1 + s.random.IntN(4)
		s.fates[i].step *= 1 + s.random.IntN(4)
		s.fates[i].overtaken *= 1 + s.random.IntN(4)
	}
	s.fixed = func(c *config.Config) {
		c.Checkpointing.Interval = time.Millisecond + time.Duration(s.random.IntN(int(2*time.Millisecond)))
	}
	return s
}

// TestIncrementalSchedules tells stories of checkpoints that hold only what changed, and rest on others.
func TestIncrementalSchedules(t *testing.T) {
	for _, test := range []struct {
		name           string
		parallelism, n int
	}{{"2x2", 2, 600}, {"rescaled at every start", 0, 300}} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule { return newIncrementalSchedule(seed, test.parallelism) })
			})
			f.log(t)
			t.Logf("%d times a retained checkpoint was found that rests on others", f.resting)
			all.add(f)
			if f.resting == 0 && *replay < 0 {
				t.Fatal("no checkpoint rests on another")
			}
		})
	}
}

// Checkpoints rest on others only if they may hold no more than what changed.
func TestWhatLetsCheckpointsRestOnOthers(t *testing.T) {
	for _, incremental := range []string{"false", "true"} {
		t.Run(incremental, func(t *testing.T) {
			resting := 0
			for seed := range uint64(20) {
				s := newIncrementalSchedule(seed, 2)
				drawn := s.fixed
				s.fixed = func(c *config.Config) {
					drawn(c)
					c.Checkpointing.Incremental = false
					set(t, "execution.checkpointing.incremental", incremental)(c)
				}
				require.NoError(t, s.tell())
				resting += s.figures.resting
			}
			require.Equal(t, incremental == "true", resting > 0, "%d checkpoints rest on others", resting)
		})
	}
}
