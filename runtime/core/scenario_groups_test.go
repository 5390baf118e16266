package core_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/core"
)

// A job is killed after a checkpoint of 12 key groups. A start with 8, which would merge some, is refused and changes nothing on the disk; one with 24, as one with what
// there was, goes on from the checkpoint, and in the end every item has come out once.
func TestScenario22AStartThatWouldMergeKeyGroupsIsRefused(t *testing.T) {
	fs, f := vfs.NewMem(), newFlow(topologyNamed("chain"), map[string][]int{"Items": {30, 20}})
	chain := func(fs vfs.FS) runtime.Job {
		return f.make(parts{
			source: func(string) runtime.Source[topologies.Item] {
				return &items{name: "Items", lengths: f.sources["Items"], most: few}
			},
			lines: file.JSONL[topologies.Line]("/out").On(fs), faults: f.faults,
		}).StreamgenJob()
	}
	c, committed := often(), false
	c.MaxParallelism = 12
	s := begun(t, chain(fs), c, fs, "/job", func(e runtime.Event) { committed = committed || e.Kind == runtime.EventCommitted })
	for !committed {
		require.True(t, s.Step())
	} // and it is killed

	c.MaxParallelism = 8
	unchanged := vfs.Inject(fs, func(op vfs.Op, name string) error {
		require.False(t, op.Changes(), "%v %s", op, name)
		return nil
	})
	_, err := core.Simulate(chain(unchanged), c, unchanged, "/job", rand.New(rand.NewPCG(1, 0)), nil)
	require.ErrorContains(t, err, "was written with 12 key groups, which can only be split")

	c.MaxParallelism = 24
	finish(t, begun(t, chain(fs), c, fs, "/job", nil))
	require.NoError(t, f.audit(fs, "/out", whole))
}
