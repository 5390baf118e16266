package core_test

import (
	"bytes"
	iofs "io/fs"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
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

// The path latest is that of the job's own newest checkpoint. Without one there is nothing to go on from, and nothing is touched.
func TestTheLatestCheckpointIsTheJobsOwn(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	restored, committed := int64(0), int64(0)
	heard := func(e runtime.Event) {
		switch e.Kind {
		case runtime.EventRestoring:
			restored = e.Checkpoint
		case runtime.EventCommitted:
			committed = e.Checkpoint
		}
	}
	latest := c
	set(t, "execution.state-recovery.path", "latest")(&latest)
	_, err := core.Simulate(counting(fs, "/out"), latest, fs, "/job", rand.New(rand.NewPCG(1, 0)), heard)
	const refused = "execution.state-recovery.path is latest, but there is no checkpoint in /job: name a savepoint, or leave it out to start from nothing"
	require.EqualError(t, err, refused)
	_, err = fs.Stat("/job")
	require.ErrorIs(t, err, iofs.ErrNotExist)
	plan := latest
	require.Contains(t, planned(t, fs, counting(fs, "/out"), plan), "refused: execution.state-recovery.path is latest, but there is no checkpoint in /second-job")

	s := begun(t, counting(fs, "/out"), c, fs, "/job", heard)
	for committed == 0 {
		require.True(t, s.Step())
	}
	begun(t, counting(fs, "/out"), latest, fs, "/job", heard)
	require.Equal(t, committed, restored)
}

// A savepoint that is not restored, since the job has checkpoints of its own, is not passed over in silence.
func TestASavepointThatIsNotRestoredIsWarnedOf(t *testing.T) {
	saved := savepointOf(t, vfs.OS(), t.TempDir())
	for _, test := range []struct {
		path          string
		begun, warned bool
	}{
		{saved, false, false},
		{saved, true, true},
		{"latest", true, false},
		{"", true, false},
		{"its own folder", true, false}, // which stands for the newest checkpoint in it
	} {
		dir := t.TempDir()
		if test.path == "its own folder" {
			test.path = dir + "/job/"
		}
		if test.begun { // and killed
			committed := false
			s := begun(t, counting(vfs.OS(), dir+"/out"), often(), vfs.OS(), dir+"/job", func(e runtime.Event) { committed = committed || e.Kind == runtime.EventCommitted })
			for !committed {
				require.True(t, s.Step())
			}
		}
		c := often()
		c.Recovery.Path = test.path
		c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = config.FileSystem, dir+"/job", false
		var log bytes.Buffer
		_, err := counting(vfs.OS(), dir+"/out").Run(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		require.NoError(t, err)
		warning := `level=WARN msg="execution.state-recovery.path is not restored: the job goes on from its own checkpoint" path=` + test.path
		require.Equal(t, test.warned, strings.Contains(log.String(), warning), log.String())
	}
}
