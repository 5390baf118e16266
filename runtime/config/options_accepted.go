package config

// acceptedOptions are those of Flink that are taken, so that its configurations are, and change nothing: there is nothing here that they could change.
func acceptedOptions() []Option {
	const (
		checkpointing = "execution.checkpointing."
		merging       = checkpointing + "file-merging."
		unaligned     = checkpointing + "unaligned."
		fewFiles      = "Nothing is merged: of each checkpoint a subtask writes one file, whatever it holds, and none if that is small"
	)
	return []Option{
		accepted(unaligned+"forced", boolean, "false", "Every kind of edge takes part in unaligned checkpoints, loops and broadcasts too"),
		accepted(unaligned+"interruptible-timers.enabled", boolean, "false",
			"A barrier that overtakes waits for the timer that fires, whatever the operator, not for all that are due"),
		accepted(unaligned+"max-subtasks-per-channel-state-file", integer, "5", fewFiles),
		accepted(merging+"enabled", boolean, "false", fewFiles),
		accepted(merging+"across-checkpoint-boundary", boolean, "false", fewFiles),
		accepted(merging+"max-file-size", size, "32 mb", fewFiles),
		accepted(merging+"max-space-amplification", number, "2", fewFiles),
		accepted(merging+"max-subtasks-per-file", integer, "4", fewFiles),
		accepted(merging+"pool-blocking", boolean, "false", fewFiles),
		accepted(checkpointing+"write-buffer-size", integer, "4096",
			"There is no buffer: a snapshot is put together in memory and written in one piece, what was in flight in several if it is much"),
		accepted(checkpointing+"cleaner.parallel-mode", boolean, "true", "What no checkpoint needs is deleted file by file, beside the job"),
	}
}

// accepted describes an option whose values are checked and then forgotten. Why says why nothing comes of it.
func accepted[T any](key string, t valueType[T], defaultValue, why string) Option {
	return Option{
		Key: key, Kind: t.kind, Default: defaultValue, Supported: true,
		Help: "Accepted for Flink's sake. " + why,
		set: func(_ *Config, value string) error {
			_, err := t.parse(value)
			return err
		},
		get: func(Config) string { return defaultValue },
	}
}
