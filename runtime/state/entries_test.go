package state

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
)

// Keys that come and go do not pile up where nobody ranges over them.
func TestDeletedKeysOfABroadcastStateAreForgotten(t *testing.T) {
	var b Broadcast[int, string]
	var ctx runtime.BroadcastContext
	for k := range 10_000 {
		b.Put(ctx, k, "rule")
		b.Delete(ctx, k-3)
	}
	require.Equal(t, 3, b.Len())
	require.Less(t, len(b.entries), 100)
}
