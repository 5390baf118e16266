package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
)

// Job is a pipeline's tasks and the edges between them. Generated code makes it and hands it to the runtime, which runs it once.
type Job struct {
	name     string
	vertices []*vertexInfo
	edges    []*edge
	ports    []port
	current  atomic.Pointer[attempt]
	chain    atomic.Pointer[chain.Chain] // that the last attempt took
}

// NewJob returns a job without tasks. Name is the pipeline's type.
func NewJob(name string) *Job { return &Job{name: name} }

// TaskInfo says what a task runs.
type TaskInfo struct {
	// Operators are those of the chain, its head first.
	Operators []Operator
	// Parallelism is that of the pipeline's tags, 0 if they say nothing.
	Parallelism int
}

// Vertex is a task of a job, with the type of what runs it.
type Vertex[T Runner] struct{ *vertexInfo }

// vertexInfo is what the core knows of a task.
type vertexInfo struct {
	name        string // the uid of its head
	info        TaskInfo
	parallelism int // under the configuration: see Job.resolve
	entries     []entry
	newTask     func() Runner
}

// AddTask adds a task. NewTask is called for each subtask.
func AddTask[T Runner](j *Job, info TaskInfo, newTask func() T) *Vertex[T] {
	v := &vertexInfo{name: info.Operators[0].uid, info: info, newTask: func() Runner { return newTask() }}
	j.vertices = append(j.vertices, v)
	return &Vertex[T]{v}
}

// Name is the pipeline's type.
func (j *Job) Name() string { return j.name }

// operator finds an operator by its uid.
func (j *Job) operator(uid string) (Operator, *vertexInfo, bool) {
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			if o.uid == uid {
				return o, v, true
			}
		}
	}
	return Operator{}, nil, false
}

// resolve gives every task its parallelism, and finds what a pipeline lacks and what it does not go together with.
func (j *Job) resolve(c config.Config) error {
	var errs []error
	for _, p := range j.ports {
		errs = append(errs, p.check(j.name))
	}
	for _, v := range j.vertices {
		v.parallelism = c.Parallelism
		if v.info.Parallelism > 0 {
			v.parallelism = v.info.Parallelism
		}
		by := ""
		for _, o := range v.info.Operators {
			if o.missing {
				errs = append(errs, fmt.Errorf("pipeline %s: %s %s is nil: set the field before the pipeline is run", j.name, o.kind, o.uid))
			}
			if o.err != nil && !o.missing {
				errs = append(errs, fmt.Errorf("pipeline %s: source %s: %w", j.name, o.uid, o.err))
			}
			if o.async != nil && o.async.err != nil {
				errs = append(errs, fmt.Errorf("pipeline %s: operator %s: %w", j.name, o.uid, o.async.err))
			}
			if o.guarantee == runtime.Transactional && o.transactions == nil {
				errs = append(errs, fmt.Errorf("pipeline %s: sink %s says %s, but it has no Commit, Abort and Occupied: "+
					"one that wraps another sink must have them too", j.name, o.uid, o.guarantee))
			}
			n, ok := c.Parallelisms[o.uid]
			if !ok {
				continue
			}
			if by != "" && n != v.parallelism {
				errs = append(errs, fmt.Errorf("%s and %s run in one task, yet parallelism.%s=%d and parallelism.%s=%d: "+
					`tag the edge between them edge:"rebalance" to part them`, by, o.uid, by, v.parallelism, o.uid, n))
			}
			v.parallelism, by = n, o.uid
		}
		if v.parallelism < 1 || v.parallelism > maxParallelism {
			errs = append(errs, fmt.Errorf("parallelism of %s is %d: it must lie between 1 and %d", v.name, v.parallelism, maxParallelism))
		}
	}
	for _, e := range j.edges {
		if e.partition == Forward && e.from.parallelism != e.to.parallelism {
			errs = append(errs, fmt.Errorf(`parallelism: the edge from %s (%d) to %s (%d) is tagged edge:"forward", which needs the same on both sides`,
				e.from.name, e.from.parallelism, e.to.name, e.to.parallelism))
		}
	}
	var uids []string
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			uids = append(uids, o.uid)
		}
	}
	if err := c.CheckOperators(uids); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, j.checkLoops(c.Checkpointing), j.checkTransactions(c.Checkpointing))...)
}

// edgesInto are those that lead to a task.
func (j *Job) edgesInto(v *vertexInfo) []*edge {
	var edges []*edge
	for _, e := range j.edges {
		if e.to == v {
			edges = append(edges, e)
		}
	}
	return edges
}

// Graph describes the job under a configuration.
func (j *Job) Graph(c config.Config) (runtime.Graph, error) {
	err := j.resolve(c)
	g := runtime.Graph{Pipeline: j.name}
	for _, v := range j.vertices {
		t := runtime.GraphTask{Name: v.name, Parallelism: v.parallelism}
		for i, o := range v.info.Operators {
			t.Operators = append(t.Operators, o.uid)
			for _, from := range o.from {
				kind := "chained"
				if i == 0 {
					kind = j.partition(from, v).String()
				}
				g.Edges = append(g.Edges, runtime.GraphEdge{From: from, To: o.uid, Kind: kind})
			}
			for _, from := range o.loops {
				g.Edges = append(g.Edges, runtime.GraphEdge{From: from, To: o.uid, Kind: "loop"})
			}
		}
		g.Tasks = append(g.Tasks, t)
	}
	regions := j.regions()
	if c.Failover == config.FullFailover {
		regions = []*region{{vertices: j.vertices}}
	}
	for _, r := range regions {
		g.Regions = append(g.Regions, r.tasks())
	}
	return g, err
}

// partition is that of the edge from the operator that output names to the head of v.
func (j *Job) partition(output string, v *vertexInfo) Partition {
	for _, e := range j.edges {
		if e.to == v && !e.loop && slices.ContainsFunc(e.from.info.Operators, func(o Operator) bool { return o.uid == output || hasOutput(o.uid, output) }) {
			return e.partition.under(e.from.parallelism, v.parallelism)
		}
	}
	return Auto.under(1, v.parallelism)
}

// hasOutput reports whether output is a named output of uid: "Split.late" of "Split".
func hasOutput(uid, output string) bool {
	return len(output) > len(uid) && output[:len(uid)] == uid && output[len(uid)] == '.'
}

// Run runs the job until it ends: see runtime.Job.
func (j *Job) Run(ctx context.Context, env runtime.Environment) (runtime.Outcome, error) {
	return runLive(ctx, j, env)
}
