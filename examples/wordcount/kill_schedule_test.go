package wordcount_test

import (
	"fmt"
	"math/rand/v2"
)

// The kinds of moments that a job is killed at.
const (
	processing = "while processing"
	checkpoint = "during a checkpoint"
	between    = "between pre-commit and commit"
	committing = "during commit"
	restoring  = "during restore"
	anywhere   = "the real command, at random"
)

// moment is when to kill one run of the job: where the child halts, or, of the real command, after how many lines of its log.
type moment struct {
	kind  string
	halt  string
	lines int
}

// atHalt is a moment of the child.
func atHalt(kind, step string, n int) moment {
	return moment{kind: kind, halt: fmt.Sprintf("%s/%d", step, n)}
}

// schedule is 50 moments in an order of the seed.
func schedule(r *rand.Rand) []moment {
	some := func(most int) int { return 1 + r.IntN(most) }
	var groups [][]moment // what is in one comes in this order
	add := func(times int, group func() []moment) {
		for range times {
			groups = append(groups, group())
		}
	}
	one := func(kind, step string, most int) func() []moment {
		return func() []moment { return []moment{atHalt(kind, step, some(most))} }
	}
	add(6, one(processing, "running/read", 300))

	add(3, one(checkpoint, "running/triggered", 3)) // no barrier has left yet
	add(2, one(checkpoint, "running/sink sync", 4)) // some subtasks have pre-committed
	add(3, one(checkpoint, "running/data sync", 4)) // some snapshots are stored

	add(3, func() []moment { // all is prepared, nothing published: the next start aborts it, and is killed meanwhile
		return []moment{atHalt(between, "running/prepared", some(3)), atHalt(restoring, "restoring/sink remove", 1)}
	})
	add(3, func() []moment { // published, nothing committed: the next start commits it, and is killed meanwhile
		return []moment{atHalt(between, "running/published", some(3)), atHalt(restoring, "restoring/sink rename", 1)}
	})
	add(1, one(between, "running/manifest link", 1))

	add(3, one(committing, "running/committing", 6)) // some subtasks have committed
	add(2, one(committing, "running/sink rename", 6))
	add(1, one(committing, "running/committed", 3)) // all have
	add(1, func() []moment {                        // and it is about to be recorded
		return []moment{atHalt(committing, "running/manifest write", 2)}
	})

	add(1, one(restoring, "restoring/restoring", 1))
	add(2, one(restoring, "restoring/manifest rename", 1)) // the runner before is about to be fenced
	add(1, one(restoring, "restoring/manifest link", 1))
	add(1, one(restoring, "restoring/data open", 1)) // some subtasks have read their state
	add(1, one(restoring, "restoring/running", 1))

	add(10, func() []moment { return []moment{{kind: anywhere, lines: some(20)}} })

	r.Shuffle(len(groups), func(i, k int) { groups[i], groups[k] = groups[k], groups[i] })
	// The first run has nothing to restore, so it is another one.
	for groups[0][0].kind == restoring {
		groups = append(groups[1:], groups[0])
	}
	var moments []moment
	for _, g := range groups {
		moments = append(moments, g...)
	}
	return moments
}
