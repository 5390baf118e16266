package config

import (
	"runtime"
	"time"
)

// Default returns Flink's defaults: checkpointing is off, and a task has as many subtasks as the process may use CPUs.
func Default() Config {
	return Config{
		Parallelism:         runtime.GOMAXPROCS(0),
		LoopRecordsInMemory: 16384,
		CommitRetries:       10,
		Checkpointing: Checkpointing{
			IntervalDuringBacklog: SameInterval,
			AfterTasksFinish:      true,
			Timeout:               10 * time.Minute,
			SynchronousTimeout:    10 * time.Minute,
			MaxConcurrent:         1,
			NumRetained:           1,
			CreateSubdir:          true,
			InlineThreshold:       20 * kibibyte,
		},
		Recovery: Recovery{WithoutChannelState: -1},
		Restart: Restart{
			ExponentialDelay: ExponentialDelay{
				InitialBackoff:    time.Second,
				MaxBackoff:        time.Minute,
				BackoffMultiplier: 1.5,
				ResetThreshold:    time.Hour,
				JitterFactor:      0.1,
			},
			FixedDelay:  FixedDelay{Attempts: 1, Delay: time.Second},
			FailureRate: FailureRate{MaxFailures: 1, Interval: time.Minute, Delay: time.Second},
		},
	}
}

// ForMain returns what runtime.Main begins with: the defaults, with a checkpoint every 10 s that outlives the process, so that a
// command that was killed or cancelled goes on where it was. It is not valid yet: it has no folder.
func ForMain() Config {
	c := Default()
	c.Checkpointing.Interval = 10 * time.Second
	c.Checkpointing.Retention = RetainOnCancellation
	c.Checkpointing.NumRetained = 2
	c.Checkpointing.TolerableFailures = 10
	return c
}
