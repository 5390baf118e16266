package core_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/core"
)

// driven is a run of a job by either driver, for scenarios that look into what is between two runs. It ends by itself, or is killed: from then on
// nothing changes on its disk.
type driven struct {
	config config.Config
	disk   *vfs.Mem
	folder string
	job    func(fs vfs.FS) runtime.Job
	before func(vfs.Op, string) error        // every operation on the disk; nil: nothing is
	heard  func(e runtime.Event, c controls) // nil: nobody listens
}

// controls are what a listener can do to a run.
type controls struct {
	kill    func()
	request func(runtime.Request)
}

// driver runs a job until it ends or is killed. Of one that was killed there is no error.
type driver func(ctx context.Context, d driven) error

// byBothDrivers shows something by the simulation with a few seeds, and live.
func byBothDrivers(t *testing.T, seeds uint64, show func(t *testing.T, run driver)) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) {
		for seed := range seeds {
			show(t, simulatedDriver(rand.New(rand.NewPCG(seed, 7))))
		}
	})
	t.Run("live", func(t *testing.T) { show(t, liveDriver) })
}

func simulatedDriver(random *rand.Rand) driver {
	return func(_ context.Context, d driven) error {
		var s *core.Simulation
		killed := false
		fs := vfs.Inject(d.disk, d.operates)
		s, err := core.Simulate(d.job(fs), d.config, fs, d.folder, random, func(e runtime.Event) {
			if d.heard != nil {
				d.heard(e, controls{func() { killed = true }, func(r runtime.Request) { s.Request(r) }})
			}
		})
		if err != nil {
			return err
		}
		for !killed && s.Step() {
		}
		if killed {
			return nil
		}
		_, err, _ = s.Outcome()
		return err
	}
}

func liveDriver(ctx context.Context, d driven) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var dead atomic.Bool
	requests := make(chan runtime.Request, 1)
	fs := vfs.Inject(d.disk, func(op vfs.Op, name string) error {
		if dead.Load() {
			return errDead
		}
		return d.operates(op, name)
	})
	kill := func() {
		dead.Store(true)
		cancel()
	}
	_, err := d.job(fs).Run(ctx, runtime.Environment{
		Config: d.configured(), Logger: slog.New(slog.DiscardHandler), FS: fs, Requests: requests,
		OnEvent: func(e runtime.Event) {
			if d.heard != nil {
				d.heard(e, controls{kill, func(r runtime.Request) { requests <- r }})
			}
		},
	})
	if dead.Load() {
		return nil
	}
	return err
}

func (d driven) operates(op vfs.Op, name string) error {
	if d.before == nil {
		return nil
	}
	return d.before(op, name)
}

// configured is the configuration with where the checkpoints are, which the simulation is told by itself.
func (d driven) configured() config.Config {
	c := d.config
	c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = config.FileSystem, d.folder, false
	return c
}
