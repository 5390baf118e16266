package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDefaultsAreValid(t *testing.T) {
	require.NoError(t, Validate(Default()))
	require.NoError(t, Validate(ForMain()))
}

func TestValidate(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"interval too short": {
			func(c *Config) { c.Checkpointing.Interval = 9 * time.Millisecond },
			"execution.checkpointing.interval is 9 ms: want at least 10 ms, or off",
		},
		"interval negative": {
			func(c *Config) { c.Checkpointing.Interval = -time.Second },
			"execution.checkpointing.interval is -1 s: want at least 10 ms, or off",
		},
		"an unknown mode": {
			func(c *Config) { c.Checkpointing.Mode = 7 },
			"execution.checkpointing.mode is unknown(7): want EXACTLY_ONCE or AT_LEAST_ONCE",
		},
		"timeout of nothing": {
			func(c *Config) { c.Checkpointing.Timeout = 0 },
			"execution.checkpointing.timeout is 0 ms: want at least 10 ms",
		},
		"more checkpoints in a backlog": {
			func(c *Config) {
				c.Checkpointing.Interval, c.Checkpointing.IntervalDuringBacklog = time.Minute, time.Second
			},
			"execution.checkpointing.interval-during-backlog is 1 s: want at least execution.checkpointing.interval, which is 1 min, or off, or same",
		},
		"checkpoints in a backlog only": {
			func(c *Config) { c.Checkpointing.IntervalDuringBacklog = time.Second },
			"execution.checkpointing.interval-during-backlog is 1 s: want at least execution.checkpointing.interval, which is off, or off, or same",
		},
		"sources that wait for nothing": {
			func(c *Config) { c.PauseSources = true },
			"pipeline.sources.pause-until-first-checkpoint is true, but there are no periodic checkpoints that the sources could wait for: " +
				"set execution.checkpointing.interval",
		},
		"no record of a loop in memory": {
			func(c *Config) { c.LoopRecordsInMemory = 0 },
			"pipeline.loop.records-in-memory is 0: want at least 1",
		},
		"fewer than no retries": {
			func(c *Config) { c.CommitRetries = -1 },
			"sink.committer.retries is -1: it cannot be negative",
		},
		"no time for the synchronous part": {
			func(c *Config) { c.Checkpointing.SynchronousTimeout = time.Millisecond },
			"execution.checkpointing.synchronous-timeout is 1 ms: want at least 10 ms, or off",
		},
		"a pause and several at a time": {
			func(c *Config) { c.Checkpointing.MinPause, c.Checkpointing.MaxConcurrent = time.Second, 2 },
			"execution.checkpointing.min-pause is 1 s and execution.checkpointing.max-concurrent-checkpoints 2: " +
				"a pause after each checkpoint means one at a time; set one of them",
		},
		"nothing to overtake": {
			func(c *Config) { c.Checkpointing.Unaligned, c.Checkpointing.Mode = true, AtLeastOnce },
			"execution.checkpointing.unaligned.enabled is true and execution.checkpointing.mode AT_LEAST_ONCE: without alignment there is nothing to overtake; set one of them",
		},
		"several that overtake": {
			func(c *Config) { c.Checkpointing.Unaligned, c.Checkpointing.MaxConcurrent = true, 2 },
			"execution.checkpointing.unaligned.enabled is true and execution.checkpointing.max-concurrent-checkpoints 2: " +
				"each checkpoint would write down what the others overtake; set it to 1",
		},
		"a time-out of an alignment that goes on": {
			func(c *Config) { c.Checkpointing.AlignedTimeout = time.Second },
			"execution.checkpointing.aligned-checkpoint-timeout is 1 s, but execution.checkpointing.unaligned.enabled is not set: no checkpoint would turn unaligned",
		},
		"a time-out before the beginning": {
			func(c *Config) { c.Checkpointing.Unaligned, c.Checkpointing.AlignedTimeout = true, -time.Second },
			"execution.checkpointing.aligned-checkpoint-timeout is -1 s: it cannot be negative",
		},
		"records in flight of no checkpoint": {
			func(c *Config) { c.Recovery.WithoutChannelState = -2 },
			"execution.state-recovery.without-channel-state.checkpoint-id is -2: want the number of a checkpoint, or -1",
		},
		"the latest of memory": {
			func(c *Config) { c.Recovery.Path = LatestCheckpoint },
			"execution.state-recovery.path is latest, but execution.checkpointing.storage is jobmanager: there is no folder that could hold one; " +
				"set execution.checkpointing.dir, or leave it out",
		},
		"an unknown claim mode": {
			func(c *Config) { c.Recovery.ClaimMode = 7 },
			"execution.state-recovery.claim-mode is unknown(7): want NO_CLAIM or CLAIM",
		},
		"copies of memory": {
			func(c *Config) { c.Checkpointing.LocalBackup = true },
			"execution.checkpointing.local-backup.enabled is true, but execution.checkpointing.storage is jobmanager: there are no files to copy; " +
				"set execution.checkpointing.dir, or leave it out",
		},
		"copies for memory": {
			func(c *Config) { c.Recovery.FromLocal = true },
			"execution.state-recovery.from-local is true, but execution.checkpointing.storage is jobmanager: there are no copies to read; " +
				"set execution.checkpointing.dir, or leave it out",
		},
		"a claim for memory": {
			func(c *Config) { c.Recovery.ClaimMode = Claim },
			"execution.state-recovery.claim-mode is CLAIM, but execution.checkpointing.storage is jobmanager: a savepoint is deleted when " +
				"the job's own checkpoints replace it, and those would be gone with the process; set execution.checkpointing.dir, or NO_CLAIM",
		},
		"none at a time": {
			func(c *Config) { c.Checkpointing.MaxConcurrent = 0 },
			"execution.checkpointing.max-concurrent-checkpoints is 0: want at least 1",
		},
		"none retained": {
			func(c *Config) { c.Checkpointing.NumRetained = 0 },
			"execution.checkpointing.num-retained is 0: want at least 1",
		},
		"a large manifest": {
			func(c *Config) { c.Checkpointing.InlineThreshold = 1<<20 + 1 },
			"execution.checkpointing.data-inline-threshold is 1048577 bytes: want 0 to 1 mb",
		},
		"a file system without a folder": {
			func(c *Config) { c.Checkpointing.Storage = FileSystem },
			"execution.checkpointing.storage is filesystem, but execution.checkpointing.dir does not say in which folder",
		},
		"a folder for memory": {
			func(c *Config) { c.Checkpointing.Dir = "/data" },
			"execution.checkpointing.dir is /data, but execution.checkpointing.storage jobmanager keeps nothing there: " +
				"set it to filesystem, or leave dir out",
		},
		"no subtasks": {
			func(c *Config) { c.Parallelism = 0 },
			"parallelism.default is 0: want at least 1",
		},
		"more subtasks than key groups": {
			func(c *Config) { c.MaxParallelism, c.Parallelisms = 4, map[string]int{"Count": 8} },
			"parallelism.Count is 8: want at most 4, the number of key groups (pipeline.max-parallelism)",
		},
		"too many key groups": {
			func(c *Config) { c.MaxParallelism = 1<<15 + 1 },
			"pipeline.max-parallelism is 32769: want 1 to 32768, or -1",
		},
		"a backoff that shrinks": {
			func(c *Config) { c.Restart.ExponentialDelay.BackoffMultiplier = 0.5 },
			"restart-strategy.exponential-delay.backoff-multiplier is 0.5: want at least 1",
		},
		"a backoff above its maximum": {
			func(c *Config) { c.Restart.ExponentialDelay.InitialBackoff = time.Hour },
			"restart-strategy.exponential-delay.max-backoff is 1 min: want at least restart-strategy.exponential-delay.initial-backoff, 1 h",
		},
		"jitter above all": {
			func(c *Config) { c.Restart.ExponentialDelay.JitterFactor = 1.1 },
			"restart-strategy.exponential-delay.jitter-factor is 1.1: want 0 to 1",
		},
		"no failure at all": {
			func(c *Config) { c.Restart.FailureRate.MaxFailures = 0 },
			"restart-strategy.failure-rate.max-failures-per-interval is 0: want at least 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			c.Parallelism = 2
			test.change(&c)
			require.EqualError(t, Validate(c), test.want)
		})
	}
}

func TestValidateReturnsEveryMistake(t *testing.T) {
	c := Default()
	c.Parallelism, c.Checkpointing.NumRetained, c.Restart.FixedDelay.Delay = 0, 0, -1
	err := Validate(c)
	require.ErrorContains(t, err, "parallelism.default")
	require.ErrorContains(t, err, "num-retained")
	require.ErrorContains(t, err, "restart-strategy.fixed-delay.delay")
}

func TestJobDir(t *testing.T) {
	c := Checkpointing{Storage: FileSystem, Dir: "/data", CreateSubdir: true}
	require.Equal(t, "/data/WordCount", c.JobDir("WordCount"))
	c.CreateSubdir = false
	require.Equal(t, "/data", c.JobDir("WordCount"))
	require.Empty(t, Checkpointing{}.JobDir("WordCount"))
}
