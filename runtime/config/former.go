package config

import (
	"fmt"
	"strings"
)

// formerName is what an option was called in earlier versions of Flink.
type formerName struct {
	name  string
	now   []string // what it is called since, or the options that took its place
	since string   // the first version of Flink that has these
}

// formerNames are errors that say so: what is guessed from the letters would mislead.
func formerNames() []formerName {
	const (
		checkpointing = "execution.checkpointing."
		recovery      = "execution.state-recovery."
	)
	name := func(was, since string, now ...string) formerName { return formerName{was, now, since} }
	return []formerName{
		name(checkpointing+"alignment-timeout", "1.14", checkpointing+"aligned-checkpoint-timeout"),
		name(checkpointing+"checkpoints-after-tasks-finish.enabled", "1.20", checkpointing+"checkpoints-after-tasks-finish"),
		name(checkpointing+"recover-without-channel-state.checkpoint-id", "1.20", recovery+"without-channel-state.checkpoint-id"),
		name(checkpointing+"unaligned", "1.17", checkpointing+"unaligned.enabled"),
		name("execution.savepoint-restore-mode", "1.20", recovery+"claim-mode"),
		name("execution.savepoint.ignore-unclaimed-state", "1.20", recovery+"ignore-unclaimed-state"),
		name("execution.savepoint.path", "1.20", recovery+"path"),
		name("restart-strategy", "1.17", "restart-strategy.type"),
		name("state.backend", "1.17", "state.backend.type"),
		name("state.backend.fs.checkpointdir", "1.20", checkpointing+"dir"),
		name("state.backend.fs.memory-threshold", "1.20", checkpointing+"data-inline-threshold"),
		name("state.backend.fs.write-buffer-size", "1.20", checkpointing+"write-buffer-size"),
		name("state.backend.incremental", "1.20", checkpointing+"incremental"),
		name("state.backend.local-recovery", "1.20", checkpointing+"local-backup.enabled", recovery+"from-local"),
		name("state.checkpoint-storage", "1.20", checkpointing+"storage"),
		name("state.checkpoint.cleaner.parallel-mode", "1.20", checkpointing+"cleaner.parallel-mode"),
		name("state.checkpoints.create-subdir", "1.20", checkpointing+"create-subdir"),
		name("state.checkpoints.dir", "1.20", checkpointing+"dir"),
		name("state.checkpoints.num-retained", "1.20", checkpointing+"num-retained"),
		name("state.savepoints.dir", "1.20", checkpointing+"savepoint-dir"),
		name("state.storage.fs.memory-threshold", "1.20", checkpointing+"data-inline-threshold"),
		name("state.storage.fs.write-buffer-size", "1.20", checkpointing+"write-buffer-size"),
		name("taskmanager.state.local.root-dirs", "1.20", checkpointing+"local-backup.dirs"),
		name("taskmanager.tmp.dirs", "1.5", "io.tmp.dirs"),
	}
}

// renamed is the error for a former name, nil for any other. Spell says how keys are spelt where the name stands.
func renamed(what, name string, spell func(key string) string) error {
	for _, f := range formerNames() {
		if spell(f.name) != name {
			continue
		}
		var now []string
		for _, key := range f.now {
			now = append(now, spell(key))
		}
		return fmt.Errorf("unknown %s %q: it is called %s here, as in Flink since %s", what, name, strings.Join(now, " and "), f.since)
	}
	return nil
}
