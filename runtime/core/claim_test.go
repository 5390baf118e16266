package core_test

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// counting is a word count of many lines, whose totals are files.
func counting(fs vfs.FS, out string) runtime.Job {
	lines := strings.Split(strings.Repeat("the quick brown fox\n", 200), "\n")
	return (&wordcount.WordCount{Lines: function.Of(lines...), Totals: file.JSONL[wordcount.Total](out).On(fs)}).StreamgenJob()
}

// often is a configuration that takes checkpoints all the time.
func often() config.Config {
	c := config.Default()
	c.Parallelism = 2
	c.Checkpointing.Interval, c.Checkpointing.Retention = time.Millisecond, config.RetainOnCancellation
	return c
}

// begun is a job that runs in the simulation, each time with the same seed.
func begun(t *testing.T, j runtime.Job, c config.Config, fs vfs.FS, folder string, onEvent func(runtime.Event)) *core.Simulation {
	t.Helper()
	s, err := core.Simulate(j, c, fs, folder, rand.New(rand.NewPCG(1, 0)), onEvent)
	require.NoError(t, err)
	return s
}

// savepointOf takes a savepoint of a word count whose files are in dir, and which is killed then.
func savepointOf(t *testing.T, fs vfs.FS, dir string) (path string) {
	t.Helper()
	s := begun(t, counting(fs, dir+"/out"), often(), fs, dir+"/first", nil)
	s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(p string, err error) {
		require.NoError(t, err)
		path = p
	}})
	for path == "" {
		require.True(t, s.Step())
	}
	return path
}

// finish steps a job to its end.
func finish(t *testing.T, s *core.Simulation) {
	t.Helper()
	for s.Step() {
	}
	outcome, err, stuck := s.Outcome()
	require.NoError(t, err)
	require.False(t, stuck)
	require.Equal(t, runtime.Finished, outcome)
}

func TestTheClaimModeSaysWhoOwnsTheSavepoint(t *testing.T) {
	for _, mode := range []config.ClaimMode{config.NoClaim, config.Claim} {
		t.Run(mode.String(), func(t *testing.T) {
			fs := vfs.NewMem()
			c := often()
			saved := savepointOf(t, fs, "")
			set(t, "execution.state-recovery.path", saved, "execution.state-recovery.claim-mode", mode.String())(&c)
			restored := int64(0)
			finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) {
				if e.Kind == runtime.EventRestoring {
					restored = e.Checkpoint
				}
			}))
			require.EqualValues(t, 1, restored)
			_, err := fs.Stat(saved)
			if mode == config.Claim {
				require.ErrorIs(t, err, os.ErrNotExist)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// Without a claim a job needs the savepoint no more once it has a checkpoint of its own: the next start goes on from that.
func TestASavepointThatIsNotClaimedMayBeDeleted(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path = savepointOf(t, fs, "")
	committed := false
	s := begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) { committed = committed || e.Kind == runtime.EventCommitted })
	for !committed {
		require.True(t, s.Step())
	}
	entries, err := fs.ReadDir(c.Recovery.Path)
	require.NoError(t, err)
	for _, e := range entries {
		require.NoError(t, fs.Remove(c.Recovery.Path+"/"+e.Name))
	}
	require.NoError(t, fs.Remove(c.Recovery.Path))
	finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", nil))
}

// The number of a savepoint is not used again by the next start, which finds no link that has it: what that commits would count as committed before
// the savepoint.
func TestNumbersGoOnAfterASavepoint(t *testing.T) {
	for _, dir := range []string{"", "/savepoints"} {
		fs := vfs.NewMem()
		c := often()
		c.Checkpointing.Interval, c.Checkpointing.SavepointDir = 0, dir
		s := begun(t, counting(fs, "/out"), c, fs, "/job", nil)
		path := ""
		s.Request(runtime.Request{Kind: runtime.RequestSavepoint, Reply: func(p string, err error) {
			require.NoError(t, err)
			path = p
		}})
		for path == "" {
			require.True(t, s.Step())
		}
		published := int64(0)
		finish(t, begun(t, counting(fs, "/out"), c, fs, "/job", func(e runtime.Event) {
			if e.Kind == runtime.EventPublished {
				published = e.Checkpoint
			}
		}))
		require.EqualValues(t, 2, published, "violation: the number of a savepoint was used again")

		// So a start from it into the same output is refused.
		c.Recovery.Path = path
		_, err := core.Simulate(counting(fs, "/out"), c, fs, "/other", rand.New(rand.NewPCG(1, 0)), nil)
		require.ErrorContains(t, err, "is there already, committed after the savepoint")
	}
}

// Where the numbers of savepoints cannot be read there is no start: it might use one again.
func TestSavepointsWhoseNumbersAreNotKnown(t *testing.T) {
	fs := vfs.NewMem()
	path := savepointOf(t, fs, "")
	unreadable := vfs.Inject(fs, func(op vfs.Op, name string) error {
		if op == vfs.OpReadDir && name == filepath.Dir(path) {
			return syscall.EIO
		}
		return nil
	})
	_, err := core.Simulate(counting(fs, "/out"), often(), unreadable, "/first", rand.New(rand.NewPCG(1, 0)), nil)
	require.ErrorIs(t, err, syscall.EIO)
	require.ErrorContains(t, err, "list the savepoints in /first/savepoints, whose numbers are not to be used again")
	finish(t, begun(t, counting(fs, "/out"), often(), fs, "/first", nil))
}

// A job that had checkpoints before, which a cancel has deleted, does not use their numbers again, although it has claimed a savepoint with a lower one.
func TestNumbersGoOnAfterAClaim(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Checkpointing.Retention = config.DeleteOnCancellation
	saved := savepointOf(t, fs, "")
	last := int64(0)
	published := func(e runtime.Event) {
		if e.Kind == runtime.EventPublished {
			last = e.Checkpoint
		}
	}
	s := begun(t, counting(fs, "/cancelled"), c, fs, "/second-job", published)
	for last < 2 {
		require.True(t, s.Step())
	}
	s.Request(runtime.Request{Kind: runtime.RequestCancel, Reply: func(string, error) {}})
	for s.Step() {
	}
	before := last
	c.Recovery.Path, c.Recovery.ClaimMode = saved, config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed
	finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventPublished {
			require.Greater(t, e.Checkpoint, before)
		}
	}))
}

// Nor does one that goes on from a claimed savepoint use the number of another one that it has taken since.
func TestNumbersGoOnAfterASavepointBehindAClaim(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, ""), config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed, behind this savepoint
	require.NoError(t, fs.MkdirAll("/second-job/savepoints/savepoint-WordCount-7-3d094d5f"))
	finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventPublished {
			require.Greater(t, e.Checkpoint, int64(7), "violation: the number of a savepoint was used again")
		}
	}))
}

// Nor does one that begins anew use the number of the savepoint again, of which it may have committed the transactions.
func TestNumbersGoOnAfterAClaimWasGivenUp(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, ""), config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed
	c.Recovery = config.Recovery{Fresh: true}
	finish(t, begun(t, counting(fs, "/third"), c, fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventPublished {
			require.Greater(t, e.Checkpoint, int64(1))
		}
	}))
}

// A job that owns the savepoint goes on from it although the next start does not name it, as from a checkpoint of its own.
func TestAClaimedSavepointNeedNotBeNamedAgain(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, ""), config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed
	restored := int64(0)
	s := begun(t, counting(fs, "/second"), often(), fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventRestoring {
			restored = e.Checkpoint
		}
	})
	require.EqualValues(t, 1, restored)
	finish(t, s)
	_, err := fs.Stat(c.Recovery.Path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A job that began anew, and so has given the savepoint up that it owned, may go back to it as long as it is there.
func TestASavepointThatWasGivenUpCanBeClaimedAgain(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, ""), config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed
	fresh := often()
	fresh.Recovery.Fresh = true
	begun(t, counting(fs, "/third"), fresh, fs, "/second-job", nil) // and killed
	begun(t, counting(fs, "/fourth"), c, fs, "/second-job", nil)    // and killed
	_, err := fs.Stat(c.Recovery.Path + "/manifest")
	require.NoError(t, err, "violation: what the job is to go on from is gone")
	restored := int64(0)
	finish(t, begun(t, counting(fs, "/fourth"), c, fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventRestoring {
			restored = e.Checkpoint
		}
	}))
	require.EqualValues(t, 1, restored)
	_, err = fs.Stat(c.Recovery.Path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The same without a claim: it is the user's then.
func TestASavepointThatWasGivenUpCanBeRestoredWithoutAClaim(t *testing.T) {
	fs := vfs.NewMem()
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, fs, ""), config.Claim
	begun(t, counting(fs, "/second"), c, fs, "/second-job", nil) // and killed
	fresh := often()
	fresh.Recovery.Fresh = true
	begun(t, counting(fs, "/third"), fresh, fs, "/second-job", nil) // and killed
	c.Recovery.ClaimMode = config.NoClaim
	finish(t, begun(t, counting(fs, "/fourth"), c, fs, "/second-job", nil))
	_, err := fs.Stat(c.Recovery.Path)
	require.NoError(t, err, "violation: a savepoint of the user's is gone")
}

// The manifest of a savepoint stands for it, as its folder does.
func TestASavepointMayBeNamedByItsManifest(t *testing.T) {
	for _, mode := range []config.ClaimMode{config.NoClaim, config.Claim} {
		fs := vfs.NewMem()
		c := often()
		saved := savepointOf(t, fs, "")
		c.Recovery.Path, c.Recovery.ClaimMode = saved+"/manifest", mode
		require.NotContains(t, planned(t, fs, counting(fs, "/second"), c), "is not restored")
		finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", nil))
		_, err := fs.Stat(saved)
		require.Equal(t, mode == config.Claim, errors.Is(err, os.ErrNotExist))
	}
}

func TestARetainedCheckpointCannotBeClaimed(t *testing.T) {
	fs := vfs.NewMem()
	committed := false
	s := begun(t, counting(fs, "/out"), often(), fs, "/first", func(e runtime.Event) { committed = committed || e.Kind == runtime.EventCommitted })
	for !committed {
		require.True(t, s.Step())
	}
	entries, err := fs.ReadDir("/first/epoch-0000000001")
	require.NoError(t, err)
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = "/first/epoch-0000000001/"+entries[len(entries)-1].Name, config.Claim
	_, err = core.Simulate(counting(fs, "/second"), c, fs, "/second-job", rand.New(rand.NewPCG(1, 0)), nil)
	require.ErrorContains(t, err, "execution.state-recovery.path: "+c.Recovery.Path+" is a retained checkpoint, which its own job keeps and deletes: only a savepoint can be claimed")
	c.Recovery.ClaimMode = config.NoClaim
	require.Contains(t, planned(t, fs, counting(fs, "/second"), c), "WordCount would start from checkpoint "+c.Recovery.Path+", number 2, taken ")
	finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", nil))
}

// The folder of another job stands for the checkpoint that it goes on from.
func TestTheFolderOfAJobStandsForItsNewestCheckpoint(t *testing.T) {
	fs := vfs.NewMem()
	committed := int64(0)
	s := begun(t, counting(fs, "/out"), often(), fs, "/first", func(e runtime.Event) {
		if e.Kind == runtime.EventCommitted {
			committed = e.Checkpoint
		}
	})
	for committed < 2 {
		require.True(t, s.Step())
	}
	c := often()
	c.Recovery.Path, c.Recovery.ClaimMode = "/first", config.Claim
	_, err := core.Simulate(counting(fs, "/second"), c, fs, "/second-job", rand.New(rand.NewPCG(1, 0)), nil)
	require.ErrorContains(t, err, "execution.state-recovery.path: what the job in /first goes on from is a retained checkpoint, which its own job keeps and deletes")
	c.Recovery.ClaimMode = config.NoClaim
	require.Contains(t, planned(t, fs, counting(fs, "/second"), c), "WordCount would start from checkpoint /first, number 2, taken ")
	restored := int64(0)
	finish(t, begun(t, counting(fs, "/second"), c, fs, "/second-job", func(e runtime.Event) {
		if e.Kind == runtime.EventRestoring {
			restored = e.Checkpoint
		}
	}))
	require.EqualValues(t, 2, restored)

	c.Recovery.Path = "/"
	require.Contains(t, planned(t, fs, counting(fs, "/third"), c), "WordCount has finished")
	c.Recovery.Path, fs = "/nowhere", vfs.NewMem()
	require.Contains(t, planned(t, fs, counting(fs, "/third"), c), "WordCount would not start\n\nrefused: execution.state-recovery.path: savepoint: open /nowhere/manifest")
}

// A claim is found by whoever runs the job next, from whatever folder that is started: what the chain says is an absolute path.
func TestAClaimIsAnAbsolutePath(t *testing.T) {
	t.Chdir(t.TempDir())
	c := often()
	c.Checkpointing.Interval, c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = 0, config.FileSystem, "second-job", false
	c.Recovery.Path, c.Recovery.ClaimMode = savepointOf(t, vfs.OS(), "."), config.Claim
	require.False(t, filepath.IsAbs(c.Recovery.Path))
	outcome, err := counting(vfs.OS(), "second").Run(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.Equal(t, runtime.Finished, outcome)
	_, err = os.Stat(c.Recovery.Path)
	require.ErrorIs(t, err, os.ErrNotExist)
	head, err := chain.Look(vfs.OS(), "second-job", "WordCount")
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(head.Claimed.Path), head.Claimed.Path)
}
