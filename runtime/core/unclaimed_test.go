package core

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/runtime/connector/function"
)

// What goes with an operator that the pipeline does not have any more is said, since its transactions are lost with it.
func TestWhatIsDroppedIsTold(t *testing.T) {
	var log bytes.Buffer
	j := NewJob("Counting")
	AddTask(j, TaskInfo{Operators: []Operator{Source("Numbers", function.Of(1, 2, 3))}}, func() *Task { return &Task{} })
	a := &attempt{job: j, env: &environment{logger: slog.New(slog.NewTextHandler(&log, nil))}, from: &restored{checkpoint: held([]bool{false}, []bool{false})}}
	a.warnDropped()
	require.Contains(t, log.String(), `operator=Count dropped="state State" checkpoint=7`)
	require.Contains(t, log.String(), `operator=Totals dropped="1 transaction" checkpoint=7`)
	require.NotContains(t, log.String(), "operator=Numbers")
}

// So does a state that its operator does not have any more, however many subtasks held it.
func TestADroppedStateIsTold(t *testing.T) {
	var log bytes.Buffer
	env := &environment{logger: slog.New(slog.NewTextHandler(&log, nil))}
	env.config.Recovery.IgnoreUnclaimed = true
	j := twoTasks()
	j.edges = nil // nothing is in flight
	a := &attempt{job: j, env: env, from: &restored{checkpoint: held([]bool{false}, []bool{false, false})}}
	a.warnDropped()
	require.Equal(t, 1, strings.Count(log.String(), "\n"))
	require.Contains(t, log.String(), "operator=Count state=State checkpoint=7")
	log.Reset()
	a.from = &restored{}
	a.warnDropped()
	require.Empty(t, log.String(), "a start from nothing")
}
