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
	byBothDrivers(t, 10, func(t *testing.T, run driver) {
		for _, named := range []bool{true, false} {
			d := driven{config: often(), disk: vfs.NewMem(), folder: "/first"}
			f := newFlow(topologyNamed("chain"), map[string][]int{"Items": {30, 20}})
			// reading says how many items are read of each split.
			reading := func(allowed int) {
				d.job = func(fs vfs.FS) runtime.Job {
					source := &items{name: "Items", lengths: f.sources["Items"], most: few, allowed: func(int) int { return allowed }}
					return f.make(parts{
						source: func(string) runtime.Source[topologies.Item] { return source },
						lines:  file.JSONL[topologies.Line]("/out").On(fs), faults: f.faults,
					}).StreamgenJob()
				}
			}

			reading(5)
			d.heard = func(e runtime.Event, c controls) {
				if e.Kind == runtime.EventCommitted && e.Checkpoint == 2 {
					c.request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(path string, err error) {
						d.config.Recovery.Path = path
						c.kill()
					}})
				}
			}
			require.NoError(t, run(t.Context(), d))
			require.NotEmpty(t, d.config.Recovery.Path)

			reading(12)
			d.folder = "/second"
			committed, restored := int64(0), int64(0)
			d.heard = func(e runtime.Event, c controls) {
				if e.Kind == runtime.EventCommitted {
					committed = e.Checkpoint
					c.kill()
				}
			}
			require.NoError(t, run(t.Context(), d))
			require.NotZero(t, committed)
			files, err := d.disk.ReadDir(d.config.Recovery.Path)
			require.NoError(t, err)
			for _, f := range files {
				require.NoError(t, d.disk.Remove(path.Join(d.config.Recovery.Path, f.Name)))
			}
			require.NoError(t, d.disk.Remove(d.config.Recovery.Path))

			if !named {
				d.config.Recovery.Path = ""
			}
			reading(100)
			d.heard = func(e runtime.Event, _ controls) {
				if e.Kind == runtime.EventRestoring {
					restored = e.Checkpoint
				}
			}
			require.NoError(t, run(t.Context(), d))
			require.Equal(t, committed, restored)
			require.NoError(t, f.audit(d.disk, "/out", whole))
		}
	})
}
