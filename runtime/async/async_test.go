package async_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/async"
)

func TestDefaults(t *testing.T) {
	require.Equal(t, async.Ordered{Capacity: 100, Timeout: time.Minute}, async.Ordered{}.WithDefaults())
	require.Equal(t, async.Unordered{Capacity: 7, Timeout: time.Minute}, async.Unordered{Capacity: 7}.WithDefaults())
	require.Equal(t, async.Unordered{Capacity: 100, Timeout: time.Second}, async.Unordered{Timeout: time.Second}.WithDefaults())
}

func TestBadValues(t *testing.T) {
	require.NoError(t, async.Ordered{}.Validate())
	require.EqualError(t, async.Ordered{Capacity: -1}.Validate(), "the capacity is -1: it must be at least 1, or 0 for 100")
	require.EqualError(t, async.Unordered{Timeout: -time.Second}.Validate(), "the timeout is -1s: it must be above 0, or 0 for 1m0s")
}
