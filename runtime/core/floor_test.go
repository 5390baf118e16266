package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
)

// stoodAt is a subtask of a checkpoint whose keys have seen a watermark.
func stoodAt(index, parallelism int, seen int64, floors ...checkpoint.Floor) checkpoint.Subtask {
	return checkpoint.Subtask{Task: "T", Index: index, Parallelism: parallelism, Watermark: seen, Operators: []checkpoint.Operator{{UID: "T"}}, Floors: floors}
}

func TestFloors(t *testing.T) {
	const none = runtime.MinTime
	type floor = checkpoint.Floor
	for _, test := range []struct {
		name        string
		groups      int // of the run; the checkpoint has 6
		old         []checkpoint.Subtask
		index, of   int
		want        []runtime.Time // by key group of the subtask, nil if none is ahead
		inASnapshot []floor
	}{
		{"the same subtasks", 6, []checkpoint.Subtask{stoodAt(0, 2, 30), stoodAt(1, 2, 10)}, 1, 2, nil, nil},
		{"those of both", 6, []checkpoint.Subtask{stoodAt(0, 2, 30), stoodAt(1, 2, 10)}, 0, 1, []runtime.Time{30, 30, 30, none, none, none}, []floor{{First: 0, Groups: 3, Watermark: 30}}},
		{"some of both", 6, []checkpoint.Subtask{stoodAt(0, 2, 10), stoodAt(1, 2, 30)}, 1, 3, []runtime.Time{none, 30}, []floor{{First: 3, Groups: 1, Watermark: 30}}},
		{"of one alone", 6, []checkpoint.Subtask{stoodAt(0, 2, 10), stoodAt(1, 2, 30)}, 2, 3, nil, nil},
		{"of subtasks that stood at the same", 6, []checkpoint.Subtask{stoodAt(0, 3, 10), stoodAt(1, 3, 10), stoodAt(2, 3, 10)}, 0, 1, nil, nil},
		{"that had not been reached", 6, []checkpoint.Subtask{stoodAt(0, 1, 10, floor{First: 1, Groups: 2, Watermark: 40}, floor{First: 4, Groups: 1, Watermark: 20})}, 0, 1,
			[]runtime.Time{none, 40, 40, none, 20, none}, []floor{{First: 1, Groups: 2, Watermark: 40}, {First: 4, Groups: 1, Watermark: 20}}},
		{"that a subtask has brought along which was ahead itself", 6,
			[]checkpoint.Subtask{stoodAt(0, 2, 30, floor{First: 1, Groups: 1, Watermark: 50}), stoodAt(1, 2, 10)}, 0, 1, []runtime.Time{30, 50, 30, none, none, none},
			[]floor{{First: 0, Groups: 1, Watermark: 30}, {First: 1, Groups: 1, Watermark: 50}, {First: 2, Groups: 1, Watermark: 30}}},
		{"when key groups are split", 12, []checkpoint.Subtask{stoodAt(0, 1, 10, floor{First: 4, Groups: 1, Watermark: 40})}, 1, 2,
			[]runtime.Time{none, none, 40, 40, none, none}, []floor{{First: 8, Groups: 2, Watermark: 40}}},
		{"of one that has finished", 6, []checkpoint.Subtask{stoodAt(0, 2, int64(runtime.MaxTime)), stoodAt(1, 2, 10)}, 0, 1,
			[]runtime.Time{runtime.MaxTime, runtime.MaxTime, runtime.MaxTime, none, none, none}, []floor{{First: 0, Groups: 3, Watermark: int64(runtime.MaxTime)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &restored{groups: test.groups, checkpoint: &checkpoint.Checkpoint{KeyGroups: 6, Subtasks: test.old}}
			v := &vertexInfo{name: "T", parallelism: test.of}
			seen := func(s *checkpoint.Subtask) int64 { return s.Watermark }
			begins := r.watermark(v, test.index, true, seen)
			f := r.floors(v, test.index, begins, seen)
			require.Equal(t, test.want, f.ahead)
			require.Equal(t, test.inASnapshot, f.held(int64(begins)))
			require.Nil(t, f.held(int64(f.last)), "a subtask that has come to the last of them has come to all")
		})
	}
	require.Nil(t, (&restored{}).floors(&vertexInfo{name: "T", parallelism: 1}, 0, none, nil).ahead, "a start from nothing")
}

// The floors of key groups that the subtask has reached itself are not in its checkpoints any more, the others are.
func TestFloorsThatWereReached(t *testing.T) {
	f := floors{first: 4, ahead: []runtime.Time{20, 30, 30, 20}}
	require.Equal(t, []checkpoint.Floor{{First: 4, Groups: 1, Watermark: 20}, {First: 5, Groups: 2, Watermark: 30}, {First: 7, Groups: 1, Watermark: 20}}, f.held(10))
	require.Equal(t, []checkpoint.Floor{{First: 5, Groups: 2, Watermark: 30}}, f.held(20))
}
