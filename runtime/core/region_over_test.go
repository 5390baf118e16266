package core

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// From when a region is to close until it is launched again nothing counts that its subtasks say, an end of input or another failure for example, but what
// they have stored or committed.
func TestOfARegionThatIsToCloseOnlyWhatIsStoredOrCommittedCounts(t *testing.T) {
	members := []*subtask{{region: &region{life: regionRuns}}, {region: &region{life: regionCloses}}, {region: &region{life: regionWaits}}}
	a := &attempt{}
	a.members.Store(&members)
	m := &master{run: a}
	for i := range members {
		down := i > 0
		for _, e := range []any{hasStarted{by(i)}, hasTakenAll{by(i)}, hasExhausted{by(i)}, hasEbbed{by(i)}, hasSettled{by: by(i)}, hasFailed{by(i), errors.New("again")}} {
			require.Equal(t, down, m.isOver(e), "violation: %T of subtask %d", e, i)
		}
		for _, e := range []any{hasAcknowledged{by: by(i)}, hasDeclined{by: by(i)}, hasCommitted{by(i), 1}} {
			require.False(t, m.isOver(e), "violation: %T of subtask %d", e, i)
		}
	}
	require.False(t, m.isOver(hasDeleted{}), "it is of no subtask")
}
