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
		{"no checkpoints", func(c *config.Checkpointing) {},
			"execution.checkpointing.interval is off, so that one is open until the end of input: output would be lost; set an interval"},
		{"none in a backlog", func(c *config.Checkpointing) { c.Interval, c.IntervalDuringBacklog = time.Minute, 0 },
			"execution.checkpointing.interval-during-backlog is off, so that one is open for as long as there is a backlog: output would be lost; set an interval for it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config.Default()
			test.change(&c.Checkpointing)
			job := (&wordcount.WordCount{Lines: function.Of("a"), Totals: expiring{collect.New[wordcount.Total](), 15 * time.Minute}}).StreamgenJob()
			_, planned := job.Plan(t.Context(), runtime.Environment{Config: c, Logger: slog.New(slog.DiscardHandler), FS: vfs.NewMem()})
			_, err := core.Simulate(job, c, vfs.NewMem(), "/job", rand.New(rand.NewPCG(1, 1)), nil)
			if test.want == "" {
				require.NoError(t, err)
				require.NoError(t, planned)
				return
			}
			require.EqualError(t, err, prefix+test.want)
			require.EqualError(t, planned, prefix+test.want)
		})
	}
}
