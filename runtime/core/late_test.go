package core_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// What is stored for a checkpoint that is given up is deleted, whether it comes before that or after.
func TestLateAcknowledgementsAreCleanedUp(t *testing.T) {
	given := 0
	for seed := range uint64(40) {
		disk := vfs.NewMem()
		c := config.Default()
		c.Parallelism = 2
		k := &c.Checkpointing
		k.Interval, k.Timeout, k.TolerableFailures, k.InlineThreshold, k.NumRetained = 3*time.Millisecond, 2500*time.Microsecond, 1000, 0, 3
		stored, published, failed := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
		fs := vfs.Inject(disk, func(op vfs.Op, name string) error {
			if _, id, ok := strings.Cut(name, "-checkpoint-"); ok && op == vfs.OpCreate {
				var n int64
				_, err := fmt.Sscanf(id, "%d-", &n)
				require.NoError(t, err)
				stored[n] = true
			}
			return nil
		})
		job := (&wordcount.WordCount{Lines: &paced{lengths: []byte{60, 60}}, Totals: collect.New[wordcount.Total]()}).StreamgenJob()
		var s *core.Simulation
		s, err := core.Simulate(job, c, fs, "/job", rand.New(rand.NewPCG(seed, 1)), func(e runtime.Event) {
			switch e.Kind {
			case runtime.EventPublished:
				published[e.Checkpoint] = true
			case runtime.EventCheckpointFailed:
				if failed[e.Checkpoint] = true; len(failed) == 12 {
					s.Request(runtime.Request{Kind: runtime.RequestStop, Reply: func(string, error) {}})
				}
			}
		})
		require.NoError(t, err)
		for s.Step() {
		}
		if _, err, _ := s.Outcome(); err != nil {
			continue // one may have been published unheard while the run failed
		}
		for id := range failed {
			if stored[id] {
				given++
			}
		}
		files, err := disk.ReadDir("/job/data")
		require.NoError(t, err)
		for _, f := range files {
			var epoch, id int64
			_, err := fmt.Sscanf(f.Name, "epoch-%d-checkpoint-%d-", &epoch, &id)
			require.NoError(t, err)
			if !published[id] {
				t.Fatalf("violation: seed %d: %s is left of a checkpoint that was given up", seed, f.Name)
			}
		}
	}
	require.Greater(t, given, 20, "too few were stored and given up for the test to say anything")
}
