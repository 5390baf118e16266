package draw

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
)

var update = flag.Bool("update", false, "rewrite the drawings")

// retry has one of everything: a loop, a stream of errors, two inputs, two outputs, a broadcast, an edge over a layer, a chain with a fork.
func retry() gen.Graph {
	op := func(uid string, states ...string) gen.GraphOperator {
		return gen.GraphOperator{UID: uid, Kind: gen.GraphTransform, Type: uid, States: states}
	}
	return gen.Graph{
		Package: "example.com/retry", Pipeline: "Retry",
		Tasks: []gen.GraphTask{
			{Operators: []gen.GraphOperator{{UID: "Orders", Kind: gen.GraphSource, Type: "Order"}, op("Parse")}, Parallelism: 8},
			{Operators: []gen.GraphOperator{{UID: "Rules", Kind: gen.GraphSource, Type: "Rule"}}, Parallelism: 1},
			{Operators: []gen.GraphOperator{
				{UID: "attempt", Kind: gen.GraphTransform, Type: "http.Attempt[Order]", States: []string{"Attempts by CustomerID", "Known per subtask"}},
				op("Report"),
				{UID: "Done", Kind: gen.GraphSink, Type: "map[string]<-chan int"},
				{UID: "Reports", Kind: gen.GraphSink, Type: "Report"},
			}, Parallelism: 4},
			{Operators: []gen.GraphOperator{{UID: "Dead", Kind: gen.GraphSink, Type: "runtime.Failed[Order]"}}, Parallelism: 1},
		},
		Edges: []gen.GraphEdge{
			{From: "Orders", To: "Parse", Kind: gen.GraphChained, Record: "Order"},
			{From: "Parse", To: "attempt", Input: "orders", Kind: gen.GraphHash, Record: "*Order"},
			{From: "attempt", Output: "failed", To: "attempt", Input: "orders", Kind: gen.GraphHash, Record: "*Order", Loop: true},
			{From: "Rules", To: "attempt", Input: "rules", Kind: gen.GraphBroadcast, Record: "Rule"},
			{From: "attempt", To: "Report", Kind: gen.GraphChained, Record: "Result"},
			{From: "attempt", Output: "done", To: "Done", Kind: gen.GraphChained, Record: "map[string]<-chan int"},
			{From: "Report", To: "Reports", Kind: gen.GraphChained, Record: "Report"},
			{From: "Parse", To: "Dead", Kind: gen.GraphRebalance, Record: "runtime.Failed[Order]", Errors: true},
			{From: "Report", Output: "lost", To: "Dead", Kind: gen.GraphRescale, Record: "runtime.Failed[Order]"},
		},
	}
}

// A drawing is what was looked at and found good, each time.
func TestDrawings(t *testing.T) {
	for name, draw := range map[string]func(gen.Graph) string{"retry.txt": Text, "retry.mmd": Mermaid, "retry.svg": SVG} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name)
			got := draw(retry())
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// An SVG is well-formed whatever types are called.
func TestSVGIsXML(t *testing.T) {
	decoder := xml.NewDecoder(strings.NewReader(SVG(retry())))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			require.NoError(t, err)
		}
	}
}

// Tasks do not overlap, and edges but those of loops go to the right.
func TestLayout(t *testing.T) {
	l := place(retry())
	for i, a := range l.boxes {
		for _, b := range l.boxes[:i] {
			apart := a.x+a.w <= b.x || b.x+b.w <= a.x || a.y+a.h <= b.y || b.y+b.h <= a.y
			require.True(t, apart, "two boxes overlap in layer %d", a.layer)
		}
		require.GreaterOrEqual(t, a.x, margin)
		require.GreaterOrEqual(t, a.y, margin)
	}
	for _, e := range l.edges {
		require.True(t, e.edge.Loop || e.from.x+e.from.w < e.to.x, "%s goes back", e.edge.Origin())
	}
}
