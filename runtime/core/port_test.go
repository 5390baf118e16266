package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// A connector on a source or a sink inside that other fields feed or read would be passed over without a word.
func TestJoinedPortsAreNotSet(t *testing.T) {
	j := core.NewJob("Outer")
	core.Inlet[string](j, "Words.Lines", nil)
	core.Outlet[string](j, "Words.Totals", nil)
	_, err := j.Graph(config.Default())
	require.NoError(t, err)

	core.Inlet(j, "Words.More", function.Of("a"))
	core.Outlet(j, "Words.Rest", collect.New[string]())
	_, err = j.Graph(config.Default())
	require.ErrorContains(t, err, "pipeline Outer: source Words.More is set, but it is fed by other fields of the pipeline, so that its connector would do nothing: leave it nil")
	require.ErrorContains(t, err, "pipeline Outer: sink Words.Rest is set, but it is read by other fields")
}
