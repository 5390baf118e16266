package core_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/examples/wordcount"
	"github.com/streamgen/streamgen/runtime"
	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/connector/collect"
	"github.com/streamgen/streamgen/runtime/core"
)

// smallLoop is a job with a loop of one task, that reads the short text.
func smallLoop(finish func(*loopingAttempt)) (*core.Job, *collect.Sink[wordcount.Total]) {
	sink := collect.New[wordcount.Total]()
	p := &looping{lines: &texts{corpus: shortText, random: rand.New(rand.NewPCG(1, 1)), most: 4}, totals: sink, alone: true, finish: finish}
	return p.StreamgenJob().(*core.Job), sink
}

func TestLoopsAreDrawn(t *testing.T) {
	job, _ := smallLoop(nil)
	graph, err := job.Graph(config.Default())
	require.NoError(t, err)
	require.Equal(t, []runtime.GraphEdge{
		{From: "Lines", To: "Attempt", Kind: "hash"}, {From: "Attempt.failed", To: "Attempt", Kind: "loop"}, {From: "Attempt", To: "Totals", Kind: "chained"},
	}, graph.Edges)
}

// The refusal comes before anything is written.
func TestALoopHasOneCheckpointAtATime(t *testing.T) {
	const refusal = "execution.checkpointing.max-concurrent-checkpoints=2: pipeline WordCount feeds records back from Attempt.failed to Attempt, " +
		"and a checkpoint of a loop holds what is fed back until its barrier has come round, so there can be only one at a time: leave it at 1"
	fs := vfs.NewMem()
	c := config.Default()
	c.Checkpointing.Dir, c.Checkpointing.Storage, c.Checkpointing.MaxConcurrent = "job", config.FileSystem, 2
	job, _ := smallLoop(nil)
	_, err := job.Run(context.Background(), runtime.Environment{Config: c, FS: fs})
	require.EqualError(t, err, refusal)
	_, err = core.Simulate(job, c, fs, "job", rand.New(rand.NewPCG(1, 1)), nil)
	require.EqualError(t, err, refusal)
	entries, err := fs.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, entries)
}

// What Finish feeds back would be lost, or come to who has finished: the job fails, and says what to do.
func TestFinishMustNotFeedBack(t *testing.T) {
	job, _ := smallLoop(func(t *loopingAttempt) { t.fail(1, trial(1, "late")) })
	s, err := core.Simulate(job, config.Default(), vfs.NewMem(), "/job", rand.New(rand.NewPCG(1, 1)), nil)
	require.NoError(t, err)
	for s.Step() {
	}
	_, err, stuck := s.Outcome()
	require.False(t, stuck)
	require.EqualError(t, err, "Attempt (2/2): operator Attempt: 1 records were fed back at the end of input, when their loop was over: what Finish emits, "+
		"here or in a task before it, must not be fed back; let a timer in event time emit it, since those fire while the loop goes on")
}

// What is fed back always finds room, on disk if need be, so a loop in which more circulates than the channels take does not wait for itself.
func TestALoopThatIsFullGoesOn(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		sink := collect.New[wordcount.Total]()
		job := (&looping{lines: &texts{corpus: wideText, random: random, most: 16}, totals: sink, alone: seed%2 == 0, echoes: true}).StreamgenJob()
		c := config.Default()
		c.Parallelism, c.LoopRecordsInMemory = 2, []int{1, 300, 1000, 10_000}[seed%4]
		s, err := core.Simulate(job, c, vfs.NewMem(), "/job", random, nil)
		require.NoError(t, err)
		for s.Step() {
		}
		outcome, err, stuck := s.Outcome()
		require.NoError(t, err)
		require.False(t, stuck, "seed %d", seed)
		require.Equal(t, runtime.Finished, outcome)
		totals := map[string]int{}
		for _, total := range sink.Records() {
			totals[total.Word] = max(totals[total.Word], int(total.Count))
		}
		require.Equal(t, wideText.words, totals)
	}
}

// What runs in the simulation runs with a goroutine for each subtask too.
func TestALoopRunsLive(t *testing.T) {
	for i := range 8 {
		sink := collect.New[wordcount.Total]()
		p := &looping{lines: &texts{corpus: longText, random: rand.New(rand.NewPCG(1, uint64(i))), most: 4}, totals: sink, alone: i%2 == 0, echoes: i%3 == 0}
		c := config.Default()
		c.Parallelism = 1 // the source shares its random numbers
		c.Parallelisms = map[string]int{"Attempt": 3}
		c.LoopRecordsInMemory = 1 + i%3*1000
		c.Checkpointing.Dir, c.Checkpointing.Storage = "job", config.FileSystem
		c.Checkpointing.Interval, c.Checkpointing.Unaligned = 10*time.Millisecond, i%4 < 2
		outcome, err := p.StreamgenJob().Run(t.Context(), runtime.Environment{Config: c, FS: vfs.NewMem()})
		require.NoError(t, err)
		require.Equal(t, runtime.Finished, outcome)
		totals := map[string]int{}
		for _, total := range sink.Records() {
			totals[total.Word] = max(totals[total.Word], int(total.Count))
		}
		require.Equal(t, longText.words, totals)
	}
}

// While a loop goes on after its input has ended, checkpoints are taken all the same.
func TestCheckpointsOfALoopWhoseInputHasEnded(t *testing.T) {
	for seed := range uint64(20) {
		random, sink, published := rand.New(rand.NewPCG(seed, 0)), collect.New[wordcount.Total](), 0
		c := config.Default()
		c.Parallelism, c.Checkpointing.Unaligned = 2, seed%2 == 0
		c.Checkpointing.Interval = 10 * time.Millisecond
		var s *core.Simulation
		job := (&looping{lines: &texts{corpus: shortText, random: random, most: 16}, totals: sink, alone: seed%4 < 2, lasts: func() bool { return published < 3 }}).StreamgenJob()
		s, err := core.Simulate(job, c, vfs.NewMem(), "/job", random, func(e runtime.Event) {
			if e.Kind == runtime.EventPublished && s.Steps > 2000 { // the input has ended long before
				published++
			}
		})
		require.NoError(t, err)
		for s.Step() && s.Steps < 50_000 {
		}
		require.Equal(t, 3, min(published, 3), "violation: seed %d", seed)
		outcome, err, stuck := s.Outcome()
		require.NoError(t, err)
		require.False(t, stuck, "violation: seed %d", seed)
		require.Equal(t, runtime.Finished, outcome)
	}
}
