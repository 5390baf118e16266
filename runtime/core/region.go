package core

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// region is a set of tasks that edges join: what one of them sends can come to no task outside. So a checkpoint is consistent in each region by itself,
// and when a subtask fails, those of its region can go back to the newest complete checkpoint while all others go on: see master_regions.go.
//
// Flink's regions are finer where tasks are joined one to one: a source and a sink that run in parallel chains are a region for each pair of subtasks. Here they are one,
// since what a sink has left is aborted for all its subtasks at once.
type region struct {
	vertices []*vertexInfo
	members  []int // its subtasks, among all of the job
	life     regionLife
	started  int // of its subtasks, since the last launch
	open     int // of its subtasks that are not closed
	launch   *launch

	failure error         // of the last failure
	due     time.Duration // when it is to be launched again
	alarm   func()        // the driver's, for that and for subtasks that do not close; nil if there is none
}

// regionLife is what the subtasks of a region do.
type regionLife uint8

const (
	regionStarts regionLife = iota // not all have their state
	regionRuns                     // all have it
	regionCloses                   // one has failed, and all are to be closed
	regionWaits                    // all are closed, and are to be launched again
)

// isDown reports whether nothing counts that its subtasks say.
func (r *region) isDown() bool { return r.life == regionCloses || r.life == regionWaits }

// tasks names its tasks.
func (r *region) tasks() []string {
	var names []string
	for _, v := range r.vertices {
		names = append(names, v.name)
	}
	return names
}

// stopAlarm forgets when to look at the region again.
func (r *region) stopAlarm() {
	if r.alarm != nil {
		r.alarm()
		r.alarm = nil
	}
}

// launch is one start of the subtasks of a region: what they go on from, and how they hear that they are to end.
type launch struct {
	from   *restored
	splits splitPlan
	token  string          // names it to sinks
	ctx    context.Context // of commits and calls: it ends when they fail or are cancelled
	cancel context.CancelFunc
	done   chan struct{} // closed when they are to end: writers that block give up
	over   bool          // done is closed
}

func (a *attempt) newLaunch(from *restored, token string) *launch {
	l := &launch{from: from, token: token, done: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(a.ctx)
	return l
}

// end tells writers that block to give up.
func (l *launch) end() {
	if !l.over {
		l.over = true
		close(l.done)
	}
}

// pauses reports whether sources wait for the first checkpoint behind the launch.
func (l *launch) pauses(c config.Config) bool { return c.PauseSources && l.from.checkpoint != nil }

// regions are the sets of tasks that edges join, in the order of the job.
func (j *Job) regions() []*region {
	var regions []*region
	known := map[*vertexInfo]*region{}
	for _, v := range j.vertices {
		if known[v] != nil {
			continue
		}
		r := &region{}
		known[v] = r
		for joined := []*vertexInfo{v}; len(joined) > 0; joined = joined[1:] {
			for _, e := range j.edges {
				for _, next := range []*vertexInfo{e.from, e.to} {
					if (e.from == joined[0] || e.to == joined[0]) && known[next] == nil {
						known[next], joined = r, append(joined, next)
					}
				}
			}
		}
		regions = append(regions, r)
	}
	for _, v := range j.vertices {
		known[v].vertices = append(known[v].vertices, v)
	}
	return regions
}

// relaunch finds what a region that has failed goes on from, and settles its transactions, in the order in which a start does: first those are committed
// which that checkpoint holds, then whatever else its sinks have left is aborted. User code that panics in it is a failure like any other.
func (a *attempt) relaunch(r *region) (l *launch, err error) {
	l = a.newLaunch(a.newest(), token(a.env))
	cancel := l.cancel
	defer func() {
		if p := recover(); p != nil {
			l, err = nil, &PanicError{Operator: r.vertices[0].name, Err: fmt.Errorf("restart: %v", p), Stack: debug.Stack()}
		}
		if err != nil {
			cancel()
		}
	}()
	sinks := a.job.sinks(r.vertices)
	if _, err := a.commit(l.ctx, l.from, sinks); err != nil {
		return nil, err
	}
	if err := a.chain.Check(); err != nil {
		return nil, err // what another runner has prepared is not ours to abort
	}
	if err := a.abort(l.ctx, sinks); err != nil {
		return nil, err
	}
	if l.splits, err = planSplits(l.ctx, r.vertices, l.from); err != nil {
		return nil, err
	}
	return l, nil
}

// newest is the newest complete checkpoint of the run, what the run began with if there is none yet.
func (a *attempt) newest() *restored {
	head := a.chain.Head()
	if head.Checkpoint == nil || head.Status != checkpoint.Running {
		return a.from
	}
	return &restored{checkpoint: head.Checkpoint, committed: head.Committed, groups: a.env.groups, read: a.chain.ReadData}
}

// build makes the subtasks of a region and wires them. It returns all of the job, with these in their places.
func (a *attempt) build(r *region, l *launch) []*subtask {
	r.launch, r.life, r.started, r.open = l, regionStarts, 0, len(r.members)
	all := slices.Clone(a.subtasks())
	byVertex := map[*vertexInfo][]*subtask{}
	timeless, loops := a.job.timeless(), a.job.loops()
	next := 0
	for _, v := range r.vertices {
		inputOver := l.from.inputOver(a.job, v)
		for i := range v.parallelism {
			s := &subtask{index: r.members[next], run: a, region: r, launch: l, runner: v.newTask(), lane: a.env.newLane()}
			next++
			s.task = s.runner.task()
			s.task.info, s.task.subtask, s.task.env = v, i, a.env
			s.mailbox.hurried = &s.task.hurried
			s.task.counts = Counts{info: v, counts: make([]atomic.Int64, len(v.info.Operators))}
			s.align.blocks = a.env.config.Checkpointing.Mode == config.ExactlyOnce
			s.overtaking.enabled, s.overtaking.timeout = a.env.config.Checkpointing.Unaligned, a.env.config.Checkpointing.AlignedTimeout
			s.finished = l.from.finishedSubtask(v, i, inputOver)
			s.eventTime, s.timeless = v.info.Operators[0].eventTime, timeless[v]
			s.task.times = a.restoredTimes(l.from, v, i)
			s.paused = l.pauses(a.env.config)
			s.isSource = v.info.Operators[0].splits != nil
			if k := slices.IndexFunc(loops, func(loop []*vertexInfo) bool { return slices.Contains(loop, v) }); k >= 0 {
				s.loop = &loopMember{number: k}
			}
			if old := all[s.index]; old != nil {
				s.before = old.processed()
			}
			all[s.index] = s
			byVertex[v] = append(byVertex[v], s)
		}
	}
	for _, e := range a.job.edges {
		if senders := byVertex[e.from]; senders != nil {
			e.wire(senders, byVertex[e.to], a.env.groups)
		}
	}
	return all
}

// eventOf tells of a region that is restarted by itself.
func (a *attempt) eventOf(r *region, e runtime.Event) {
	e.Tasks = r.tasks()
	a.event(e)
}
