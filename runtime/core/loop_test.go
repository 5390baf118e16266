package core_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// looped feeds its lines back to Again.
type looped struct {
	core.Task
	toAgain core.Output[string]
}

func loopedJob() *core.Job {
	j := core.NewJob("Looped")
	lines := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", function.Of("a"))}}, func() *looped { return &looped{} })
	again := core.AddTask(j, core.TaskInfo{Operators: []core.Operator{
		core.Transform("Again", "Lines").Loop("Again.failed"), core.Sink("Out", collect.New[string](), "Again"),
	}}, func() *looped { return &looped{} })
	output := func(t *looped) *core.Output[string] { return &t.toAgain }
	core.Connect(j, core.Auto, lines, output, again, 0, stringRecords())
	core.Connect(j, core.Rebalance, again, output, again, 0, stringRecords()).Loop()
	return j
}

func TestLoopsAreDrawn(t *testing.T) {
	graph, err := loopedJob().Graph(config.Default())
	require.NoError(t, err)
	require.Equal(t, []runtime.GraphEdge{
		{From: "Lines", To: "Again", Kind: "forward"}, {From: "Again.failed", To: "Again", Kind: "loop"}, {From: "Again", To: "Out", Kind: "chained"},
	}, graph.Edges)
}

// The refusal comes before anything is written.
func TestLoopsAreNotRunYet(t *testing.T) {
	const refusal = "pipeline Looped: the edge from Again.failed to Again is a loop: loops are run by a later version"
	fs := vfs.NewMem()
	c := config.Default()
	c.Checkpointing.Dir = "job"
	c.Checkpointing.Storage = config.FileSystem
	_, err := loopedJob().Run(context.Background(), runtime.Environment{Config: c, FS: fs})
	require.EqualError(t, err, refusal)
	_, err = core.Simulate(loopedJob(), c, fs, "job", rand.New(rand.NewPCG(1, 1)), nil)
	require.EqualError(t, err, refusal)
	entries, err := fs.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, entries)
}
