package core

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// twoTasks is a job of a source Numbers and a task Count with a sink Totals, each at parallelism 2.
func twoTasks() *Job {
	j := NewJob("Counting")
	AddTask(j, TaskInfo{Operators: []Operator{Source("Numbers", function.Of(1, 2, 3))}}, func() *Task { return &Task{} })
	AddTask(j, TaskInfo{Operators: []Operator{Transform("Count", "Numbers"), Sink[int]("Totals", collect.New[int](), "Count")}},
		func() *Task { return &Task{} })
	for _, v := range j.vertices {
		v.parallelism = 2
	}
	j.edges = append(j.edges, &edge{from: j.vertices[0], to: j.vertices[1]})
	return j
}

// held is a checkpoint of twoTasks in which some subtasks had finished.
func held(numbers, count []bool) *checkpoint.Checkpoint {
	c := &checkpoint.Checkpoint{ID: 7}
	add := func(task string, finished []bool, operators ...checkpoint.Operator) {
		for i, f := range finished {
			c.Subtasks = append(c.Subtasks, checkpoint.Subtask{Task: task, Index: i, Parallelism: len(finished), Finished: f, Operators: operators})
		}
	}
	add("Numbers", numbers, checkpoint.Operator{UID: "Numbers", Connector: function.Of[int]().Connector(), Splits: []checkpoint.Split{{ID: "0"}}})
	add("Count", count, checkpoint.Operator{UID: "Count", States: []checkpoint.State{{Name: "State", Schema: "int: {N int}"}}},
		checkpoint.Operator{UID: "Totals", Connector: collect.New[int]().Connector(), Handles: [][]byte{[]byte("1")}})
	return c
}

func TestFinishRunsOncePerSubtask(t *testing.T) {
	j := twoTasks()
	numbers, count := j.vertices[0], j.vertices[1]
	finished := func(c *checkpoint.Checkpoint, v *vertexInfo) []bool {
		r := &restored{checkpoint: c}
		var all []bool
		for i := range v.parallelism {
			all = append(all, r.finishedSubtask(v, i, r.inputOver(j, v)))
		}
		return all
	}
	none, first, both := []bool{false, false}, []bool{true, false}, []bool{true, true}
	require.Equal(t, none, finished(nil, count), "a start from nothing")
	require.Equal(t, both, finished(held(both, both), count))
	require.Equal(t, first, finished(held(both, first), count), "no record comes any more")
	require.Equal(t, none, finished(held(first, first), count), "the splits of the other subtask may come to this one")
	require.Equal(t, none, finished(held(first, none), numbers))

	count.parallelism = 3
	require.Equal(t, []bool{false, false, false}, finished(held(both, first), count), "rescaled")
	require.Equal(t, []bool{true, true, true}, finished(held(both, both), count), "rescaled")
}

// What moves before a task that was partly finished may come to any of its subtasks: results of calls, and what Finish emits.
func TestFinishComesAfterWhatARescaleHasMoved(t *testing.T) {
	for _, between := range []Operator{Async("Between", "Numbers"), Transform("Between", "Numbers")} {
		j := twoTasks()
		AddTask(j, TaskInfo{Operators: []Operator{between}}, func() *Task { return &Task{} })
		count, middle := j.vertices[1], j.vertices[2]
		j.edges = []*edge{{from: j.vertices[0], to: middle}, {from: middle, to: count}}
		c := held([]bool{true, true}, []bool{true, false})
		for i, finished := range []bool{true, false} {
			c.Subtasks = append(c.Subtasks, checkpoint.Subtask{
				Task: "Between", Index: i, Parallelism: 2, Finished: finished, Operators: []checkpoint.Operator{{UID: "Between"}},
			})
		}
		r := &restored{checkpoint: c}
		middle.parallelism = 2
		require.True(t, r.finishedSubtask(count, 0, r.inputOver(j, count)), "the rest comes to the other subtask")
		middle.parallelism = 3
		require.False(t, r.finishedSubtask(count, 0, r.inputOver(j, count)), "it may come to this one")
	}
}

// What is not before a task does not matter: a Finish that has run must not run again because another source goes on.
func TestAnotherSourceDoesNotRepeatFinish(t *testing.T) {
	j := twoTasks()
	AddTask(j, TaskInfo{Operators: []Operator{Source("Others", function.Of(1))}}, func() *Task { return &Task{} })
	c := held([]bool{true, true}, []bool{true, false})
	c.Subtasks = append(c.Subtasks, checkpoint.Subtask{Task: "Others", Parallelism: 1, Operators: []checkpoint.Operator{{UID: "Others"}}})
	r, count := &restored{checkpoint: c}, j.vertices[1]
	require.True(t, r.finishedSubtask(count, 0, r.inputOver(j, count)))
	j.edges = append(j.edges, &edge{from: j.vertices[2], to: count})
	require.False(t, r.finishedSubtask(count, 0, r.inputOver(j, count)))
}

func TestWhatAJobCannotTakeOverIsRefused(t *testing.T) {
	c := held([]bool{false}, []bool{false})
	require.NoError(t, (&restored{checkpoint: c}).check(twoTasks(), false))

	renamed := NewJob("Counting")
	AddTask(renamed, TaskInfo{Operators: []Operator{Source("Digits", function.Of(1))}}, func() *Task { return &Task{} })
	err := (&restored{checkpoint: c}).check(renamed, false)
	require.ErrorContains(t, err, `checkpoint 7 holds 1 split of operator Numbers, which pipeline Counting does not have: name its field so, tag a field uid:"Numbers", `+
		"or set execution.state-recovery.ignore-unclaimed-state=true to drop it")
	require.ErrorContains(t, err, "checkpoint 7 holds state State of operator Count, which")
	require.ErrorContains(t, err, "checkpoint 7 holds 1 transaction of operator Totals, which")
	require.NoError(t, (&restored{checkpoint: c}).check(renamed, true))

	other := NewJob("Counting")
	AddTask(other, TaskInfo{Operators: []Operator{
		Source("Numbers", function.Of(1)), Transform("Count", "Numbers"),
		Sink("Totals", function.Sink(func([]int) error { return nil }), "Count"),
	}}, func() *Task { return &Task{} })
	require.ErrorContains(t, (&restored{checkpoint: c}).check(other, false), "checkpoint 7 holds the state of Totals as a collect, which now is a function")

	c.Subtasks[0].Operators[0].Connector = runtime.Connector{Kind: c.Subtasks[0].Operators[0].Connector.Kind, Version: 9}
	require.ErrorContains(t, (&restored{checkpoint: c}).check(twoTasks(), false), "in version 9 of")
}

// What only one subtask held would be lost as well.
func TestWhatAnySubtaskHeldIsRefused(t *testing.T) {
	c := held([]bool{false}, []bool{false, false})
	c.Subtasks[1].Operators = slices.Clone(c.Subtasks[1].Operators)
	c.Subtasks[1].Operators[1].Handles = nil
	renamed := twoTasks()
	renamed.vertices[1].info.Operators = renamed.vertices[1].info.Operators[:1]
	require.ErrorContains(t, (&restored{checkpoint: c}).check(renamed, false), "checkpoint 7 holds 1 transaction of operator Totals, which pipeline Counting does not have")
}

// After its end an operator must get no records any more: what comes before it must have come to its end too.
func TestAFinishedOperatorBehindOneThatIsNotIsRefused(t *testing.T) {
	c := held([]bool{true, true}, []bool{true, true})
	require.NoError(t, (&restored{checkpoint: c}).check(twoTasks(), false))

	more := twoTasks()
	AddTask(more, TaskInfo{Operators: []Operator{Source("Others", function.Of(1))}}, func() *Task { return &Task{} })
	require.NoError(t, (&restored{checkpoint: c}).check(more, false), "a source beside it")
	more.vertices[1].info.Operators[0].from = []string{"Numbers", "Others"}
	require.EqualError(t, (&restored{checkpoint: c}).check(more, false), "checkpoint 7 was taken when operator Count had come to the end of its input, "+
		"but now it reads from Others, which had not: take that edge away, or begin anew with --fresh")
	more.vertices[1].info.Operators[0].from = []string{"Numbers", "Others.late"}
	require.ErrorContains(t, (&restored{checkpoint: c}).check(more, false), "now it reads from Others, which had not")
	more.vertices[1].info.Operators[0] = more.vertices[1].info.Operators[0].Loop("Others")
	more.vertices[1].info.Operators[0].from = []string{"Numbers"}
	require.NoError(t, (&restored{checkpoint: c}).check(more, false), "what a loop feeds back ends with its input")

	some := held([]bool{true, false}, []bool{false, false})
	require.NoError(t, (&restored{checkpoint: some}).check(twoTasks(), false), "some subtasks may have ended, others not")
}

// Operators of one task run Finish together.
func TestAFinishedOperatorBesideOneThatIsNotIsRefused(t *testing.T) {
	c := held([]bool{true}, []bool{false})
	j := NewJob("Counting")
	AddTask(j, TaskInfo{Operators: []Operator{Source("Numbers", function.Of(1, 2, 3)), Transform("Count", "Numbers"), Sink[int]("Totals", collect.New[int](), "Count")}},
		func() *Task { return &Task{} })
	require.ErrorContains(t, (&restored{checkpoint: c}).check(j, false), "checkpoint 7 was taken when operator Numbers had come to the end of its input and Count had not, "+
		`but now they run in one task: tag an edge between them edge:"rebalance" to part them`)
}

// Where some subtasks of one operator had run Finish, and none of the operator that it calls now, that one is still to run it.
func TestFinishRunsForAnOperatorThatWasPutIntoTheTask(t *testing.T) {
	for _, test := range []struct {
		name     string
		count    []bool // which subtasks of Count had finished
		finished []bool
	}{
		{"none", []bool{false, false}, []bool{false, false}},
		{"some", []bool{true, false}, []bool{true, false}},
		{"none of another parallelism", []bool{false, false, false}, []bool{false, false}},
		{"some of another parallelism", []bool{true, false, false}, []bool{false, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := NewJob("Counting")
			AddTask(j, TaskInfo{Operators: []Operator{Source("Numbers", function.Of(1))}}, func() *Task { return &Task{} })
			AddTask(j, TaskInfo{Operators: []Operator{Transform("Between", "Numbers"), Transform("Count", "Between")}}, func() *Task { return &Task{} })
			j.edges = []*edge{{from: j.vertices[0], to: j.vertices[1]}}
			c := held([]bool{true, true}, test.count)
			for i, finished := range []bool{true, false} {
				c.Subtasks = append(c.Subtasks, checkpoint.Subtask{
					Task: "Between", Index: i, Parallelism: 2, Finished: finished, Operators: []checkpoint.Operator{{UID: "Between"}},
				})
			}
			chained := j.vertices[1]
			chained.parallelism = 2
			r := &restored{checkpoint: c}
			require.NoError(t, r.checkFinished(j))
			for i, want := range test.finished {
				require.Equal(t, want, r.finishedSubtask(chained, i, r.inputOver(j, chained)), "violation: subtask %d had run Finish", i)
			}
		})
	}
}

func TestAStateOfAnotherFormIsRefused(t *testing.T) {
	c := held([]bool{false}, []bool{false})
	r := &restored{checkpoint: c}
	now := func(schema string) error {
		return r.checkStates("Count", []checkpoint.TakenState{{State: checkpoint.State{Name: "State", Schema: schema}}}, func(checkpoint.State) bool { return true })
	}
	require.NoError(t, now("int: {N int}"))
	require.NoError(t, now("int: {N int, Last int}"), "a field was added")
	require.NoError(t, now("int: {Count int was N}"), "it was renamed")
	require.NoError(t, now("int: {-N}"), "it may be dropped")
	require.ErrorContains(t, r.checkStates("Count", nil, func(checkpoint.State) bool { return false }), "holds state State of operator Count, which has no such state now")
	require.EqualError(t, now("int64: {N string, Last int}"), "checkpoint 7 holds state State of operator Count in a form that the program cannot take over:\n"+
		"\tState[key]: int became int64, but keys are frozen\n\tState.N: int became string\n"+
		`undo that in the program: a field that has another name now says so with the tag was:"Old", and one that may be dropped is named in the doc comment `+
		"of its struct, //streamgen:removed Old; or run the program that wrote it, or begin anew with --fresh")

	c.Subtasks[1].Operators[0].States[0].Schema = "int: {N bigint}" // by a later version
	require.NoError(t, now("int: {N bigint}"))
	require.ErrorContains(t, now("int: {N int}"), "as\n\tint: {N bigint}\nbut the program has\n\tint: {N int}\nand what the checkpoint says of its form cannot be read: "+
		"schema at offset 8, before \"bigint}\": unknown type bigint")
}

func TestRecordsInFlightWithoutAWayInAreRefused(t *testing.T) {
	inFlight := checkpoint.State{Name: "in flight", Schema: "string", Kind: checkpoint.InFlight}
	c := held([]bool{false}, []bool{false})
	c.Subtasks[1].Operators[0].States = []checkpoint.State{inFlight}
	start := &Restore{from: &restored{checkpoint: c}, withoutInFlight: -1}
	refused := func() error { return start.from.checkStates("Count", nil, start.ignores) }
	require.EqualError(t, refused(), "checkpoint 7 holds records in flight to operator Count: no way leads there for them now. "+
		`If the operator is tagged edge:"forward", which pins it to the one before it, take that away; or drop the records: `+
		"set execution.state-recovery.without-channel-state.checkpoint-id to the number of the checkpoint")
	start.withoutInFlight = 6
	require.Error(t, refused(), "that is another checkpoint")
	start.withoutInFlight = 7
	require.NoError(t, refused())
	require.False(t, start.ignores(checkpoint.State{Name: "State"}), "it is none of the records in flight")
}
