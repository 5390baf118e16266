package collect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
)

func TestOnlyCommittedRecordsOnce(t *testing.T) {
	s := collect.New[int]()
	context := runtime.SinkContext{Context: runtime.NewContext("A", 0, 1, nil)}
	w, err := s.Open(context)
	require.NoError(t, err)
	empty, err := w.Prepare(1)
	require.NoError(t, err)
	require.Nil(t, empty.Handle)

	batch := []int{1, 2}
	require.NoError(t, w.Write(batch))
	batch[0] = 99 // the caller's slice
	first, err := w.Prepare(2)
	require.NoError(t, err)
	require.NoError(t, w.Write([]int{3}))
	second, err := w.Prepare(3)
	require.NoError(t, err)
	require.Empty(t, s.Records())
	occupied, err := s.Occupied(t.Context(), "A", 0)
	require.NoError(t, err)
	require.Empty(t, occupied)

	for range 2 {
		require.NoError(t, s.Commit(t.Context(), first.Handle))
	}
	require.NoError(t, s.Abort(t.Context(), "A"))
	require.Equal(t, []int{1, 2}, s.Records())
	require.NoError(t, s.Commit(t.Context(), first.Handle), "after Abort")
	require.ErrorIs(t, s.Commit(t.Context(), second.Handle), runtime.ErrTransactionLost)
	require.ErrorContains(t, s.Commit(t.Context(), []byte("x")), `handle "x" is no number`)
	occupied, err = s.Occupied(t.Context(), "A", 0)
	require.NoError(t, err)
	require.Equal(t, "2 records in memory", occupied)
	occupied, err = s.Occupied(t.Context(), "A", 1)
	require.NoError(t, err)
	require.Equal(t, "2 records in memory", occupied, "of checkpoint 2")
	occupied, err = s.Occupied(t.Context(), "A", 2)
	require.NoError(t, err)
	require.Empty(t, occupied)
	occupied, err = s.Occupied(t.Context(), "B", 0)
	require.NoError(t, err)
	require.Empty(t, occupied, "of another operator")
	require.NoError(t, w.Close())
}
