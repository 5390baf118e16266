package core_test

import (
	"bytes"
	"math/rand/v2"
	"path"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/chain"
	"github.com/streamgen/streamgen/checkpoint/snapshot"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// TestUnalignedSchedules tells stories of each pipeline in which barriers overtake what waits, at once or after a while, in most of the runs, so
// that an unaligned checkpoint is restored by runs that align and the other way round, at the same parallelism and at others.
func TestUnalignedSchedules(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
		draw func(seed uint64) *schedule
	}{
		{"word count 2x2", 2000, func(seed uint64) *schedule { return newSchedule(seed, 2) }},
		{"word count rescaled", 2000, func(seed uint64) *schedule { return newSchedule(seed, 0) }},
		{"what changed 2x2", 600, func(seed uint64) *schedule { return newIncrementalSchedule(seed, 2) }},
		{"what changed rescaled", 300, func(seed uint64) *schedule { return newIncrementalSchedule(seed, 0) }},
		{"other chains 2x2", 1500, func(seed uint64) *schedule { return newApartSchedule(seed, 2) }},
		{"other chains rescaled", 1500, func(seed uint64) *schedule { return newApartSchedule(seed, 0) }},
		{"lists 2x2", 1000, func(seed uint64) *schedule { return newListSchedule(seed, 2) }},
		{"lists rescaled", 1000, func(seed uint64) *schedule { return newListSchedule(seed, 0) }},
		{"timers 2x2", 300, func(seed uint64) *schedule { return newTimedSchedule(seed, 2) }},
		{"timers rescaled", 300, func(seed uint64) *schedule { return newTimedSchedule(seed, 0) }},
		{"timers in other chains 2x2", 300, func(seed uint64) *schedule { return newApartTimedSchedule(seed, 2) }},
		{"timers in other chains rescaled", 300, func(seed uint64) *schedule { return newApartTimedSchedule(seed, 0) }},
		{"calls rescaled", 1000, func(seed uint64) *schedule { return newCallingSchedule(seed, anyCalls) }},
		{"calls in order", 500, func(seed uint64) *schedule { return newCallingSchedule(seed, orderedCalls) }},
		{"calls behind watermarks", 500, func(seed uint64) *schedule { return newCallingSchedule(seed, timedCalls) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := figures{began: time.Now()}
			seeds(t, test.n, func(seed uint64) {
				told(t, seed, &f, func() *schedule {
					s := test.draw(seed)
					s.unaligned = true
					for i := range s.fates {
						if s.fates[i].savepoints > 0 {
							s.fates[i].savepoints += 100 // there are up to 12 subtasks
						}
					}
					return s
				})
			})
			f.log(t)
			t.Logf("records were in flight to %d inputs in the checkpoints that were audited", f.inFlight)
			all.add(f)
			if f.inFlight == 0 && *replay < 0 {
				t.Fatal("no checkpoint held records in flight")
			}
		})
	}
}

// Records are in flight in checkpoints if and only if the options let barriers overtake them.
func TestWhatLetsBarriersOvertake(t *testing.T) {
	for _, test := range []struct {
		name      string
		unaligned bool
		timeout   string
		overtakes bool
	}{
		{"aligned", false, "0", false},
		{"unaligned", true, "0", true},
		{"aligned for longer than any checkpoint takes", true, "1 h", false},
		{"aligned for a moment", true, "1 µs", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			inFlight := 0
			for seed := range uint64(50) {
				s := newSchedule(seed, 2)
				s.corpus, s.fates = longText, nil
				s.fixed = func(c *config.Config) {
					c.Checkpointing.MaxConcurrent, c.Checkpointing.NumRetained = 1, 100
					set(t, "execution.checkpointing.unaligned.enabled", strconv.FormatBool(test.unaligned),
						"execution.checkpointing.aligned-checkpoint-timeout", test.timeout)(c)
				}
				s.fates = []fate{{step: 150}}
				require.NoError(t, s.tell())
				inFlight += s.figures.inFlight
			}
			require.Equal(t, test.overtakes, inFlight > 0, "records in flight to %d inputs", inFlight)
		})
	}
}

// What a checkpoint holds in flight can be left out of a restore, by its number: what was counted before is counted, and what is read again, and
// exactly what was in flight is missing.
func TestScenario07RestoreWithoutRecordsInFlight(t *testing.T) {
	dropped := 0
	for seed := range uint64(100) {
		fs := vfs.NewMem()
		c := config.Default()
		c.Parallelism, c.Checkpointing.Unaligned, c.Checkpointing.Interval = 2, true, time.Millisecond
		c.Checkpointing.Retention = config.RetainOnCancellation
		random, sink := rand.New(rand.NewPCG(seed, 0)), collect.New[wordcount.Total]()
		// run goes on until a checkpoint is committed, or to the end.
		run := func(until int64) (reached bool) {
			job := (&wordcount.WordCount{Lines: &texts{corpus: longText, random: random, most: 8}, Totals: sink}).StreamgenJob()
			s, err := core.Simulate(job, c, fs, "/job", random, func(e runtime.Event) {
				reached = reached || e.Kind == runtime.EventCommitted && e.Checkpoint == until
			})
			require.NoError(t, err)
			for !reached && s.Step() {
			}
			return reached
		}
		if !run(3) {
			continue // it came to its end before
		}
		head, err := chain.Look(fs, "/job", "WordCount")
		require.NoError(t, err)
		if head.Checkpoint.ID != 3 {
			continue // the next one is complete already
		}
		inFlight := 0
		for _, subtask := range head.Checkpoint.Subtasks {
			inFlight += countInFlight(t, fs, subtask)
		}
		set(t, "execution.state-recovery.without-channel-state.checkpoint-id", "3")(&c)
		run(0)
		totals := map[string]int{}
		for _, total := range sink.Records() {
			totals[total.Word] = max(totals[total.Word], int(total.Count))
		}
		missing := 0
		for word, n := range longText.words {
			require.LessOrEqual(t, totals[word], n, "seed %d: %s", seed, word)
			missing += n - totals[word]
		}
		require.Equal(t, inFlight, missing, "seed %d: words in flight", seed)
		dropped += missing
	}
	require.Positive(t, dropped, "nothing was in flight that could be left out")
}

// countInFlight counts the records in flight that a checkpoint holds for a subtask.
func countInFlight(t *testing.T, fs vfs.FS, subtask checkpoint.Subtask) (records int) {
	t.Helper()
	b := subtask.Data.Inline
	if subtask.Data.File != "" {
		var err error
		b, err = fs.ReadFile(path.Join("/job", subtask.Data.File))
		require.NoError(t, err)
	}
	if len(b) == 0 {
		return 0
	}
	r, err := snapshot.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	for _, s := range r.Sections() {
		if isInFlight(s) {
			records += s.Entries
		}
	}
	return records
}
