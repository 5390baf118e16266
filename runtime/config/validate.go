package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	// MaxKeyGroups is the highest pipeline.max-parallelism.
	MaxKeyGroups = 1 << 15
	// shortest is the shortest interval and timeout of a checkpoint, as in Flink.
	shortest = 10 * time.Millisecond
)

// Validate returns every mistake in c, joined: each names the keys that it is about.
func Validate(c Config) error {
	var p problems
	p.parallelism(c)
	p.checkpointing(c.Checkpointing)
	p.unless(!c.PauseSources || c.Checkpointing.Interval > 0, "pipeline.sources.pause-until-first-checkpoint is true, but there are no periodic checkpoints "+
		"that the sources could wait for: set execution.checkpointing.interval")
	p.unless(c.LoopRecordsInMemory >= 1, "pipeline.loop.records-in-memory is %d: want at least 1", c.LoopRecordsInMemory)
	p.unless(c.CommitRetries >= 0, "sink.committer.retries is %d: it cannot be negative", c.CommitRetries)
	p.restart(c.Restart)
	p.unless(int(c.Failover) < len(failoverWords), "jobmanager.execution.failover-strategy is %v: want %s", c.Failover, alternatives(failoverWords))
	p.unless(c.Recovery.WithoutChannelState >= -1,
		"execution.state-recovery.without-channel-state.checkpoint-id is %d: want the number of a checkpoint, or -1", c.Recovery.WithoutChannelState)
	p.unless(!c.Recovery.Fresh || c.Recovery.Path == "", "--fresh starts from nothing, but execution.state-recovery.path is %s: leave one of them out; "+
		"to go back to a savepoint give it with a new folder of checkpoints", c.Recovery.Path)
	p.unless(c.Recovery.Path != LatestCheckpoint || c.Checkpointing.Storage == FileSystem,
		"execution.state-recovery.path is latest, but execution.checkpointing.storage is jobmanager: there is no folder that could hold one; "+
			"set execution.checkpointing.dir, or leave it out")
	const backup = "execution.checkpointing.local-backup.enabled"
	p.unless(!c.Checkpointing.LocalBackup || c.Checkpointing.Storage == FileSystem,
		backup+" is true, but execution.checkpointing.storage is jobmanager: there are no files to copy; set execution.checkpointing.dir, or leave it out")
	p.unless(!c.Recovery.FromLocal || c.Checkpointing.Storage == FileSystem,
		"execution.state-recovery.from-local is true, but execution.checkpointing.storage is jobmanager: there are no copies to read; "+
			"set execution.checkpointing.dir, or leave it out")
	p.unless(int(c.Recovery.ClaimMode) < len(claimModeWords), "execution.state-recovery.claim-mode is %v: want %s",
		c.Recovery.ClaimMode, alternatives(claimModeWords))
	p.unless(c.Recovery.ClaimMode != Claim || c.Checkpointing.Storage == FileSystem,
		"execution.state-recovery.claim-mode is CLAIM, but execution.checkpointing.storage is jobmanager: a savepoint is deleted when "+
			"the job's own checkpoints replace it, and those would be gone with the process; set execution.checkpointing.dir, or NO_CLAIM")
	return errors.Join(p...)
}

// problems collects the mistakes of a configuration.
type problems []error

// unless adds a problem if ok does not hold.
func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

func (p *problems) parallelism(c Config) {
	p.unless(c.MaxParallelism >= 0 && c.MaxParallelism <= MaxKeyGroups,
		"pipeline.max-parallelism is %d: want 1 to %d, or -1", c.MaxParallelism, MaxKeyGroups)
	limit := MaxKeyGroups
	if c.MaxParallelism > 0 {
		limit = c.MaxParallelism
	}
	check := func(key string, n int) {
		p.unless(n >= 1, "%s is %d: want at least 1", key, n)
		p.unless(n <= limit, "%s is %d: want at most %d, the number of key groups (pipeline.max-parallelism)", key, n, limit)
	}
	check(parallelismPrefix+"default", c.Parallelism)
	for _, uid := range slices.Sorted(maps.Keys(c.Parallelisms)) {
		check(parallelismPrefix+uid, c.Parallelisms[uid])
	}
}

func (p *problems) checkpointing(c Checkpointing) {
	const prefix = "execution.checkpointing."
	p.unless(c.Interval == 0 || c.Interval >= shortest,
		prefix+"interval is %s: want at least 10 ms, or off", formatDuration(c.Interval))
	p.unless(c.IntervalDuringBacklog == SameInterval || c.IntervalDuringBacklog == 0 || c.Interval > 0 && c.IntervalDuringBacklog >= c.Interval,
		prefix+"interval-during-backlog is %s: want at least "+prefix+"interval, which is %s, or off, or same",
		formatDuration(c.IntervalDuringBacklog), formatDurationOrOff(c.Interval))
	p.unless(int(c.Mode) < len(modeWords), prefix+"mode is %v: want %s", c.Mode, alternatives(modeWords))
	p.unless(c.Timeout >= shortest, prefix+"timeout is %s: want at least 10 ms", formatDuration(c.Timeout))
	p.unless(c.SynchronousTimeout == 0 || c.SynchronousTimeout >= shortest,
		prefix+"synchronous-timeout is %s: want at least 10 ms, or off", formatDuration(c.SynchronousTimeout))
	p.unless(c.MinPause >= 0, prefix+"min-pause is %s: it cannot be negative", formatDuration(c.MinPause))
	p.unless(c.MaxConcurrent >= 1, prefix+"max-concurrent-checkpoints is %d: want at least 1", c.MaxConcurrent)
	p.unless(c.MinPause <= 0 || c.MaxConcurrent <= 1,
		prefix+"min-pause is %s and "+prefix+"max-concurrent-checkpoints %d: a pause after each checkpoint means one at a time; set one of them",
		formatDuration(c.MinPause), c.MaxConcurrent)
	p.unless(!c.Unaligned || c.Mode != AtLeastOnce,
		prefix+"unaligned.enabled is true and "+prefix+"mode AT_LEAST_ONCE: without alignment there is nothing to overtake; set one of them")
	p.unless(!c.Unaligned || c.MaxConcurrent <= 1,
		prefix+"unaligned.enabled is true and "+prefix+"max-concurrent-checkpoints %d: each checkpoint would write down what the others overtake; set it to 1", c.MaxConcurrent)
	p.unless(c.AlignedTimeout >= 0, prefix+"aligned-checkpoint-timeout is %s: it cannot be negative", formatDuration(c.AlignedTimeout))
	p.unless(c.AlignedTimeout <= 0 || c.Unaligned,
		prefix+"aligned-checkpoint-timeout is %s, but "+prefix+"unaligned.enabled is not set: no checkpoint would turn unaligned", formatDuration(c.AlignedTimeout))
	p.unless(c.TolerableFailures >= 0, prefix+"tolerable-failed-checkpoints is %d: it cannot be negative", c.TolerableFailures)
	p.unless(int(c.Retention) < len(retentionWords),
		prefix+"externalized-checkpoint-retention is %v: want %s", c.Retention, alternatives(retentionWords))
	p.unless(c.NumRetained >= 1, prefix+"num-retained is %d: want at least 1", c.NumRetained)
	p.unless(int(c.Storage) < len(storageWords), prefix+"storage is %v: want %s", c.Storage, alternatives(storageWords))
	p.unless(c.Storage != FileSystem || c.Dir != "",
		prefix+"storage is filesystem, but "+prefix+"dir does not say in which folder")
	p.unless(c.Storage != JobManager || c.Dir == "",
		prefix+"dir is %s, but "+prefix+"storage jobmanager keeps nothing there: set it to filesystem, or leave dir out", c.Dir)
	p.unless(c.InlineThreshold >= 0 && c.InlineThreshold <= mebibyte,
		prefix+"data-inline-threshold is %d bytes: want 0 to 1 mb", c.InlineThreshold)
	p.unless(int(c.Compression) < len(compressionWords),
		prefix+"snapshot-compression is %v: want %s", c.Compression, alternatives(compressionWords))
}

func (p *problems) restart(c Restart) {
	const (
		exponential = "restart-strategy.exponential-delay."
		fixed       = "restart-strategy.fixed-delay."
		rate        = "restart-strategy.failure-rate."
	)
	p.unless(int(c.Strategy) < len(strategyWords), "restart-strategy.type is %v: want %s", c.Strategy, alternatives(strategyWords))

	e := c.ExponentialDelay
	p.unless(e.InitialBackoff >= time.Millisecond, exponential+"initial-backoff is %s: want at least 1 ms", formatDuration(e.InitialBackoff))
	p.unless(e.MaxBackoff >= e.InitialBackoff, exponential+"max-backoff is %s: want at least "+exponential+"initial-backoff, %s",
		formatDuration(e.MaxBackoff), formatDuration(e.InitialBackoff))
	p.unless(e.BackoffMultiplier >= 1, exponential+"backoff-multiplier is %v: want at least 1", e.BackoffMultiplier)
	p.unless(e.JitterFactor >= 0 && e.JitterFactor <= 1, exponential+"jitter-factor is %v: want 0 to 1", e.JitterFactor)
	p.unless(e.ResetThreshold >= time.Millisecond,
		exponential+"reset-backoff-threshold is %s: want at least 1 ms", formatDuration(e.ResetThreshold))
	p.unless(e.Attempts >= 0, exponential+"attempts-before-reset-backoff is %d: want 1 or more, or 0 for all", e.Attempts)

	p.unless(c.FixedDelay.Attempts >= 0, fixed+"attempts is %d: it cannot be negative", c.FixedDelay.Attempts)
	p.unless(c.FixedDelay.Delay >= 0, fixed+"delay is %s: it cannot be negative", formatDuration(c.FixedDelay.Delay))

	p.unless(c.FailureRate.MaxFailures >= 1, rate+"max-failures-per-interval is %d: want at least 1", c.FailureRate.MaxFailures)
	p.unless(c.FailureRate.Interval >= time.Millisecond,
		rate+"failure-rate-interval is %s: want at least 1 ms", formatDuration(c.FailureRate.Interval))
	p.unless(c.FailureRate.Delay >= 0, rate+"delay is %s: it cannot be negative", formatDuration(c.FailureRate.Delay))
}
