package core_test

import (
	"path"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// A chain begins with a savepoint that stays the user's, reads on, takes a checkpoint and is killed; the savepoint is deleted. The next start goes on
// from the checkpoint, whether it names the savepoint or not, and in the end every item has come out once.
func TestScenario19ASavepointThatIsNotClaimedCanBeDeleted(t *testing.T) {
	for _, named := range []bool{true, false} {
		fs, f := vfs.NewMem(), newFlow(topologyNamed("chain"), map[string][]int{"Items": {30, 20}})
		// chain reads so many items of each split.
		chain := func(allowed int) runtime.Job {
			source := &items{name: "Items", lengths: f.sources["Items"], most: few, allowed: func(int) int { return allowed }}
			return f.make(parts{
				source: func(string) runtime.Source[topologies.Item] { return source },
				lines:  file.JSONL[topologies.Line]("/out").On(fs), faults: f.faults,
			}).StreamgenJob()
		}

		c := often()
		c.Checkpointing.Interval = 0
		s := begun(t, chain(5), c, fs, "/first", nil)
		for range 100 {
			s.Step()
		}
		s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(path string, err error) {
			require.NoError(t, err)
			c.Recovery.Path = path
		}})
		for c.Recovery.Path == "" {
			require.True(t, s.Step())
		} // and it is killed

		committed, restored := int64(0), int64(0)
		c.Checkpointing.Interval = often().Checkpointing.Interval
		s = begun(t, chain(12), c, fs, "/second", func(e runtime.Event) {
			if e.Kind == runtime.EventCommitted {
				committed = e.Checkpoint
			}
		})
		for committed == 0 {
			require.True(t, s.Step())
		}
		files, err := fs.ReadDir(c.Recovery.Path)
		require.NoError(t, err)
		for _, f := range files {
			require.NoError(t, fs.Remove(path.Join(c.Recovery.Path, f.Name)))
		}
		require.NoError(t, fs.Remove(c.Recovery.Path))

		if !named {
			c.Recovery.Path = ""
		}
		finish(t, begun(t, chain(100), c, fs, "/second", func(e runtime.Event) {
			if e.Kind == runtime.EventRestoring {
				restored = e.Checkpoint
			}
		}))
		require.Equal(t, committed, restored)
		require.NoError(t, f.audit(fs, "/out", whole))
	}
}
