package config

import (
	"fmt"
	"strings"
)

// formerName is what an option was called in earlier versions of Flink.
type formerName struct {
	name string
	now  []string // what it is called since, or the options that took its place
}

// formerNames are errors that say so: what is guessed from the letters would mislead.
func formerNames() []formerName {
	const (
		checkpointing = "execution.checkpointing."
		recovery      = "execution.state-recovery."
	)
	name := func(was string, now ...string) formerName { return formerName{was, now} }
	return []formerName{
		name(checkpointing+"alignment-timeout", checkpointing+"aligned-checkpoint-timeout"),
		name(checkpointing+"checkpoints-after-tasks-finish.enabled", checkpointing+"checkpoints-after-tasks-finish"),
		name(checkpointing+"recover-without-channel-state.checkpoint-id", recovery+"without-channel-state.checkpoint-id"),
		name(checkpointing+"unaligned", checkpointing+"unaligned.enabled"),
		name("execution.savepoint-restore-mode", recovery+"claim-mode"),
		name("execution.savepoint.ignore-unclaimed-state", recovery+"ignore-unclaimed-state"),
		name("execution.savepoint.path", recovery+"path"),
		name("restart-strategy", "restart-strategy.type"),
		name("state.backend", "state.backend.type"),
		name("state.backend.fs.checkpointdir", checkpointing+"dir"),
		name("state.backend.fs.memory-threshold", checkpointing+"data-inline-threshold"),
		name("state.backend.fs.write-buffer-size", checkpointing+"write-buffer-size"),
		name("state.backend.incremental", checkpointing+"incremental"),
		name("state.backend.local-recovery", checkpointing+"local-backup.enabled", recovery+"from-local"),
		name("state.checkpoint-storage", checkpointing+"storage"),
		name("state.checkpoint.cleaner.parallel-mode", checkpointing+"cleaner.parallel-mode"),
		name("state.checkpoints.create-subdir", checkpointing+"create-subdir"),
		name("state.checkpoints.dir", checkpointing+"dir"),
		name("state.checkpoints.num-retained", checkpointing+"num-retained"),
		name("state.savepoints.dir", checkpointing+"savepoint-dir"),
		name("state.storage.fs.memory-threshold", checkpointing+"data-inline-threshold"),
		name("state.storage.fs.write-buffer-size", checkpointing+"write-buffer-size"),
		name("taskmanager.state.local.root-dirs", checkpointing+"local-backup.dirs"),
		name("taskmanager.tmp.dirs", "io.tmp.dirs"),
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
		return fmt.Errorf("unknown %s %q: it is called %s here, as in newer versions of Flink", what, name, strings.Join(now, " and "))
	}
	return nil
}
