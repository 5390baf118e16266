package core_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// Some subtasks process records while others still start. What is asked of the job then is done once all have started, and not refused:
// who asks after the first output is there may think that the job runs.
func TestRequestsAreKeptUntilTheJobRuns(t *testing.T) {
	for _, test := range []struct {
		name    string
		kind    runtime.RequestKind
		outcome runtime.Outcome
	}{{"savepoint", runtime.RequestSavepoint, runtime.Finished}, {"stop", runtime.RequestStop, runtime.Stopped}} {
		t.Run(test.name, func(t *testing.T) {
			for seed := range uint64(20) {
				j := (&wordcount.WordCount{Lines: function.Of("a", "b"), Totals: collect.New[wordcount.Total]()}).StreamgenJob()
				s, err := core.Simulate(j, config.Default(), vfs.NewMem(), "/job", rand.New(rand.NewPCG(seed, 0)), nil)
				require.NoError(t, err)
				answers := 0
				s.Request(runtime.Request{Kind: test.kind, Reply: func(_ string, err error) {
					require.NoError(t, err)
					answers++
				}})
				for s.Step() {
				}
				outcome, err, stuck := s.Outcome()
				require.NoError(t, err)
				require.False(t, stuck)
				require.Equal(t, test.outcome, outcome)
				require.Equal(t, 1, answers)
			}
		})
	}
}
