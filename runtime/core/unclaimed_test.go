package core

import (
	"bytes"
	"log/slog"
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
