package runtime

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
)

func TestGraph(t *testing.T) {
	c := newCommand("graph", "--parallelism", "4")
	c.requireExit(t, exitOK)
	require.Equal(t, `WordCount: 2 tasks, 4 operators

task Lines, parallelism 4
  Lines
  Split   <- Lines (chained)

task Count, parallelism 4
  Count   <- Split (hash)
  Totals  <- Count (chained)
`, c.out.String())
	require.Empty(t, c.err.String())
}

func TestGraphWithSeveralInputs(t *testing.T) {
	c := newCommand("graph")
	c.job.graph = func(config.Config) (Graph, error) {
		return Graph{
			Pipeline: "Join",
			Tasks: []GraphTask{
				{Name: "Orders", Operators: []string{"Orders"}, Parallelism: 2},
				{Name: "Rates", Operators: []string{"Rates"}, Parallelism: 1},
				{Name: "Convert.Join", Operators: []string{"Convert.Join"}, Parallelism: 2},
			},
			Edges: []GraphEdge{
				{From: "Orders", To: "Convert.Join", Kind: "hash"},
				{From: "Rates", To: "Convert.Join", Kind: "broadcast"},
			},
		}, nil
	}
	c.requireExit(t, exitOK)
	require.Equal(t, `Join: 3 tasks, 3 operators

task Orders, parallelism 2
  Orders

task Rates, parallelism 1
  Rates

task Convert.Join, parallelism 2
  Convert.Join  <- Orders (hash), Rates (broadcast)
`, c.out.String())
}

func TestGraphWithSeveralRegions(t *testing.T) {
	c := newCommand("graph")
	c.job.graph = func(config.Config) (Graph, error) {
		return Graph{
			Pipeline: "Pair",
			Tasks: []GraphTask{
				{Name: "Left", Operators: []string{"Left"}, Parallelism: 1},
				{Name: "Right", Operators: []string{"Right"}, Parallelism: 1},
				{Name: "Sum", Operators: []string{"Sum"}, Parallelism: 1},
			},
			Edges:   []GraphEdge{{From: "Right", To: "Sum", Kind: "hash"}},
			Regions: [][]string{{"Left"}, {"Right", "Sum"}},
		}, nil
	}
	c.requireExit(t, exitOK)
	require.Equal(t, `Pair: 3 tasks, 3 operators

task Left, parallelism 1
  Left

task Right, parallelism 1
  Right

task Sum, parallelism 1
  Sum    <- Right (hash)

regions, each of which is restarted by itself when one of its tasks fails:
  Left
  Right, Sum
`, c.out.String())
}
