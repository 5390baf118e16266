package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
)

func aligning(blocks bool, channels int) *alignment {
	a := &alignment{blocks: blocks}
	for range channels {
		a.addChannel(false)
	}
	return a
}

// take is what a barrier completes, 0 for nothing.
func (a *alignment) take(channel int, id int64) int64 {
	return newest(a.barrier(channel, coordinator.Barrier{ID: id}))
}

func (a *alignment) takeEnd(channel int) int64 {
	return newest(a.end(channel))
}

func newest(complete []awaited) int64 {
	if len(complete) == 0 {
		return 0
	}
	return complete[len(complete)-1].barrier.ID
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

func TestAnAbortLeavesChannelsThatWaitForANewerBarrierBlocked(t *testing.T) {
	a := aligning(true, 2)
	a.take(0, 6) // its sender has heard that 5 was given up
	a.take(1, 5) // this one has not
	a.abort(5)
	require.Equal(t, []bool{true, false}, a.blocked)
	require.EqualValues(t, 6, a.take(1, 6))
}

func TestTheEndCompletesASavepointBesideACheckpoint(t *testing.T) {
	a := aligning(false, 2)
	a.take(0, 5)
	a.take(0, 6)
	complete := a.end(1)
	require.Len(t, complete, 2)
	require.Equal(t, []int64{5, 6}, []int64{complete[0].barrier.ID, complete[1].barrier.ID})
}

// A barrier comes round a loop only behind the one that is waited for. One that has come round all the same, from another subtask, blocks.
func TestNobodyWaitsForWhatIsFedBack(t *testing.T) {
	a := aligning(true, 2)
	a.addChannel(true)
	require.EqualValues(t, 0, a.take(0, 5))
	require.EqualValues(t, 5, a.take(1, 5))
	require.EqualValues(t, 0, a.take(2, 5))
	require.False(t, a.blocked[2])

	require.EqualValues(t, 0, a.take(2, 6))
	require.True(t, a.blocked[2])
	require.EqualValues(t, 0, a.take(0, 6))
	require.EqualValues(t, 6, a.take(1, 6))
	require.False(t, a.blocked[2])

	require.EqualValues(t, 0, a.takeEnd(0))
	require.False(t, a.allEnded())
	require.EqualValues(t, 0, a.takeEnd(1))
	require.True(t, a.allEnded(), "what is fed back ends with the rest")
}
