package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// attempt is one run of a job, from its start to its end or failure. A restart is a new one, which takes a new epoch and reads the
// chain, as another process would: there is one way to begin.
type attempt struct {
	job           *Job
	env           *environment
	fs            vfs.FS
	folder        string
	chain         *chain.Chain
	from          *restored // what it began with
	splits        splitPlan
	token         string
	nextID        int64
	transactional bool // there is a transactional sink
	regions       []*region
	members       atomic.Pointer[[]*subtask] // all of them, by index; those of a region are replaced when it is launched again
	master        *master
	last          atomic.Pointer[runtime.CheckpointProgress]
	ctx           context.Context // that of each launch is within it
	cancel        context.CancelFunc
	done          chan struct{} // closed when the run is to end
}

// subtasks are those that run now.
func (a *attempt) subtasks() []*subtask { return *a.members.Load() }

// errFinished says that the job had finished before.
var errFinished = errors.New("the job has finished")

// startError is a failure to start for which a restart is no remedy.
type startError struct{ err error }

func (e *startError) Error() string { return e.err.Error() }
func (e *startError) Unwrap() error { return e.err }

// begin takes the job's folder over and makes the subtasks of a run. The order matters:
//
//  1. Look whether the job can go on from the newest checkpoint, and refuse if not: nothing was changed yet.
//  2. Take the next epoch: from here on no earlier runner can complete a checkpoint. Find the checkpoint to go on from.
//  3. If it is a savepoint that the job is to own, record that.
//  4. Commit its transactions, since their checkpoint is complete, and record that they are committed.
//  5. Only then abort all other transactions: those of earlier runners that no checkpoint holds.
//     A stop with drain that had got as far as its checkpoint ends here.
//  6. Divide the splits and make the subtasks.
//
// User code that panics in it is a failure like any other.
func begin(ctx context.Context, j *Job, env *environment, fs vfs.FS, folder string, first bool) (run *attempt, err error) {
	defer func() {
		if r := recover(); r != nil {
			run, err = nil, &PanicError{Operator: j.name, Err: fmt.Errorf("start: %v", r), Stack: debug.Stack()}
		}
	}()
	a := &attempt{job: j, env: env, fs: fs, folder: folder, token: token(env), done: make(chan struct{})}
	a.ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	var planned *restored
	if first {
		if err := preflight(ctx, j, env, a); err != nil {
			return nil, err
		}
		planned = a.from
	}
	if a.chain, err = chain.Take(fs, folder, j.name); errors.Is(err, chain.ErrDamaged) {
		return nil, &startError{err}
	} else if err != nil {
		return nil, err
	}
	j.chain.Store(a.chain)
	a.chain.Keep(chain.Copies{
		Dirs: env.config.Checkpointing.LocalBackupDirs, Write: env.config.Checkpointing.LocalBackup, Read: env.config.Recovery.FromLocal,
		Warn: func(message string, err error) { env.logger.Warn(message, "error", err) },
	})
	if err := a.find(first && env.config.Recovery.Fresh); err != nil {
		return nil, err
	}
	switch {
	case a.from.claim != nil:
		if err := a.chain.Claim(*a.from.claim); err != nil {
			return nil, err
		}
	case a.from.saved != "" && !a.chain.Head().GoesOnFromClaimed():
		a.chain.Disown(a.from.checkpoint.ID, a.from.checkpoint.Triggered)
	}
	if path := a.unusedPath(); first && path != "" {
		env.logger.Warn("execution.state-recovery.path is not restored: the job goes on from its own checkpoint", "path", path, "checkpoint", a.from.checkpoint.ID)
	}
	if err := a.settle(ctx); err != nil {
		return nil, err
	}
	a.warnDropped()
	if why := a.withoutEffect(); first && why != "" {
		env.logger.Warn(why)
	}
	if err := a.endDrain(); err != nil {
		return nil, err
	}
	if planned == nil || !planned.isSame(a.from) {
		if a.splits, err = planSplits(ctx, j.vertices, a.from); err != nil {
			return nil, err
		}
	}
	a.assemble()
	return a, nil
}

// token draws the name of the run.
func token(env *environment) string {
	return fmt.Sprintf("%08x", uint32(env.random()*(1<<32)))
}

// find chooses what to restore. A fresh start forgets what the chain holds, but for the number of its newest checkpoint.
func (a *attempt) find(fresh bool) error {
	head := a.chain.Head()
	a.from = &restored{read: a.chain.ReadData}
	if err := a.choose(head, fresh); err != nil || !fresh {
		return err
	}
	return a.chain.Publish(checkpoint.Manifest{Job: a.job.name, Status: checkpoint.Cancelled, Committed: true, Checkpoint: numberOf(head.Checkpoint)})
}

// choose decides from the head of the chain what to restore and checks that the job can.
func (a *attempt) choose(head *checkpoint.Manifest, fresh bool) error {
	if err := a.pick(head, fresh); err != nil {
		return err
	}
	if err := errors.Join(a.from.check(a.job, a.env.config.Recovery.IgnoreUnclaimed), a.checkStates()); err != nil {
		return &startError{err}
	}
	return a.chooseGroups(a.env.config)
}

// pick decides from the head of the chain what to restore.
func (a *attempt) pick(head *checkpoint.Manifest, fresh bool) error {
	c := a.env.config
	newest, err := a.newestSavepoint() // number that was used
	if err != nil {
		return err
	}
	if head.Claimed != nil {
		newest = max(newest, head.Claimed.Newest, head.Claimed.ID)
	}
	if head.Checkpoint != nil {
		newest = max(newest, head.Checkpoint.ID)
	}
	switch {
	case fresh:
	case head.Status == checkpoint.Finished:
		return errFinished
	case head.Checkpoint != nil && head.Status != checkpoint.Cancelled:
		a.from.checkpoint, a.from.committed = head.Checkpoint, head.Committed
	case head.GoesOnFromClaimed():
		saved, err := chain.ReadClaimed(a.env.files, head.Claimed)
		if err != nil {
			return &startError{err}
		}
		a.from = fromSavepoint(saved, head.Claimed.Path)
	case c.Recovery.Path == config.LatestCheckpoint:
		return &startError{fmt.Errorf("execution.state-recovery.path is %s, but there is no checkpoint in %s: name a savepoint, or leave it out to start from nothing",
			config.LatestCheckpoint, a.folder)}
	case c.Recovery.Path != "":
		saved, path, err := readSaved(a.env.files, c.Recovery)
		if err != nil {
			return &startError{fmt.Errorf("execution.state-recovery.path: %w", err)}
		}
		a.from = fromSavepoint(saved, path)
		if c.Recovery.ClaimMode == config.Claim {
			from := a.from.checkpoint
			a.from.claim = &checkpoint.Claim{Path: path, ID: from.ID, Triggered: from.Triggered, Newest: newest}
		}
	}
	if err := a.refuseDrained(head); err != nil {
		return err
	}
	if a.from.checkpoint != nil {
		newest = max(newest, a.from.checkpoint.ID)
	}
	a.nextID = newest + 1
	return nil
}

// unusedPath is the path that was said to be restored, if the job goes on from its own checkpoint instead, "" otherwise.
func (a *attempt) unusedPath() string {
	path := a.env.config.Recovery.Path
	switch {
	case path == "", path == config.LatestCheckpoint, a.from.checkpoint == nil, a.from.saved == path, a.from.saved == filepath.Dir(path):
		return ""
	case a.from.saved == "" && filepath.Clean(path) == filepath.Clean(a.folder): // it stands for that checkpoint
		return ""
	}
	return path
}

// readSaved reads a savepoint by its folder, or by the manifest in that, or a retained checkpoint by its manifest, or the newest one of another job by its folder. It
// returns the path of what it has read.
func readSaved(fs vfs.FS, r config.Recovery) (s *chain.Savepoint, path string, err error) {
	path = r.Path
	info, err := fs.Stat(path)
	isFile := err == nil && !info.IsDir
	if isFile && filepath.Base(path) == chain.SavepointManifest {
		isFile, path = false, filepath.Dir(path)
	}
	isJob, what := false, path
	if err == nil && !isFile {
		if isJob, err = chain.IsJobFolder(fs, path); err != nil {
			return nil, path, err
		}
	}
	if isJob {
		what = "what the job in " + path + " goes on from"
	}
	switch {
	case (isFile || isJob) && r.ClaimMode == config.Claim:
		return nil, path, fmt.Errorf("%s is a retained checkpoint, which its own job keeps and deletes: only a savepoint can be claimed "+
			"(execution.state-recovery.claim-mode=NO_CLAIM restores it all the same)", what)
	case isFile:
		s, err = chain.ReadCheckpoint(fs, path)
	case isJob:
		s, err = chain.ReadNewest(fs, path)
	default:
		s, err = chain.ReadSavepoint(fs, path)
	}
	return s, path, err
}

// fromSavepoint is what a start from a savepoint, or from a checkpoint of another folder, goes on from.
func fromSavepoint(s *chain.Savepoint, path string) *restored {
	return &restored{checkpoint: s.Manifest.Checkpoint, committed: s.Manifest.Committed, saved: path, retained: s.Retained, read: s.ReadData}
}

// withoutEffect says that no records in flight are dropped, though a checkpoint is named whose are to be; "" if none is, or it is the one that is restored.
func (a *attempt) withoutEffect() string {
	without := a.env.config.Recovery.WithoutChannelState
	const key = "execution.state-recovery.without-channel-state.checkpoint-id"
	switch {
	case without < 0 || a.from.dropsInFlight(without):
		return ""
	case a.from.checkpoint == nil:
		return fmt.Sprintf("%s is %d, which has no effect: no checkpoint is restored", key, without)
	}
	return fmt.Sprintf("%s is %d, which has no effect: checkpoint %d is restored, with its records in flight", key, without, a.from.checkpoint.ID)
}

// assemble makes the master and every region with its subtasks.
func (a *attempt) assemble() {
	a.regions = a.job.regions()
	a.transactional = len(a.job.sinks(a.job.vertices)) > 0
	n := 0
	for _, v := range a.job.vertices {
		r := a.regions[slices.IndexFunc(a.regions, func(r *region) bool { return slices.Contains(r.vertices, v) })]
		for range v.parallelism {
			r.members = append(r.members, n)
			n++
		}
	}
	all := make([]*subtask, n)
	if before := a.job.current.Load(); before != nil { // the job is restarted: these are closed, and what they have counted goes on
		copy(all, before.subtasks())
		a.last.Store(before.last.Load())
	}
	a.members.Store(&all)
	for _, r := range a.regions {
		l := a.newLaunch(a.from, a.token)
		l.splits = a.splits
		all := a.build(r, l)
		a.members.Store(&all)
	}
	a.master = newMaster(a)
}

// actors are all that the driver steps at the start, the master last.
func (a *attempt) actors() []actor {
	var actors []actor
	for _, s := range a.subtasks() {
		actors = append(actors, s)
	}
	return append(actors, a.master)
}

func (a *attempt) newRestore(s *subtask) *Restore {
	return &Restore{
		task: s.task, subtask: s, from: s.launch.from, splits: s.launch.splits, attempt: s.launch.token,
		states: map[string][]checkpoint.TakenState{}, readers: map[*checkpoint.Subtask]*snapshotFiles{},
		ignoring: a.env.config.Recovery.IgnoreUnclaimed, edges: a.job.edgesInto(s.task.info),
		withoutInFlight: a.env.config.Recovery.WithoutChannelState,
	}
}

func (a *attempt) event(e runtime.Event) {
	if a.env.onEvent != nil {
		a.env.onEvent(e)
	}
}

// writeSavepoint copies a checkpoint into a folder of its own.
func (a *attempt) writeSavepoint(c *checkpoint.Checkpoint) (string, error) {
	folder := a.savepointsFolder()
	if folder == "" {
		return "", errors.New("there is no folder for savepoints: set execution.checkpointing.savepoint-dir")
	}
	dir := filepath.Join(folder, a.savepointName(c.ID))
	head := a.chain.Head()
	m := checkpoint.Manifest{Job: a.job.name, Epoch: head.Epoch, Sequence: head.Sequence, Checkpoint: c}
	return dir, chain.WriteSavepoint(a.env.files, dir, m, a.chain.ReadData)
}

// inMemory reports whether checkpoints end with the process.
func (a *attempt) inMemory() bool { return a.env.config.Checkpointing.Storage == config.JobManager }

// numberOf is what is left of a checkpoint that is not to be restored: its number, so that those of later ones go on from it.
func numberOf(c *checkpoint.Checkpoint) *checkpoint.Checkpoint {
	if c == nil {
		return nil
	}
	return &checkpoint.Checkpoint{ID: c.ID, Kind: c.Kind, Triggered: c.Triggered, Duration: c.Duration, KeyGroups: c.KeyGroups}
}

// deleteCheckpoints forgets every checkpoint of a job that ended, if its retention says so. The chain is that which the job took last, be it for a start that
// has failed.
func (j *Job) deleteCheckpoints(logger *slog.Logger) {
	c := j.chain.Load()
	err := c.Publish(checkpoint.Manifest{Job: j.name, Status: checkpoint.Cancelled, Committed: true, Checkpoint: numberOf(c.Head().Checkpoint)})
	if err == nil {
		err = c.Collect(0)
	}
	if err != nil {
		logger.Warn("the job's checkpoints could not be deleted", "error", err)
	}
}
