package core_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// idling is what is left of word count when all but its source is gone.
type idling struct {
	core.Task
	lines core.SourcePort[string]
}

func (t *idling) Process(_ int, lines core.Records) {
	for range core.Rest[string](&t.Task, lines) {
	}
}
func (t *idling) Barrier(s *core.Snapshot) { s.Source("Lines", &t.lines) }
func (t *idling) Restore(r *core.Restore)  { r.Source("Lines", &t.lines) }

// A start from a savepoint of word count without the operator that counts is refused, unless its state may be dropped.
func TestStateThatNobodyTakesIsDroppedIfItMay(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path = savepointOf(t, fs, "")
	idle := func() runtime.Job {
		lines, j := function.Of[string](), core.NewJob("Idling")
		core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", lines)}}, func() *idling {
			return &idling{lines: core.NewSourcePort(lines)}
		})
		return j
	}
	_, err := core.Simulate(idle(), c, fs, "/idle-job", rand.New(rand.NewPCG(1, 0)), nil)
	require.ErrorContains(t, err, "set execution.state-recovery.ignore-unclaimed-state=true to drop it")
	set(t, "execution.state-recovery.ignore-unclaimed-state", "true")(&c)
	finish(t, begun(t, idle(), c, fs, "/idle-job", nil))
}

// The path latest is that of the job's own newest checkpoint, and of none if it has none.
func TestTheLatestCheckpointIsTheJobsOwn(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	set(t, "execution.state-recovery.path", "latest")(&c)
	restored, committed := int64(0), int64(0)
	heard := func(e runtime.Event) {
		switch e.Kind {
		case runtime.EventRestoring:
			restored = e.Checkpoint
		case runtime.EventCommitted:
			committed = e.Checkpoint
		}
	}
	s := begun(t, counting(fs, "/out"), c, fs, "/job", heard)
	require.Zero(t, restored)
	for committed == 0 {
		require.True(t, s.Step())
	}
	begun(t, counting(fs, "/out"), c, fs, "/job", heard)
	require.Equal(t, committed, restored)
}
