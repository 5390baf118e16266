package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/runtime/config"
)

// Between them the topologies have every kind of edge, at some parallelism.
func TestTopologiesHaveEveryKindOfEdge(t *testing.T) {
	kinds := map[string]int{}
	for _, topology := range allTopologies {
		p := &process{story: &schedule{flow: newFlow(topology, nil), random: newSchedule(1, 1).random}}
		c := config.Default()
		c.Parallelism = 2
		graph, err := p.story.flowJob(p, vfs.NewMem()).Graph(c)
		require.NoError(t, err, topology.name)
		for _, e := range graph.Edges {
			kinds[e.Kind]++
		}
	}
	for _, kind := range []string{"chained", "forward", "rebalance", "rescale", "broadcast", "hash"} {
		require.Positive(t, kinds[kind], kind)
	}
}

// The audit finds a line that is missing, there twice, out of order, of nothing, or counted wrongly.
func TestTheAuditOfATopologyFinds(t *testing.T) {
	const (
		first  = `{"via":"","from":"Items0","n":1,"key":2,"count":1}`
		second = `{"via":"","from":"Items0","n":6,"key":2,"count":2}`
	)
	for _, test := range []struct {
		name, lines, want string
		extent            extent
	}{
		{"nothing so far", first + "\n" + second + "\n", "", soFar},
		{"what is missing in the end", first + "\n" + second + "\n", "number 2 of Items0 does not come out", whole},
		{"what is there twice", first + "\n" + first + "\n", "is there twice", soFar},
		{"a count that is left out", second + "\n", "follows the count 0", soFar},
		{"what is out of order", `{"via":"","from":"Items0","n":6,"key":2,"count":1}` + "\n" + `{"via":"","from":"Items0","n":1,"key":2,"count":2}` + "\n",
			"follows number 6", soFar},
		{"what nobody sent", `{"via":"","from":"Items0","n":15,"key":0,"count":1}` + "\n", "is of no item that there is", soFar},
		{"another way", `{"via":"left","from":"Items0","n":1,"key":2,"count":1}` + "\n", "is of no item that there is", soFar},
		{"half a line", first[:20], "unexpected end", soFar},
	} {
		t.Run(test.name, func(t *testing.T) {
			disk := vfs.NewMem()
			require.NoError(t, disk.MkdirAll("/out"))
			w, err := disk.Create("/out/Lines-0000000001-0000-00000000.jsonl")
			require.NoError(t, err)
			_, err = w.Write([]byte(test.lines))
			require.NoError(t, err)
			err = newFlow(topologyNamed("chain"), nil).audit(disk, "/out", test.extent)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}
