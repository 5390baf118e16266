package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime/config"
)

// groupsOf is the number of key groups of a start, or why it is refused.
func groupsOf(parallelism, configured, held int) (int, error) {
	j := twoTasks()
	for _, v := range j.vertices {
		v.parallelism = parallelism
	}
	a := &attempt{job: j, env: &environment{}, from: &restored{}}
	if held > 0 {
		a.from.checkpoint = &checkpoint.Checkpoint{ID: 3, KeyGroups: held}
	}
	err := a.chooseGroups(config.Config{MaxParallelism: configured})
	return a.env.groups, err
}

func TestTheNumberOfKeyGroups(t *testing.T) {
	for _, test := range []struct {
		what                                string
		parallelism, configured, held, want int
	}{
		{"the first start, nothing is set", 4, 0, 0, 128},
		{"the first start, many subtasks", 100, 0, 0, 256},
		{"the first start, set", 4, 12, 0, 12},
		{"a later start keeps the number", 100, 0, 128, 128},
		{"set to the number that there is", 4, 12, 12, 12},
		{"raised", 4, 24, 12, 24},
		{"raised by an odd factor", 4, 36, 12, 36},
		{"raised as far as can be", 4, 32768, 128, 32768},
	} {
		t.Run(test.what, func(t *testing.T) {
			groups, err := groupsOf(test.parallelism, test.configured, test.held)
			require.NoError(t, err)
			require.Equal(t, test.want, groups)
		})
	}
}

// A checkpoint was taken with another number of key groups: a start whose number would merge some of them, or that is below the parallelism, is refused, with
// the numbers that are possible.
func TestScenario22NumbersOfKeyGroupsThatAreRefused(t *testing.T) {
	refused := func(want string, parallelism, configured, held int) {
		t.Helper()
		_, err := groupsOf(parallelism, configured, held)
		require.EqualError(t, err, want)
	}
	refused("pipeline.max-parallelism is 6, but checkpoint 3 was written with 12 key groups, which can only be split: "+
		"set a multiple of it up to 32768 (12, 24, 36 and so on), or leave it out to keep 12", 4, 6, 12)
	refused("pipeline.max-parallelism is 18, but checkpoint 3 was written with 12 key groups, which can only be split: "+
		"set a multiple of it up to 32768 (12, 24, 36 and so on), or leave it out to keep 12", 4, 18, 12)
	refused("pipeline.max-parallelism is 128, but checkpoint 3 was written with 16384 key groups, which can only be split: "+
		"set 16384 or 32768, or leave it out to keep 16384", 4, 128, 1<<14)
	refused("parallelism 13 is above the number of key groups, 12 (pipeline.max-parallelism): it can be raised with this start, "+
		"to a multiple of it up to 32768 (24, 36, 48 and so on)", 13, 0, 12)
	refused("parallelism 25 is above the number of key groups, 12 (pipeline.max-parallelism): it can be raised with this start, "+
		"to a multiple of it up to 32768 (36, 48, 60 and so on)", 25, 0, 12)
	refused("parallelism 20000 is above the number of key groups, 12000 (pipeline.max-parallelism): it can be raised with this start, to 24000", 20000, 0, 12000)
	refused("parallelism 12001 is above the number of key groups, 10000 (pipeline.max-parallelism): it can be raised with this start, to 20000 or 30000", 12001, 0, 10000)
	refused("parallelism 20001 is above the number of key groups, 20000 (pipeline.max-parallelism)", 20001, 0, 20000)
	refused("parallelism 13 is above the number of key groups, 12 (pipeline.max-parallelism)", 13, 12, 12)
}

// A subtask that was finished runs Finish again if it takes over keys of one that was not.
func TestFinishRunsForKeysThatMoveWhenGroupsAreSplit(t *testing.T) {
	j := twoTasks()
	count := j.vertices[1]
	c := held([]bool{true, true}, []bool{true, false})
	c.KeyGroups = 3 // 2 and 1
	r := &restored{checkpoint: c, groups: 3}
	require.True(t, r.finishedSubtask(count, 0, r.inputOver(j, count)))
	r.groups = 6 // 3 and 3
	require.False(t, r.finishedSubtask(count, 0, r.inputOver(j, count)))
}
