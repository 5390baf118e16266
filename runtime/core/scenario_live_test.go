package core_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/generated_test/topologies"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/file"
	"github.com/streamgen/streamgen/runtime/core"
)

// liveRun is a run of a scenario with goroutines. A kill ends it in the middle of what it does: from then on no operation on the disk takes effect.
type liveRun struct {
	*scenario
	flow    *flow
	disk    *vfs.Mem
	history *history
	number  int
	disturb func(vfs.Op, string) error

	dead     atomic.Bool
	kill     context.CancelFunc
	requests chan runtime.Request
}

// live tells the scenario with goroutines. Its error says what does not hold.
func (sc *scenario) live(t *testing.T) (*history, error) {
	h, f, disk := newHistory(), sc.flow(), vfs.NewMem()
	var disturb func(vfs.Op, string) error
	if sc.disk != nil {
		disturb = h.guard(sc.disk())
	}
	for run := 1; ; run++ {
		h.begin(run)
		r := &liveRun{scenario: sc, flow: f, disk: disk, history: h, number: run, disturb: disturb, requests: make(chan runtime.Request, 1)}
		outcome, err := r.do(t.Context())
		if r.dead.Load() && sc.endings[run-1].power {
			disk = disk.Crash(rand.New(rand.NewPCG(uint64(run), 0)))
		}
		if core.IsDrained(err) {
			if f, err = f.drained(disk, "/checkpoints"); err != nil {
				return h, err
			}
			return h, errors.Join(f.audit(disk, "/out", whole), sc.audit(h))
		}
		finished := err == nil && outcome == runtime.Finished
		extent := soFar
		if finished {
			extent = whole
		}
		if err := f.audit(disk, "/out", extent); err != nil {
			return h, fmt.Errorf("run %d: %w", run, err)
		}
		if finished {
			return h, sc.audit(h)
		}
		if run > len(sc.endings)+1 {
			return h, fmt.Errorf("run %d does not come to the end: %v %w", run, outcome, err)
		}
		if sc.between != nil {
			if err := sc.between(disk); err != nil {
				return h, err
			}
		}
	}
}

// do runs the job until it ends or dies.
func (r *liveRun) do(ctx context.Context) (runtime.Outcome, error) {
	ctx, r.kill = context.WithCancel(ctx)
	defer r.kill()
	c := r.configure(r.number)
	c.Checkpointing.Storage, c.Checkpointing.Dir, c.Checkpointing.CreateSubdir = config.FileSystem, "/checkpoints", false
	fs := noting{vfs.Inject(r.disk, r.before), r.history}
	var lines runtime.Sink[topologies.Line] = file.JSONL[topologies.Line]("/out").On(fs)
	if r.throttle > 0 {
		lines = throttled(lines, func() { time.Sleep(r.throttle / 100) })
	}
	job := r.flow.make(parts{
		source: func(name string) runtime.Source[topologies.Item] {
			return &items{
				name: name, keys: r.keys, lengths: r.flow.sources[name], most: max(few, r.pace/8),
				allowed:    func(length int) int { return r.allowed(r.history, length) },
				disordered: r.flow.windows != nil, held: r.flow.holds, reads: r.flow.faults.Reads,
				opened: func() { r.history.opens(name) },
			}
		},
		lines:   lines,
		windows: file.JSONL[topologies.Window]("/out").On(fs),
		faults:  r.flow.faults,
		ear:     func() topologies.Ear { return r.history.newEar() },
		calls:   few,
	}).StreamgenJob()
	r.flow.job = job.Name()
	return job.Run(ctx, runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: fs, Requests: r.requests, OnEvent: r.heard})
}

func (r *liveRun) before(op vfs.Op, name string) error {
	switch {
	case r.dead.Load():
		return errDead
	case r.disturb != nil:
		return r.disturb(op, name)
	}
	return nil
}

// heard notes an event, and ends the run when its time has come.
func (r *liveRun) heard(e runtime.Event) {
	if r.flow.windows != nil && (e.Kind == runtime.EventRestoring || e.Kind == runtime.EventCommitted) {
		r.flow.look(r.disk, "/out")
	}
	n := r.history.heard(e)
	if r.number > len(r.endings) {
		return
	}
	switch end := r.endings[r.number-1]; {
	case end.kills(e.Kind, n):
		r.dead.Store(true)
		r.kill()
	case end.asks(e.Kind, n):
		r.requests <- runtime.Request{Kind: end.request(), Reply: r.history.stopped}
	}
}
