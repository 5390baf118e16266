package core_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/rounds"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// The last watermark waits until nothing circulates any more, calls in flight counted too; and the loop goes on until what its timers feed back
// has gone round, those too that are set meanwhile.
func TestALoopGoesOnBeforeAndAfterTheLastWatermark(t *testing.T) {
	const keys, each = 5, 8
	var tries []rounds.Try
	for i := range keys * each {
		tries = append(tries, rounds.Try{Key: fmt.Sprint("key", i%keys), At: runtime.Time(1_000_000 + i), Left: 1 + i%4})
	}
	for seed := range uint64(200) {
		random, sink := rand.New(rand.NewPCG(seed, 0)), collect.New[rounds.Done]()
		c := config.Default()
		c.Parallelism = 1 + random.IntN(3)
		c.Checkpointing.Interval, c.Checkpointing.Unaligned = 2*time.Millisecond, random.IntN(2) == 0
		job := (&rounds.Rounds{Tries: function.Of(tries...), Done: sink}).StreamgenJob()
		s, err := core.Simulate(job, c, vfs.NewMem(), "/job", random, nil)
		require.NoError(t, err)
		for s.Step() {
		}
		outcome, err, stuck := s.Outcome()
		require.NoError(t, err, "violation: seed %d", seed)
		require.False(t, stuck, "violation: seed %d", seed)
		require.Equal(t, runtime.Finished, outcome)
		before, after := map[string]int{}, map[string]int{}
		for _, done := range sink.Records() {
			if done.Timer {
				after[done.Key]++
				continue
			}
			before[done.Key]++
			require.Less(t, done.Watermark, runtime.MaxTime, "violation: seed %d: a try comes round behind the last watermark", seed)
		}
		for i := range keys {
			key := fmt.Sprint("key", i)
			require.Equal(t, each, before[key], "violation: seed %d: %s", seed, key)
			require.Equal(t, 2, after[key], "violation: seed %d: %s: the tries of its timers", seed, key)
		}
	}
}
