// Package config holds what can be set of a job. The names, meanings and defaults are those of Flink's options; the key of each
// stands beside its field.
package config

import "time"

// Config is everything that can be set of a job. The zero Config is not valid: begin with Default, and check with Validate.
type Config struct {
	// Parallelism is the number of subtasks of every task that says nothing else (parallelism.default). Default: the number of CPUs.
	Parallelism int
	// Parallelisms sets it by operator uid (parallelism.UID), above the tags of the pipeline.
	Parallelisms map[string]int
	// MaxParallelism is the number of key groups, from 1 to 32768 (pipeline.max-parallelism). 0: Flink's formula at the first start,
	// and the number of the checkpoint ever after. A start from a checkpoint can have that number or a multiple of it: each key group is split.
	MaxParallelism int

	// PauseSources keeps the sources of a job that restores a checkpoint from reading until the first checkpoint of the new run is complete
	// (pipeline.sources.pause-until-first-checkpoint).
	PauseSources bool
	// LoopRecordsInMemory is how many records wait in memory on each channel by which a loop feeds records back, at least 1
	// (pipeline.loop.records-in-memory). Further ones wait in a file in one of TempDirs.
	LoopRecordsInMemory int
	// TempDirs are folders for files that need not survive the process (io.tmp.dirs). Default: the folder of the system for temporary files.
	TempDirs []string
	// CommitRetries is how often a commit that has failed is tried again before the job fails (sink.committer.retries).
	CommitRetries int

	Checkpointing Checkpointing
	Recovery      Recovery
	Restart       Restart
	// Failover says what is restarted when a task fails (jobmanager.execution.failover-strategy).
	Failover Failover
}

// Checkpointing is what can be set under execution.checkpointing.
type Checkpointing struct {
	// Interval is the time from one periodic checkpoint to the next, at least 10 ms (interval). 0: none but the final one.
	Interval time.Duration
	// IntervalDuringBacklog takes the place of Interval while a source reports a backlog (interval-during-backlog): at least as much, 0 for no
	// periodic checkpoints then, or SameInterval.
	IntervalDuringBacklog time.Duration
	// AfterTasksFinish says whether periodic checkpoints go on when a subtask has come to the end of its input
	// (checkpoints-after-tasks-finish). The final one, and those that a user asks for, are taken in any case.
	AfterTasksFinish bool
	// Mode says what a barrier guarantees (mode).
	Mode Mode
	// Timeout is when a pending checkpoint is given up (timeout).
	Timeout time.Duration
	// SynchronousTimeout is how long user code may keep a subtask that a checkpoint waits for (synchronous-timeout), at least 10 ms. Then the
	// job fails, and if the code still does not return, the run ends with an error and leaves it behind. 0: for ever.
	SynchronousTimeout time.Duration
	// MinPause is the least time from the completion of a checkpoint to the trigger of the next periodic one (min-pause).
	MinPause time.Duration
	// MaxConcurrent is how many checkpoints may be pending (max-concurrent-checkpoints). More than 1 excludes MinPause.
	MaxConcurrent int
	// TolerableFailures is how many checkpoints in a row may fail before the job does (tolerable-failed-checkpoints).
	TolerableFailures int
	// Retention says what happens to the checkpoints of a job that ended (externalized-checkpoint-retention).
	Retention Retention
	// NumRetained is how many completed checkpoints are kept, at least 1 (num-retained).
	NumRetained int
	// Storage says where checkpoints are kept (storage). FileSystem needs Dir, JobManager excludes it.
	Storage Storage
	// Dir is the folder of the checkpoints, for FileSystem (dir).
	Dir string
	// CreateSubdir puts them into a folder below Dir that has the pipeline's name (create-subdir).
	CreateSubdir bool
	// SavepointDir is the folder of savepoints (savepoint-dir). Default: the folder savepoints beside the job's checkpoints.
	SavepointDir string
	// InlineThreshold is the size in bytes below which a snapshot goes into the manifest, at most 1 MiB (data-inline-threshold).
	InlineThreshold int
	// LocalBackup keeps a second copy of each snapshot file beside the process (local-backup.enabled), in LocalBackupDirs (local-backup.dirs);
	// default: TempDirs.
	LocalBackup     bool
	LocalBackupDirs []string
	// Compression is how snapshots are compressed (snapshot-compression).
	Compression Compression
	// Incremental lets the checkpoints hold only what has changed of keyed state since an earlier one (incremental). Savepoints hold everything.
	Incremental bool
	// Unaligned lets barriers overtake the records that wait before a task (unaligned.enabled). It excludes AtLeastOnce, and MaxConcurrent above 1.
	Unaligned bool
	// AlignedTimeout is for how long a checkpoint is aligned first, since its trigger, before its barriers overtake; 0: not at all
	// (aligned-checkpoint-timeout). It needs Unaligned.
	AlignedTimeout time.Duration
}

// SameInterval as IntervalDuringBacklog says that a backlog changes nothing.
const SameInterval time.Duration = -1

// Backlog is the interval of periodic checkpoints while a source reports a backlog, 0 if there are none then.
func (c Checkpointing) Backlog() time.Duration {
	if c.IntervalDuringBacklog == SameInterval {
		return c.Interval
	}
	return c.IntervalDuringBacklog
}

// Recovery is what can be set under execution.state-recovery.
type Recovery struct {
	// Path is the savepoint or checkpoint that a first start restores (path), "" for none. A job that has checkpoints of its own goes on from those;
	// with LatestCheckpoint it must have one.
	Path string
	// ClaimMode says who owns the savepoint at Path (claim-mode).
	ClaimMode ClaimMode
	// IgnoreUnclaimed drops state that no operator of the pipeline takes (ignore-unclaimed-state). Otherwise it is an error.
	IgnoreUnclaimed bool
	// WithoutChannelState is the number of a checkpoint whose records in flight are dropped when it is restored, -1 for none
	// (without-channel-state.checkpoint-id).
	WithoutChannelState int
	// FromLocal reads the second copies where they are whole (from-local).
	FromLocal bool
	// Fresh starts from nothing, whatever checkpoints and output there are (--fresh). It overrides Path.
	Fresh bool
}

// LatestCheckpoint as Recovery.Path is the job's own newest checkpoint. A start without one is refused.
const LatestCheckpoint = "latest"

// Restart is what can be set under restart-strategy: what happens when a task fails.
type Restart struct {
	// Strategy is which of the others counts (type). Default: ExponentialDelay when checkpointing, else NoRestart.
	Strategy         Strategy
	ExponentialDelay ExponentialDelay
	FixedDelay       FixedDelay
	FailureRate      FailureRate
}

// ExponentialDelay waits longer after each failure (restart-strategy.exponential-delay).
type ExponentialDelay struct {
	InitialBackoff    time.Duration // initial-backoff, 1 s
	MaxBackoff        time.Duration // max-backoff, 1 min
	BackoffMultiplier float64       // backoff-multiplier, 1.5
	// ResetThreshold is how long a job must run without a failure for the backoff to begin anew (reset-backoff-threshold, 1 h).
	ResetThreshold time.Duration
	JitterFactor   float64 // jitter-factor, 0.1: the share of the backoff that is added or taken away at random
	// Attempts is how many failures in a row are followed by a restart (attempts-before-reset-backoff). 0: all.
	Attempts int
}

// FixedDelay restarts a number of times (restart-strategy.fixed-delay).
type FixedDelay struct {
	Attempts int           // attempts, 1
	Delay    time.Duration // delay, 1 s
}

// FailureRate restarts unless there are too many failures in an interval (restart-strategy.failure-rate).
type FailureRate struct {
	MaxFailures int           // max-failures-per-interval, 1
	Interval    time.Duration // failure-rate-interval, 1 min
	Delay       time.Duration // delay, 1 s
}

// Mode says what a barrier guarantees.
type Mode uint8

// The modes of execution.checkpointing.mode.
const (
	ExactlyOnce Mode = iota
	AtLeastOnce
)

// Retention says what happens to the checkpoints of a job that ended. A finished job's are always deleted.
type Retention uint8

// The retentions of execution.checkpointing.externalized-checkpoint-retention.
const (
	NoExternalizedCheckpoints Retention = iota // deleted when the job is cancelled or fails
	DeleteOnCancellation                       // kept when it fails
	RetainOnCancellation                       // kept in both cases
)

// ClaimMode says who owns the savepoint that is restored.
type ClaimMode uint8

// The values of execution.state-recovery.claim-mode.
const (
	NoClaim ClaimMode = iota // the user
	Claim                    // the job, which deletes it when it needs it no more
)

// Storage says where checkpoints are kept.
type Storage uint8

// The storages of execution.checkpointing.storage.
const (
	JobManager Storage = iota // in the memory of the process: for restarts within it
	FileSystem                // in a folder
)

// Compression is how snapshots are compressed.
type Compression uint8

// The values of execution.checkpointing.snapshot-compression.
const (
	S2 Compression = iota
	NoCompression
)

// Strategy is a restart strategy.
type Strategy uint8

// The values of restart-strategy.type.
const (
	DefaultStrategy Strategy = iota
	ExponentialDelayStrategy
	FixedDelayStrategy
	FailureRateStrategy
	NoRestart
)

// Failover says what is restarted when a task fails.
type Failover uint8

// The values of jobmanager.execution.failover-strategy.
const (
	// RegionFailover restarts the tasks that records join to the one that failed, and the others go on.
	RegionFailover Failover = iota
	// FullFailover restarts all tasks.
	FullFailover
)
