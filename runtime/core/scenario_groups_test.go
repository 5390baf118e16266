package core_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/file"
)

// A job is killed after a checkpoint of 12 key groups. A start with 8, which would merge some, is refused and changes nothing on the disk; one with 24, as one with what
// there was, goes on from the checkpoint, and in the end every item has come out once.
func TestScenario22AStartThatWouldMergeKeyGroupsIsRefused(t *testing.T) {
	byBothDrivers(t, 10, func(t *testing.T, run driver) {
		f := newFlow(topologyNamed("chain"), map[string][]int{"Items": {30, 20}})
		allowed := 5
		d := driven{config: often(), disk: vfs.NewMem(), folder: "/job", job: func(fs vfs.FS) runtime.Job {
			return f.make(parts{
				source: func(string) runtime.Source[topologies.Item] {
					return &items{name: "Items", lengths: f.sources["Items"], most: few, allowed: func(int) int { return allowed }}
				},
				lines:  file.JSONL[topologies.Line]("/out").On(fs),
				faults: f.faults,
			}).StreamgenJob()
		}}
		d.config.MaxParallelism = 12
		d.heard = func(e runtime.Event, c controls) {
			if e.Kind == runtime.EventCommitted {
				c.kill()
			}
		}
		require.NoError(t, run(t.Context(), d))

		d.config.MaxParallelism, d.heard, allowed = 8, nil, 100
		d.before = func(op vfs.Op, name string) error {
			if op.Changes() {
				return fmt.Errorf("%v %s", op, name)
			}
			return nil
		}
		require.ErrorContains(t, run(t.Context(), d), "was written with 12 key groups, which can only be split")

		d.config.MaxParallelism, d.before = 24, nil
		require.NoError(t, run(t.Context(), d))
		require.NoError(t, f.audit(d.disk, "/out", whole))
	})
}
