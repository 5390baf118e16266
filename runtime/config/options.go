package config

import "time"

// Options returns every option, grouped as the documentation shows them. The keys parallelism.UID, one for each operator, are not
// among them; Set takes them too.
func Options() []Option {
	var all []Option
	all = append(all, jobOptions()...)
	all = append(all, checkpointingOptions()...)
	all = append(all, connectorOptions()...)
	all = append(all, recoveryOptions()...)
	all = append(all, restartOptions()...)
	all = append(all, acceptedOptions()...)
	return append(all, laterOptions()...)
}

func jobOptions() []Option {
	parallelism := supported("parallelism.default", "Parallelism", integer, func(c *Config) *int { return &c.Parallelism },
		"Subtasks of every task that says nothing else. `parallelism.UID` sets it for the task of one operator")
	parallelism.Default = "the number of CPUs"
	return []Option{
		parallelism,
		supported("pipeline.max-parallelism", "MaxParallelism", keyGroups, func(c *Config) *int { return &c.MaxParallelism },
			"Number of key groups, up to 32768: the most subtasks that keyed state can be spread over. A later start may set a multiple of it. -1: chosen at the first start, then kept"),
		supported("pipeline.loop.records-in-memory", "LoopRecordsInMemory", integer, func(c *Config) *int { return &c.LoopRecordsInMemory },
			"How many records that a loop feeds back wait in memory on each channel, at least 1. More wait on disk, in `io.tmp.dirs`. Not an option of Flink's"),
		supported("io.tmp.dirs", "TempDirs", paths, func(c *Config) *[]string { return &c.TempDirs },
			"Folders for files that need not survive the process, separated by commas, each on a disk of its own for example: "+
				"records of loops that wait on disk. By default the folder of the system for temporary files"),
	}
}

func checkpointingOptions() []Option {
	const prefix = "execution.checkpointing."
	dir := supported(prefix+"dir", "Checkpointing.Dir", path, func(c *Config) *string { return &c.Checkpointing.Dir },
		"Folder of the checkpoints. To set it makes the storage `filesystem`, unless that is set too")
	setDir := dir.set
	dir.set = func(c *Config, value string) error {
		if err := setDir(c, value); err != nil {
			return err
		}
		c.Checkpointing.Storage = JobManager
		if c.Checkpointing.Dir != "" {
			c.Checkpointing.Storage = FileSystem
		}
		return nil
	}
	return []Option{
		supported(prefix+"interval", "Checkpointing.Interval", durationOrOff,
			func(c *Config) *time.Duration { return &c.Checkpointing.Interval },
			"Time from one periodic checkpoint to the next, at least 10 ms"),
		supported(prefix+"interval-during-backlog", "Checkpointing.IntervalDuringBacklog", durationOrSame,
			func(c *Config) *time.Duration { return &c.Checkpointing.IntervalDuringBacklog },
			"Interval while a source reports a backlog, at least `interval`. `off`: no periodic checkpoints then; `same`: a backlog changes nothing"),
		supported(prefix+"checkpoints-after-tasks-finish", "Checkpointing.AfterTasksFinish", boolean,
			func(c *Config) *bool { return &c.Checkpointing.AfterTasksFinish },
			"Whether periodic checkpoints go on when some tasks have finished. The final one is taken in any case"),
		supported(prefix+"mode", "Checkpointing.Mode", enum[Mode](prefix+"mode", modeWords),
			func(c *Config) *Mode { return &c.Checkpointing.Mode },
			"Whether barriers are aligned, so that each record counts once in the state, or not"),
		supported(prefix+"timeout", "Checkpointing.Timeout", duration,
			func(c *Config) *time.Duration { return &c.Checkpointing.Timeout },
			"A checkpoint that is not complete after it is given up, at least 10 ms"),
		supported(prefix+"synchronous-timeout", "Checkpointing.SynchronousTimeout", durationOrOff,
			func(c *Config) *time.Duration { return &c.Checkpointing.SynchronousTimeout },
			"How long user code may keep a subtask that a checkpoint waits for, at least 10 ms; then the job fails. Not an option of Flink's"),
		supported(prefix+"min-pause", "Checkpointing.MinPause", duration,
			func(c *Config) *time.Duration { return &c.Checkpointing.MinPause },
			"Least time from the completion of a checkpoint to the start of the next periodic one"),
		supported(prefix+"max-concurrent-checkpoints", "Checkpointing.MaxConcurrent", integer,
			func(c *Config) *int { return &c.Checkpointing.MaxConcurrent },
			"How many checkpoints may be under way. More than 1 excludes min-pause, and a pipeline with a loop"),
		supported(prefix+"tolerable-failed-checkpoints", "Checkpointing.TolerableFailures", integer,
			func(c *Config) *int { return &c.Checkpointing.TolerableFailures },
			"How many checkpoints in a row may fail before the job does"),
		supported(prefix+"externalized-checkpoint-retention", "Checkpointing.Retention",
			enum[Retention](prefix+"externalized-checkpoint-retention", retentionWords),
			func(c *Config) *Retention { return &c.Checkpointing.Retention },
			"Whether checkpoints are kept when the job is cancelled or fails. Those of a finished job are deleted"),
		supported(prefix+"num-retained", "Checkpointing.NumRetained", integer,
			func(c *Config) *int { return &c.Checkpointing.NumRetained },
			"How many completed checkpoints are kept, at least 1"),
		dir,
		supported(prefix+"storage", "Checkpointing.Storage", enum[Storage](prefix+"storage", storageWords),
			func(c *Config) *Storage { return &c.Checkpointing.Storage },
			"Where checkpoints are: in the memory of the process, for restarts within it, or in a folder"),
		supported(prefix+"create-subdir", "Checkpointing.CreateSubdir", boolean,
			func(c *Config) *bool { return &c.Checkpointing.CreateSubdir },
			"Whether the job has a folder of its own below dir, which bears the pipeline's name"),
		supported(prefix+"savepoint-dir", "Checkpointing.SavepointDir", path,
			func(c *Config) *string { return &c.Checkpointing.SavepointDir },
			"Folder of the savepoints. By default the folder `savepoints` beside the job's checkpoints"),
		supported(prefix+"data-inline-threshold", "Checkpointing.InlineThreshold", size,
			func(c *Config) *int { return &c.Checkpointing.InlineThreshold },
			"A snapshot below this size goes into the manifest instead of a file of its own, at most 1 mb"),
		supported(prefix+"snapshot-compression", "Checkpointing.Compression",
			enum[Compression](prefix+"snapshot-compression", compressionWords),
			func(c *Config) *Compression { return &c.Checkpointing.Compression },
			"How snapshots are compressed. `true` means s2, `false` none"),
		supported(prefix+"incremental", "Checkpointing.Incremental", boolean,
			func(c *Config) *bool { return &c.Checkpointing.Incremental },
			"Whether a checkpoint holds only what has changed of keyed state since an earlier one. Savepoints hold everything"),
		supported(prefix+"unaligned.enabled", "Checkpointing.Unaligned", boolean,
			func(c *Config) *bool { return &c.Checkpointing.Unaligned },
			"Whether barriers overtake the records that wait before a task: these are part of the checkpoint then"),
		supported(prefix+"aligned-checkpoint-timeout", "Checkpointing.AlignedTimeout", duration,
			func(c *Config) *time.Duration { return &c.Checkpointing.AlignedTimeout },
			"For how long a checkpoint is aligned, from its trigger on, before its barriers overtake. 0: not at all"),
		supported(prefix+"local-backup.enabled", "Checkpointing.LocalBackup", boolean,
			func(c *Config) *bool { return &c.Checkpointing.LocalBackup },
			"Whether a second copy of each snapshot file is kept beside the process. It is not synced and may be lost. Needs the storage `filesystem`"),
		supported(prefix+"local-backup.dirs", "Checkpointing.LocalBackupDirs", paths,
			func(c *Config) *[]string { return &c.Checkpointing.LocalBackupDirs },
			"Folders of the second copies, separated by commas, each on a disk of its own for example. By default those of `io.tmp.dirs`"),
	}
}

// connectorOptions are those of sources and sinks.
func connectorOptions() []Option {
	return []Option{
		supported("pipeline.sources.pause-until-first-checkpoint", "PauseSources", boolean, func(c *Config) *bool { return &c.PauseSources },
			"Whether sources wait, after a restore, until the first checkpoint of the new run is complete"),
		supported("sink.committer.retries", "CommitRetries", integer, func(c *Config) *int { return &c.CommitRetries },
			"How often a failed commit is tried again before the job fails"),
	}
}

func recoveryOptions() []Option {
	const prefix = "execution.state-recovery."
	return []Option{
		supported(prefix+"path", "Recovery.Path", pathToRestore, func(c *Config) *string { return &c.Recovery.Path },
			"Folder of a savepoint, manifest of a retained checkpoint, or folder of a job, which stands for its newest checkpoint: what the first start restores. A job that has checkpoints goes on from those. `latest`: from those alone, and it does not start without one"),
		supported(prefix+"claim-mode", "Recovery.ClaimMode", enum[ClaimMode](prefix+"claim-mode", claimModeWords),
			func(c *Config) *ClaimMode { return &c.Recovery.ClaimMode },
			"Who owns the savepoint that is restored. NO_CLAIM: the user, the job does not need it once it has a checkpoint of its own. "+
				"CLAIM: the job, which deletes it when no retained checkpoint stands behind it. CLAIM needs the storage `filesystem`"),
		supported(prefix+"ignore-unclaimed-state", "Recovery.IgnoreUnclaimed", boolean,
			func(c *Config) *bool { return &c.Recovery.IgnoreUnclaimed },
			"Drop state that no operator of the pipeline takes, instead of refusing to start"),
		supported(prefix+"without-channel-state.checkpoint-id", "Recovery.WithoutChannelState", integer,
			func(c *Config) *int { return &c.Recovery.WithoutChannelState },
			"Number of a checkpoint whose records in flight are dropped when it is restored. -1: none"),
		supported(prefix+"from-local", "Recovery.FromLocal", boolean,
			func(c *Config) *bool { return &c.Recovery.FromLocal },
			"Whether a start reads the second copies (local-backup) where they are whole. Needs the storage `filesystem`"),
	}
}

func restartOptions() []Option {
	const (
		prefix      = "restart-strategy."
		exponential = prefix + "exponential-delay."
		fixed       = prefix + "fixed-delay."
		rate        = prefix + "failure-rate."
		failover    = "jobmanager.execution.failover-strategy"
	)
	return []Option{
		supported(failover, "Failover", enum[Failover](failover, failoverWords),
			func(c *Config) *Failover { return &c.Failover },
			"What is restarted when a task fails: the tasks that records join to it, while the others go on, or all"),
		supported(prefix+"type", "Restart.Strategy", enum[Strategy](prefix+"type", strategyWords),
			func(c *Config) *Strategy { return &c.Restart.Strategy },
			"What happens when a task fails. `default` is exponential-delay with periodic checkpoints and none without"),
		supported(exponential+"initial-backoff", "Restart.ExponentialDelay.InitialBackoff", duration,
			func(c *Config) *time.Duration { return &c.Restart.ExponentialDelay.InitialBackoff },
			"Wait after the first failure"),
		supported(exponential+"max-backoff", "Restart.ExponentialDelay.MaxBackoff", duration,
			func(c *Config) *time.Duration { return &c.Restart.ExponentialDelay.MaxBackoff },
			"The wait grows no longer than this"),
		supported(exponential+"backoff-multiplier", "Restart.ExponentialDelay.BackoffMultiplier", number,
			func(c *Config) *float64 { return &c.Restart.ExponentialDelay.BackoffMultiplier },
			"By how much the wait grows with each failure, at least 1"),
		supported(exponential+"jitter-factor", "Restart.ExponentialDelay.JitterFactor", number,
			func(c *Config) *float64 { return &c.Restart.ExponentialDelay.JitterFactor },
			"The share of the wait that is added or taken away at random, from 0 to 1"),
		supported(exponential+"reset-backoff-threshold", "Restart.ExponentialDelay.ResetThreshold", duration,
			func(c *Config) *time.Duration { return &c.Restart.ExponentialDelay.ResetThreshold },
			"How long the job must run without a failure for the wait to begin anew"),
		supported(exponential+"attempts-before-reset-backoff", "Restart.ExponentialDelay.Attempts", integer,
			func(c *Config) *int { return &c.Restart.ExponentialDelay.Attempts },
			"How many failures in a row are followed by a restart. 0: all"),
		supported(fixed+"attempts", "Restart.FixedDelay.Attempts", integer,
			func(c *Config) *int { return &c.Restart.FixedDelay.Attempts },
			"How many failures are followed by a restart"),
		supported(fixed+"delay", "Restart.FixedDelay.Delay", duration,
			func(c *Config) *time.Duration { return &c.Restart.FixedDelay.Delay },
			"Wait after each failure"),
		supported(rate+"max-failures-per-interval", "Restart.FailureRate.MaxFailures", integer,
			func(c *Config) *int { return &c.Restart.FailureRate.MaxFailures },
			"How many failures within the interval are followed by a restart, at least 1"),
		supported(rate+"failure-rate-interval", "Restart.FailureRate.Interval", duration,
			func(c *Config) *time.Duration { return &c.Restart.FailureRate.Interval },
			"The interval that failures are counted over"),
		supported(rate+"delay", "Restart.FailureRate.Delay", duration,
			func(c *Config) *time.Duration { return &c.Restart.FailureRate.Delay },
			"Wait after each failure"),
	}
}
