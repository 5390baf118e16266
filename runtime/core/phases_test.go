package core_test

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/core"
)

// Checkpoints that are given up at random moments have been held up in every phase that a subtask can be seen in between two steps: the
// synchronous part is within one, and so is storing.
func TestExpiredCheckpointsNameEveryPhase(t *testing.T) {
	slowest := regexp.MustCompile(`the slowest subtask is (\w+) \(\d/2\), ([a-z\- ]+?)( \(.*\))? for [0-9.µm]+s, with (\d+) bytes written`)
	phases, tasks, bytes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for seed := range uint64(60) {
		c := config.Default()
		c.Parallelism = 2
		k := &c.Checkpointing
		k.Interval, k.Timeout, k.TolerableFailures, k.InlineThreshold = time.Millisecond, time.Duration(1+seed%4)*time.Millisecond, 1000, 0
		random := rand.New(rand.NewPCG(seed, 1))
		disk := vfs.NewMem()
		job := (&relayed{lines: &texts{corpus: longText, random: random, most: 4}, totals: file.JSONL[wordcount.Total]("/out").On(disk)}).StreamgenJob()
		s, err := core.Simulate(job, c, disk, "/job", random, func(e runtime.Event) {
			if e.Kind == runtime.EventCheckpointFailed {
				if m := slowest.FindStringSubmatch(e.Err.Error()); m != nil {
					tasks[m[1]], phases[m[2]], bytes[m[4]] = true, true, true
				}
			}
		})
		require.NoError(t, err)
		for s.Step() {
		}
	}
	require.Equal(t, map[string]bool{"waiting for the barrier": true, "aligning": true, "pre-committing": true}, phases)
	require.Equal(t, map[string]bool{"Lines": true, "Words": true, "Count": true}, tasks)
	require.Greater(t, len(bytes), 5, "how much was written differs")
}
