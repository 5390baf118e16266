package config

// laterOptions are those of Flink that this version does not have. Where what it does is a value of the option, the option may be
// set to that value: a configuration that says what happens anyway is a true one.
func laterOptions() []Option {
	const (
		checkpointing = "execution.checkpointing."
		recovery      = "execution.state-recovery."
		merging       = checkpointing + "file-merging."
		backend       = "state.backend.type"
		failover      = "jobmanager.execution.failover-strategy"
	)
	return []Option{
		later(checkpointing+"interval-during-backlog", duration, "", "",
			"Interval while a source reports a backlog"),
		later(checkpointing+"checkpoints-after-tasks-finish", boolean, "true", "true",
			"Whether checkpoints go on when some tasks have finished"),
		later(checkpointing+"unaligned.enabled", boolean, "false", "false",
			"Whether barriers overtake records that wait"),
		later(checkpointing+"unaligned.forced", boolean, "false", "false",
			"Unaligned checkpoints for custom partitioners and loops too"),
		later(checkpointing+"aligned-checkpoint-timeout", duration, "0 ms", "0 ms",
			"When an aligned checkpoint turns unaligned"),
		later(checkpointing+"local-backup.enabled", boolean, "false", "false",
			"Whether a second copy of each snapshot is kept beside the process"),
		later(checkpointing+"local-backup.dirs", path, "", "",
			"Folders of the second copies"),
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
		later("pipeline.sources.pause-until-first-checkpoint", boolean, "false", "false",
			"Whether sources wait for the first checkpoint after a restore"),
		later(recovery+"from-local", boolean, "false", "false",
			"Whether a restore reads the second copies"),
		later(recovery+"without-channel-state.checkpoint-id", integer, "-1", "-1",
			"Drop the records in flight of that checkpoint"),
		later(backend, enum[wordNumber](backend, []string{"heap", "pebble"}), "heap", "heap",
			"Where keyed state lives while the job runs. `hashmap` means heap"),
		later(failover, enum[wordNumber](failover, []string{"region", "full"}), "region", "full",
			"Which tasks restart after a failure"),
		later("sink.committer.retries", integer, "10", "",
			"How often a failed commit is tried again"),
	}
}

// wordNumber is the value of an enum that has no type yet.
type wordNumber uint8
