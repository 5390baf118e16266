package gen

import (
	"context"
	"go/types"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// Graph is what a pipeline looks like when it runs.
type Graph struct {
	// Package is the path of the package, Pipeline the name of the type.
	Package, Pipeline string
	Tasks             []GraphTask
	// Edges are in the order of the fields that read them.
	Edges []GraphEdge
}

// GraphTask is a chain of operators that run in one subtask.
type GraphTask struct {
	// Parallelism is what the tags say, 0 for the default.
	Parallelism int
	// Operators are its sources, operators and sinks, each behind the one that it reads.
	Operators []GraphOperator
}

// GraphOperator is a field of the pipeline.
type GraphOperator struct {
	UID  string
	Kind GraphOperatorKind
	// Type is the operator's, or that of the records of a source or a sink.
	Type string
	// States are what it keeps: CountState by string.
	States []string
}

// GraphOperatorKind says what a field of a pipeline is.
type GraphOperatorKind string

// The kinds of a pipeline's fields.
const (
	GraphSource    GraphOperatorKind = "source"
	GraphTransform GraphOperatorKind = "operator"
	GraphSink      GraphOperatorKind = "sink"
)

// GraphEdge carries records from one operator to another.
type GraphEdge struct {
	// From and To are uids. Output and Input are empty where there is but one.
	From, Output, To, Input string
	Kind                    GraphEdgeKind
	// Record is the type of the records.
	Record string
	// Loop says that the edge feeds records back, Errors that it carries those whose method returned an error.
	Loop, Errors bool
}

// GraphEdgeKind says which subtask of the reader gets a record.
type GraphEdgeKind string

// The kinds of edges. What is chained is a call within the task. An edge that says nothing goes by hash to a reader with a key, forward
// where both ends have one parallelism as far as the tags say it, and round all subtasks otherwise.
const (
	GraphChained   GraphEdgeKind = "chained"
	GraphForward   GraphEdgeKind = "forward"
	GraphRebalance GraphEdgeKind = "rebalance"
	GraphRescale   GraphEdgeKind = "rescale"
	GraphBroadcast GraphEdgeKind = "broadcast"
	GraphHash      GraphEdgeKind = "hash"
)

// Graphs returns the pipelines of packages, in the order of the packages and their files. A package with a mistake has none.
func Graphs(ctx context.Context, cfg Config) ([]Graph, Diagnostics, error) {
	packages, dir, err := cfg.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	graphs, found := make([][]Graph, len(packages)), make([]Diagnostics, len(packages))
	err = each(packages, func(i int, p *load.Package) error {
		checked := check.Check(p, &found[i])
		if len(found[i]) > 0 {
			return nil
		}
		for _, pipeline := range checked.Pipelines {
			graphs[i] = append(graphs[i], graph(p, pipeline))
		}
		return nil
	})
	return slices.Concat(graphs...), sorted(found, dir), err
}

// sorted joins the mistakes of packages.
func sorted(found []Diagnostics, dir string) Diagnostics {
	all := slices.Concat(found...)
	all.Sort()
	all.Relative(dir)
	return all
}

func graph(pkg *load.Package, p *model.Pipeline) Graph {
	g := Graph{Package: pkg.Path, Pipeline: p.Name()}
	name := func(t types.Type) string {
		return types.TypeString(t, func(other *types.Package) string {
			if other == pkg.Types {
				return ""
			}
			return other.Name()
		})
	}
	for _, t := range p.Tasks() {
		task := GraphTask{Parallelism: t.Head.Parallelism}
		for _, f := range t.Fields {
			task.Operators = append(task.Operators, graphOperator(f, name))
		}
		g.Tasks = append(g.Tasks, task)
	}
	for _, f := range p.Fields {
		for _, e := range f.In {
			g.Edges = append(g.Edges, graphEdge(e, name))
		}
	}
	return g
}

func graphOperator(f *model.Field, name func(types.Type) string) GraphOperator {
	op := GraphOperator{UID: f.UID, Kind: GraphTransform}
	if f.Operator == nil {
		op.Type, op.Kind = name(f.Record), GraphSource
		if f.Kind == model.Sink {
			op.Kind = GraphSink
		}
		return op
	}
	op.Type = name(f.Operator.Type)
	if f.Operator.State != nil {
		op.States = append(op.States, name(f.Operator.State)+" by "+name(f.Operator.Key))
	}
	if f.Operator.Unkeyed != nil {
		op.States = append(op.States, name(f.Operator.Unkeyed)+" per subtask")
	}
	return op
}

func graphEdge(e *model.Edge, name func(types.Type) string) GraphEdge {
	edge := GraphEdge{
		From: e.From.UID, To: e.To.UID, Record: name(e.Record), Kind: GraphEdgeKind(e.To.Partition), Loop: e.Loop, Errors: e.Fails(),
	}
	if e.Output != nil && e.Output.Name != model.DefaultOutput && !e.Fails() {
		edge.Output = e.Output.Name
	}
	if e.Input != nil {
		edge.Input = e.Input.Name
	}
	switch {
	case e.Chained():
		edge.Kind = GraphChained
	case e.Input != nil && e.Input.Broadcast:
		edge.Kind = GraphBroadcast
	case e.Input != nil && e.Input.Key != nil:
		edge.Kind = GraphHash
	case e.To.Partition == model.Default && e.From.Parallelism == e.To.Parallelism:
		edge.Kind = GraphForward
	case e.To.Partition == model.Default:
		edge.Kind = GraphRebalance
	}
	return edge
}

// Name is the task's: the uid of its first operator.
func (t GraphTask) Name() string { return t.Operators[0].UID }

// Origin is where the edge begins: a uid, or a uid and an output.
func (e GraphEdge) Origin() string { return strings.TrimSuffix(e.From+"."+e.Output, ".") }
