package core_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/timed"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// Barriers that overtake find subtasks at watermarks that are far apart, and the next run deals out their key groups anew: often, and mostly before the
// watermark has come again to where it was. No key may see it go back, no tick may be late or come before the timers that were due, and every reminder comes
// once.
func TestNoKeySeesTheWatermarkGoBack(t *testing.T) {
	const runs = 12
	floors, again := 0, 0 // in the checkpoints that were restored, and those of them in the second checkpoint in a row
	seeds(t, 60, func(seed uint64) {
		fs, random, sink := vfs.NewMem(), rand.New(rand.NewPCG(seed, 0)), collect.New[timed.Line]()
		read := leapingTicks(random)
		c := config.Default()
		c.Checkpointing.Unaligned, c.MaxParallelism = true, 12
		violated := func(format string, values ...any) {
			t.Fatalf("violation: seed %d: "+format, append([]any{seed}, values...)...)
		}
		hadFloors := false
		for run := range runs {
			job := (&timed.Timed{
				Ticks:  &ticks{splits: read, random: random, most: 256},
				Remind: timed.Remind{Violated: violated}, Gather: timed.Gather{Violated: violated}, Lines: sink,
			}).StreamgenJob()
			if c.Parallelism = 1 + random.IntN(4); random.IntN(6) == 0 {
				c.MaxParallelism *= 2
			}
			c.Checkpointing.Interval, c.Checkpointing.Incremental = time.Duration(20+random.IntN(400))*time.Microsecond, random.IntN(2) == 0
			committed := 0
			s, err := core.Simulate(job, c, fs, "/job", random, func(e runtime.Event) {
				if e.Kind == runtime.EventCommitted {
					committed++
				}
			})
			if core.IsFinished(err) {
				break
			}
			require.NoError(t, err)
			until := 1 + random.IntN(2)
			for (run == runs-1 || committed < until) && s.Step() {
			}
			head, err := chain.Look(fs, "/job", "Timed")
			require.NoError(t, err)
			has := false
			for _, held := range head.Checkpoint.Subtasks {
				has = has || len(held.Floors) > 0
			}
			if has {
				floors++
				if hadFloors {
					again++
				}
			}
			hadFloors = has
		}
		auditReminders(t, seed, read, sink.Records())
	})
	t.Logf("%d of the checkpoints that were restored had floors, %d of them behind another one that had", floors, again)
	if *replay < 0 && again == 0 {
		t.Fatal("no floor stood in two checkpoints")
	}
}

// leapingTicks are ticks of many keys, whose time leaps now and then.
func leapingTicks(random *rand.Rand) [][]timed.Tick {
	splits := make([][]timed.Tick, 4)
	for i := range splits {
		at := runtime.Time(1000)
		for range 1500 {
			if at += runtime.Time(random.IntN(3)); random.IntN(100) == 0 {
				at += 100
			}
			splits[i] = append(splits[i], timed.Tick{Key: fmt.Sprint("key", random.IntN(60)), At: at, Reminders: random.IntN(3)})
		}
	}
	return splits
}

// auditReminders looks whether each reminder came once, and whether all ticks were told when their keys were quiet.
func auditReminders(t *testing.T, seed uint64, read [][]timed.Tick, lines []timed.Line) {
	t.Helper()
	type reminder struct {
		key string
		at  runtime.Time
	}
	missing, quiet := map[reminder]bool{}, map[string]int64{}
	for _, split := range read {
		for _, tick := range split {
			quiet[tick.Key]++
			for i := range tick.Reminders {
				missing[reminder{tick.Key, tick.At.Add(time.Duration(i+1) * timed.Every)}] = true
			}
		}
	}
	for _, line := range lines {
		switch line.Kind {
		case "remind":
			r := reminder{line.Key, line.At}
			require.True(t, missing[r], "violation: seed %d: a reminder that nobody has asked for, or that came before: %v", seed, r)
			delete(missing, r)
		case "quiet":
			quiet[line.Key] -= line.Count
		}
	}
	require.Empty(t, missing, "violation: seed %d: reminders that did not come", seed)
	for key, n := range quiet {
		require.Zero(t, n, "violation: seed %d: %s was not told", seed, key)
	}
}
