package config

// acceptedOptions are those of Flink that are taken, so that its configurations are, and change nothing: there is nothing here that they could change.
func acceptedOptions() []Option {
	const (
		checkpointing = "execution.checkpointing."
		merging       = checkpointing + "file-merging."
		fewFiles      = ": of each checkpoint a subtask writes one file, whatever it holds, and none if that is small"
	)
	return []Option{
		accepted(checkpointing+"unaligned.forced", boolean, "false", "Every kind of edge takes part in unaligned checkpoints, loops and broadcasts too"),
		accepted(merging+"enabled", boolean, "false", "Nothing is merged"+fewFiles),
		accepted(merging+"across-checkpoint-boundary", boolean, "false", "Nothing is merged"+fewFiles),
		accepted(merging+"max-file-size", size, "32 mb", "Nothing is merged"+fewFiles),
		accepted(merging+"max-space-amplification", number, "2", "Nothing is merged"+fewFiles),
		accepted(merging+"max-subtasks-per-file", integer, "4", "Nothing is merged"+fewFiles),
		accepted(merging+"pool-blocking", boolean, "false", "Nothing is merged"+fewFiles),
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
