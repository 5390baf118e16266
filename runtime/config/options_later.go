package config

// laterOptions are those of Flink that this version does not have. Where what it does is a value of the option, the option may be
// set to that value: a configuration that says what happens anyway is a true one.
func laterOptions() []Option {
	const (
		checkpointing = "execution.checkpointing."
		recovery      = "execution.state-recovery."
		merging       = checkpointing + "file-merging."
		backend       = "state.backend.type"
	)
	return []Option{
		later(merging+"enabled", boolean, "false", "false",
			"Whether small files are merged"),
		later(merging+"across-checkpoint-boundary", boolean, "false", "false",
			"Whether files of several checkpoints are merged"),
		later(merging+"max-file-size", size, "32 mb", "",
			"Size up to which files are merged"),
		later(merging+"max-space-amplification", number, "2", "",
			"How much more space than needed merged files may take"),
		later(merging+"max-subtasks-per-file", integer, "4", "",
			"How many subtasks share a merged file"),
		later(merging+"pool-blocking", boolean, "false", "false",
			"Whether a writer waits for a merged file to become free"),
		later(backend, enum[wordNumber](backend, []string{"heap", "pebble"}), "heap", "heap",
			"Where keyed state lives while the job runs. `hashmap` means heap"),
	}
}

// wordNumber is the value of an enum that has no type yet.
type wordNumber uint8
