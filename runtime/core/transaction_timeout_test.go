package core_test

import (
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/connector/function"
	"github.com/streamgen/streamgen/runtime/core"
)

// expiring is a sink whose transactions are given up after a time.
type expiring struct {
	*collect.Sink[wordcount.Total]
	after time.Duration
}

func (e expiring) TransactionTimeout() time.Duration { return e.after }

// begin starts a job, and plans a start of it.
func begin(t *testing.T, job runtime.Job, c config.Config) (started, planned error) {
	t.Helper()
	_, planned = job.Plan(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem()})
	_, started = core.Simulate(job, c, vfs.NewMem(), "/job", rand.New(rand.NewPCG(1, 1)), nil)
	return started, planned
}

func TestTransactionsMustLiveLongEnough(t *testing.T) {
	const prefix = "sink Totals: its transactions are given up after 15m0s, but "
	for _, test := range []struct {
		name   string
		change func(*config.Checkpointing)
		want   string // "" if they do
	}{
		{"longer than the interval and the timeout", func(c *config.Checkpointing) { c.Interval = 4 * time.Minute }, ""},
		{"interval", func(c *config.Checkpointing) { c.Interval = 5 * time.Minute },
			"one may be open for execution.checkpointing.interval (5m0s) and execution.checkpointing.timeout (10m0s), 15m0s together: output would be lost; " +
				"let the service keep them for longer, or make these shorter"},
		{"backlog", func(c *config.Checkpointing) { c.Interval, c.IntervalDuringBacklog = time.Minute, 6*time.Minute },
			"one may be open for execution.checkpointing.interval-during-backlog (6m0s) and execution.checkpointing.timeout (10m0s), 16m0s together: output would be lost; " +
				"let the service keep them for longer, or make these shorter"},
		{"pause", func(c *config.Checkpointing) { c.Interval, c.MinPause = time.Minute, 7*time.Minute },
			"one may be open for execution.checkpointing.min-pause (7m0s) and execution.checkpointing.timeout (10m0s), 17m0s together: output would be lost; " +
				"let the service keep them for longer, or make these shorter"},
		{"as long as a duration can be", func(c *config.Checkpointing) { c.Interval = 9223372036854 * time.Millisecond },
			"one may be open for execution.checkpointing.interval (2562047h47m16.854s) and execution.checkpointing.timeout (10m0s), 2562047h47m16.854775807s together: output " +
				"would be lost; let the service keep them for longer, or make these shorter"},
		{"no checkpoints", func(c *config.Checkpointing) {},
			"execution.checkpointing.interval is off, so that one is open until the end of input: output would be lost; set an interval"},
		{"none in a backlog", func(c *config.Checkpointing) { c.Interval, c.IntervalDuringBacklog = time.Minute, 0 },
			"execution.checkpointing.interval-during-backlog is off, so that one is open for as long as there is a backlog: output would be lost; set an interval for it"},
		{"none when the first has finished", func(c *config.Checkpointing) { c.Interval, c.AfterTasksFinish = time.Minute, false },
			"with execution.checkpointing.checkpoints-after-tasks-finish=false there are no periodic checkpoints any more when the first of the 2 subtasks has come to the end " +
				"of its input, so that one is open until the last has: output would be lost; set it to true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config.Default()
			c.Parallelism = 1 // of two tasks
			test.change(&c.Checkpointing)
			job := (&wordcount.WordCount{Lines: function.Of("a"), Totals: expiring{collect.New[wordcount.Total](), 15 * time.Minute}}).StreamgenJob()
			started, planned := begin(t, job, c)
			if test.want == "" {
				require.NoError(t, started)
				require.NoError(t, planned)
				return
			}
			require.EqualError(t, started, prefix+test.want)
			require.EqualError(t, planned, prefix+test.want)
		})
	}
}

// Behind the end of the only subtask nothing is written any more.
func TestATransactionOfTheOnlySubtaskEndsWithIt(t *testing.T) {
	lines, totals := function.Of[string](), expiring{collect.New[wordcount.Total](), 15 * time.Minute}
	j := core.NewJob("Idling")
	core.AddTask(j, core.TaskInfo{Operators: []core.Operator{core.Source("Lines", lines), core.Sink("Totals", totals, "Lines")}}, func() *idling {
		return &idling{lines: core.NewSourcePort(lines)}
	})
	c := config.Default()
	c.Parallelism, c.Checkpointing.Interval, c.Checkpointing.AfterTasksFinish = 1, time.Minute, false
	started, planned := begin(t, j, c)
	require.NoError(t, started)
	require.NoError(t, planned)
	c.Parallelism = 2
	started, planned = begin(t, j, c)
	require.ErrorContains(t, started, "of the 2 subtasks")
	require.ErrorContains(t, planned, "of the 2 subtasks")
}
