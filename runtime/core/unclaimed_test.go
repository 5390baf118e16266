package core

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
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

// holdingInFlight is a checkpoint of twoTasks that holds three records in flight to Count.
func holdingInFlight(t *testing.T) *restored {
	t.Helper()
	c := held([]bool{false}, []bool{false})
	count := &c.Subtasks[1]
	count.Operators[0].States = append(count.Operators[0].States, checkpoint.State{Name: "in flight", Schema: "int", Kind: checkpoint.InFlightOnce})
	w := snapshot.NewWriter(snapshot.None)
	require.NoError(t, w.Section("Count", "State", 0, 1, []byte{0x93}))
	require.NoError(t, w.Section("Count", "in flight", 0, 3, []byte{1, 2, 3}))
	b := w.Finish()
	count.Data = checkpoint.Data{Inline: b, Size: int64(len(b))}
	return &restored{checkpoint: c, read: func(d checkpoint.Data) (vfs.Reader, error) { return inMemory{bytes.NewReader(d.Inline)}, nil }}
}

// So are records in flight that are dropped on purpose. They are lost even if nobody can count them.
func TestDroppedRecordsInFlightAreTold(t *testing.T) {
	var log bytes.Buffer
	env := &environment{logger: slog.New(slog.NewTextHandler(&log, nil))}
	env.config.Recovery.WithoutChannelState, env.config.Recovery.IgnoreUnclaimed = 7, true
	a := &attempt{job: twoTasks(), env: env, from: holdingInFlight(t)}
	a.warnDropped()
	require.Contains(t, log.String(), `msg="records in flight are dropped" operator=Count state="in flight" records=3 checkpoint=7`)
	require.Empty(t, a.withoutEffect())

	log.Reset()
	a.from.checkpoint.Subtasks[1].Data = checkpoint.Data{Inline: []byte("torn"), Size: 4}
	a.warnDropped()
	require.Contains(t, log.String(), `msg="records in flight are dropped, and cannot be counted" operator=Count`)

	env.config.Recovery.WithoutChannelState = 6
	require.Equal(t, "execution.state-recovery.without-channel-state.checkpoint-id is 6, which has no effect: "+
		"checkpoint 7 is restored, with its records in flight", a.withoutEffect())
	a.from = &restored{}
	require.Equal(t, "execution.state-recovery.without-channel-state.checkpoint-id is 6, which has no effect: no checkpoint is restored", a.withoutEffect())
	env.config.Recovery.WithoutChannelState = -1
	require.Empty(t, a.withoutEffect())
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
