package core_test

import (
	"bytes"
	"log/slog"
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
	"github.com/streamgen/streamgen/runtime/connector/function"
)

// TestUnalignedSchedules tells stories of each pipeline in which barriers overtake what waits, at once or after a while, in most of the runs, so
// that an unaligned checkpoint is restored by runs that align and the other way round, at the same parallelism and at others.
func TestUnalignedSchedules(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
		draw func(seed uint64) *schedule
	}{
		{"word count 2x2", 1000, func(seed uint64) *schedule { return newSchedule(seed, 2) }},
		{"word count rescaled", 1000, func(seed uint64) *schedule { return newSchedule(seed, 0) }},
		{"what changed 2x2", 600, func(seed uint64) *schedule { return newIncrementalSchedule(seed, 2) }},
		{"what changed rescaled", 300, func(seed uint64) *schedule { return newIncrementalSchedule(seed, 0) }},
		{"other chains 2x2", 800, func(seed uint64) *schedule { return newApartSchedule(seed, 2) }},
		{"other chains rescaled", 800, func(seed uint64) *schedule { return newApartSchedule(seed, 0) }},
		{"lists 2x2", 600, func(seed uint64) *schedule { return newListSchedule(seed, 2) }},
		{"lists rescaled", 600, func(seed uint64) *schedule { return newListSchedule(seed, 0) }},
		{"timers 2x2", 300, func(seed uint64) *schedule { return newTimedSchedule(seed, 2) }},
		{"timers rescaled", 300, func(seed uint64) *schedule { return newTimedSchedule(seed, 0) }},
		{"timers in other chains 2x2", 300, func(seed uint64) *schedule { return newApartTimedSchedule(seed, 2) }},
		{"timers in other chains rescaled", 300, func(seed uint64) *schedule { return newApartTimedSchedule(seed, 0) }},
		{"calls rescaled", 600, func(seed uint64) *schedule { return newCallingSchedule(seed, anyCalls) }},
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
	t.Run("simulated", func(t *testing.T) {
		dropped := 0
		for seed := range uint64(100) {
			random := rand.New(rand.NewPCG(seed, 0))
			source := &texts{corpus: longText, random: random, most: 8}
			dropped += restoreWithoutInFlight(t, simulatedDriver(random), source, longText.words, func() {})
		}
		require.Positive(t, dropped, "nothing was in flight that could be left out")
	})
	t.Run("live", func(t *testing.T) {
		lines, words := []string{}, map[string]int{}
		for i := range 4000 {
			word := strconv.Itoa(i % 50)
			lines, words[word] = append(lines, word), words[word]+1
		}
		for range 50 {
			if restoreWithoutInFlight(t, liveDriver, function.Of(lines...), words, func() { time.Sleep(200 * time.Microsecond) }) > 0 {
				return
			}
		}
		t.Fatal("nothing was in flight that could be left out")
	})
}

// restoreWithoutInFlight kills a word count when it has a third checkpoint, lets it go on without what that holds in flight, and returns how many words those
// were. A sink that pauses lets them wait.
func restoreWithoutInFlight(t *testing.T, run driver, source runtime.Source[string], words map[string]int, pause func()) (inFlight int) {
	t.Helper()
	sink, reached := collect.New[wordcount.Total](), false
	d := driven{config: often(), disk: vfs.NewMem(), folder: "/job", job: func(vfs.FS) runtime.Job {
		return (&wordcount.WordCount{Lines: source, Totals: throttled(sink, pause)}).StreamgenJob()
	}}
	d.config.Checkpointing.Unaligned = true
	d.heard = func(e runtime.Event, c controls) {
		if e.Kind == runtime.EventCommitted && e.Checkpoint == 3 {
			reached = true
			c.kill()
		}
	}
	require.NoError(t, run(t.Context(), d))
	head, err := chain.Look(d.disk, d.folder, "WordCount")
	require.NoError(t, err)
	if !reached || head.Checkpoint.ID != 3 {
		return 0 // it came to its end before, or the next one is complete already
	}
	for _, subtask := range head.Checkpoint.Subtasks {
		inFlight += countInFlight(t, d.disk, subtask)
	}
	set(t, "execution.state-recovery.without-channel-state.checkpoint-id", "3")(&d.config)
	d.heard = nil
	require.Equal(t, inFlight, plannedDrops(t, d), "records that a plan says are dropped")
	require.NoError(t, run(t.Context(), d))
	totals := map[string]int{}
	for _, total := range sink.Records() {
		totals[total.Word] = max(totals[total.Word], int(total.Count))
	}
	missing := 0
	for word, n := range words {
		require.LessOrEqual(t, totals[word], n, word)
		missing += n - totals[word]
	}
	require.Equal(t, inFlight, missing, "words in flight")
	return missing
}

// plannedDrops is how many records in flight are dropped, as a plan says.
func plannedDrops(t *testing.T, d driven) (records int) {
	t.Helper()
	d.config.Checkpointing.Storage, d.config.Checkpointing.Dir, d.config.Checkpointing.CreateSubdir = config.FileSystem, d.folder, false
	p, err := d.job(d.disk).Plan(t.Context(), runtime.Environment{Config: d.config, Logger: slog.New(slog.DiscardHandler), FS: d.disk})
	require.NoError(t, err)
	for _, o := range p.Operators {
		for _, s := range o.States {
			records += int(s.Records)
		}
	}
	return records
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
