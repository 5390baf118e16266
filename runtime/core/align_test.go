package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

func aligning(blocks bool, channels int) *alignment {
	a := &alignment{blocks: blocks}
	for range channels {
		a.addChannel()
	}
	return a
}

// take is what a barrier completes, 0 for nothing.
func (a *alignment) take(channel int, id int64) int64 {
	b, _ := a.barrier(channel, coordinator.Barrier{ID: id})
	return b.ID
}

func (a *alignment) takeEnd(channel int) int64 {
	b, _ := a.end(channel)
	return b.ID
}

func TestExactlyOnceBlocksUntilAllBarriersHaveCome(t *testing.T) {
	a := aligning(true, 3)
	require.Zero(t, a.take(1, 1))
	require.Zero(t, a.take(0, 1))
	require.Equal(t, []bool{true, true, false}, a.blocked)
	require.EqualValues(t, 1, a.take(2, 1))
	require.Equal(t, []bool{false, false, false}, a.blocked)
}

func TestAtLeastOnceCountsAndNeverBlocks(t *testing.T) {
	a := aligning(false, 2)
	require.Zero(t, a.take(0, 1))
	require.Zero(t, a.take(0, 2))
	require.Equal(t, []bool{false, false}, a.blocked)
	require.EqualValues(t, 1, a.take(1, 1))
	require.EqualValues(t, 2, a.take(1, 2))
}

func TestTheEndOfAChannelIsEveryBarrier(t *testing.T) {
	a := aligning(true, 2)
	require.Zero(t, a.take(0, 1))
	require.EqualValues(t, 1, a.takeEnd(1))
	require.EqualValues(t, 2, a.take(0, 2))
	require.False(t, a.allEnded())
	require.Zero(t, a.takeEnd(0))
	require.True(t, a.allEnded())
}

func TestAnAbortedCheckpointUnblocksAndItsBarriersAreIgnored(t *testing.T) {
	a := aligning(true, 2)
	a.take(0, 1)
	a.abort(1)
	require.Equal(t, []bool{false, false}, a.blocked)
	require.Zero(t, a.take(1, 1))
	require.Equal(t, []bool{false, false}, a.blocked)
	require.Zero(t, a.take(0, 2))
	require.EqualValues(t, 2, a.take(1, 2))
}

func TestANewerBarrierTellsOfAnAbortThatWeHaveNotHeardOf(t *testing.T) {
	a := aligning(true, 2)
	a.take(0, 1)
	require.Zero(t, a.take(1, 2))
	require.Equal(t, []bool{false, true}, a.blocked)
	require.EqualValues(t, 2, a.take(0, 2))
	require.Zero(t, a.take(1, 1), "late")
}

func TestACompletedCheckpointDropsOlderOnes(t *testing.T) {
	a := aligning(false, 2)
	a.take(0, 1)
	a.take(0, 2)
	require.EqualValues(t, 2, a.take(1, 2))
	require.Zero(t, a.take(1, 1))
	require.Empty(t, a.awaiting)
}
