package core_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/generated_test/timed/apart"
	"github.com/streamgen/streamgen/generated_test/timed/chained"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// A source that calls an operator now which had a task of its own is far ahead of what was in flight to that: thousands of ticks. None of them may
// come behind the watermark in a task further down, neither when they enter nor in a checkpoint that is taken before all have, whichever program
// goes on from that.
func TestWhatEntersIsNotLate(t *testing.T) {
	var read [][]timed.Tick
	for i := range 6000 {
		if i%2000 == 0 {
			read = append(read, nil)
		}
		split := &read[len(read)-1]
		*split = append(*split, timed.Tick{Key: fmt.Sprint("key", i%3), At: runtime.Time(1000 + i%2000*5)})
	}
	seeds(t, 100, func(seed uint64) {
		fs, random, sink := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0)), collect.New[timed.Line]()
		c := config.Default()
		c.Parallelism, c.Checkpointing.Unaligned = 1, true
		violated := func(format string, values ...any) {
			t.Fatalf("violation: seed %d: "+format, append([]any{seed}, values...)...)
		}
		for run := range 8 {
			source := &ticks{splits: read, random: random, most: 256}
			remind, gather := timed.Remind{Violated: violated}, timed.Gather{Violated: violated}
			job := (&apart.Timed{Ticks: source, Remind: remind, Gather: gather, Lines: sink}).StreamgenJob()
			c.Checkpointing.Interval = time.Millisecond
			until := 1 + random.IntN(4) // the end of the run, in checkpoints
			if run%2 == 1 {
				job = (&chained.Timed{Ticks: source, Remind: remind, Gather: gather, Lines: sink}).StreamgenJob()
				c.Checkpointing.Interval, until = 200*time.Microsecond, 1 // it may not have taken yet what enters
			}
			committed := 0
			s, err := core.Simulate(job, c, fs, "/job", random, func(e runtime.Event) {
				if e.Kind == runtime.EventCommitted {
					committed++
				}
			})
			require.NoError(t, err)
			for (run == 7 || committed < until) && s.Step() {
			}
		}
	})
}
