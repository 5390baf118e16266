package core_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
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

// paced is a source that gives a line every millisecond, and says at line numbers of its own whether it is in a backlog. Its splits differ in length.
type paced struct {
	lengths []byte // of its splits
	backlog map[byte]bool
	read    func(split int, line byte)
}

func (*paced) Connector() runtime.Connector { return runtime.Connector{Kind: "test.paced", Version: 1} }

func (p *paced) Splits(_ context.Context, known []runtime.Split) ([]runtime.Split, error) {
	if len(known) > 0 {
		return known, nil
	}
	var splits []runtime.Split
	for i := range p.lengths {
		splits = append(splits, runtime.Split{ID: string(rune('0' + i)), Weight: 1, Position: []byte{0}})
	}
	return splits, nil
}

func (p *paced) Open(ctx runtime.SourceContext, splits []runtime.Split) (runtime.Reader[string], error) {
	return &pacedReader{p, ctx, splits, 0, 0}, nil
}

type pacedReader struct {
	*paced
	ctx    runtime.SourceContext
	splits []runtime.Split
	last   byte
	ready  time.Duration
}

func (r *pacedReader) Read(lines []string) (int, error) {
	for i := range r.splits {
		s := &r.splits[i]
		k := int(s.ID[0] - '0')
		s.Position = []byte{s.Position[0] + r.last}
		r.last = 0
		if s.Done = s.Position[0] == r.lengths[k]; s.Done {
			continue
		}
		if now := r.ctx.Now(); now < r.ready {
			r.ctx.WakeAfter(r.ready - now)
			return 0, nil
		}
		r.ready = r.ctx.Now() + time.Millisecond
		if backlog, ok := r.backlog[s.Position[0]]; ok && k == 0 {
			r.ctx.SetBacklog(backlog)
		}
		if r.read != nil {
			r.read(k, s.Position[0])
		}
		r.last, lines[0] = 1, "a"
		return 1, nil
	}
	return 0, io.EOF
}

func (r *pacedReader) Snapshot(_ int64, consumed int) ([]runtime.Split, error) {
	splits := slices.Clone(r.splits)
	for i := range splits {
		if !splits[i].Done && consumed > 0 {
			splits[i].Position = []byte{splits[i].Position[0] + byte(consumed)}
			break
		}
	}
	return splits, nil
}

func (*pacedReader) Close() error { return nil }

// pacedRun is a run of a word count of a paced source, in a simulation.
type pacedRun struct {
	source *paced
	disk   *vfs.Mem
	totals runtime.Sink[wordcount.Total]
	// triggered says of each checkpoint how many lines of each split had been read.
	triggered [][]byte
	kinds     []runtime.EventKind
}

// run runs the job to its end, or for so many steps. Every checkpoint is due 10 ms after the one before.
func (r *pacedRun) run(t *testing.T, steps int, change func(*config.Config)) (runtime.Outcome, error) {
	t.Helper()
	c := config.Default()
	c.Parallelism = len(r.source.lengths)
	c.Checkpointing.Interval = 10 * time.Millisecond
	if change != nil {
		change(&c)
	}
	require.NoError(t, config.Validate(c))
	if r.disk == nil {
		r.disk, r.totals = vfs.NewMem(), cmp.Or(r.totals, runtime.Sink[wordcount.Total](collect.New[wordcount.Total]()))
	}
	at, read := make([]byte, len(r.source.lengths)), r.source.read
	r.triggered, r.kinds = nil, nil
	r.source.read = func(split int, line byte) {
		at[split] = line
		if read != nil {
			read(split, line)
		}
	}
	job := (&wordcount.WordCount{Lines: r.source, Totals: r.totals}).StreamgenJob()
	s, err := core.Simulate(job, c, r.disk, "/job", rand.New(rand.NewPCG(1, 2)), func(e runtime.Event) {
		r.kinds = append(r.kinds, e.Kind)
		if e.Kind == runtime.EventTriggered {
			r.triggered = append(r.triggered, slices.Clone(at))
		}
	})
	require.NoError(t, err)
	for s.Step() {
		if steps--; steps == 0 {
			return 0, nil
		}
	}
	outcome, err, stuck := s.Outcome()
	require.False(t, stuck)
	return outcome, err
}

// between counts the checkpoints that were triggered while a split was read from one line to another.
func (r *pacedRun) between(split int, from, to byte) int {
	n := 0
	for _, at := range r.triggered {
		if at[split] >= from && at[split] < to {
			n++
		}
	}
	return n
}

// A source reports a backlog from one record to another, with the same interval, a longer one and none in it: so many checkpoints are taken before it, in
// it, and after it.
func TestScenario24BacklogHasAnIntervalOfItsOwn(t *testing.T) {
	for _, test := range []struct {
		name     string
		interval string
		atLeast  int
		atMost   int
	}{{"same", "same", 4, 7}, {"longer", "30 ms", 1, 3}, {"off", "off", 0, 0}} {
		t.Run(test.name, func(t *testing.T) {
			r := &pacedRun{source: &paced{lengths: []byte{200}, backlog: map[byte]bool{60: true, 130: false}}}
			_, err := r.run(t, 0, set(t, "execution.checkpointing.interval-during-backlog", test.interval))
			require.NoError(t, err)
			require.GreaterOrEqual(t, r.between(0, 5, 60), 4, "before it")
			n := r.between(0, 71, 130) // one was due already when it began
			require.GreaterOrEqual(t, n, test.atLeast)
			require.LessOrEqual(t, n, test.atMost)
			require.GreaterOrEqual(t, r.between(0, 130, 200), 4, "after it")
		})
	}
}

// One split ends while it is in backlog, and another goes on: from then on checkpoints are taken again.
func TestScenario24FinishedSourceHasNoBacklog(t *testing.T) {
	r := &pacedRun{source: &paced{lengths: []byte{60, 200}, backlog: map[byte]bool{10: true}}}
	_, err := r.run(t, 0, func(c *config.Config) { c.Checkpointing.IntervalDuringBacklog = 0 })
	require.NoError(t, err)
	require.Zero(t, r.between(1, 15, 55), "while it was in backlog")
	require.GreaterOrEqual(t, r.between(1, 65, 200), 8, "it had finished")
}

func TestCheckpointsAfterTasksFinish(t *testing.T) {
	for _, goOn := range []bool{true, false} {
		totals := collect.New[wordcount.Total]()
		r := &pacedRun{source: &paced{lengths: []byte{60, 200}}, totals: totals}
		outcome, err := r.run(t, 0, set(t, "execution.checkpointing.checkpoints-after-tasks-finish", strconv.FormatBool(goOn)))
		require.NoError(t, err)
		require.Equal(t, runtime.Finished, outcome)
		require.GreaterOrEqual(t, r.between(1, 0, 50), 2, "before the first end")
		require.Equal(t, goOn, r.between(1, 70, 195) > 0, "after it")
		require.Len(t, totals.Records(), 260, "the final one is taken, and commits")
	}
}

func TestSourcesPauseUntilTheFirstCheckpoint(t *testing.T) {
	for _, pause := range []bool{true, false} {
		r := &pacedRun{source: &paced{lengths: []byte{100}}}
		_, err := r.run(t, 700, nil)
		require.NoError(t, err)
		require.Contains(t, r.kinds, runtime.EventPublished)
		early := 0
		r.source.read = func(int, byte) {
			if !slices.Contains(r.kinds, runtime.EventPublished) {
				early++
			}
		}
		outcome, err := r.run(t, 0, set(t, "pipeline.sources.pause-until-first-checkpoint", strconv.FormatBool(pause)))
		require.NoError(t, err)
		require.Equal(t, runtime.Finished, outcome)
		require.Equal(t, pause, early == 0)
	}
}

// A start from nothing has nothing to wait for.
func TestSourcesOfANewJobDoNotPause(t *testing.T) {
	r := &pacedRun{source: &paced{lengths: []byte{20}, read: func(int, byte) {}}}
	_, err := r.run(t, 0, func(c *config.Config) { c.PauseSources, c.Checkpointing.Interval = true, time.Hour })
	require.NoError(t, err)
	require.Len(t, r.triggered, 1, "the final one")
}

// failingCommits is a sink whose next commits fail.
type failingCommits struct {
	*collect.Sink[wordcount.Total]
	fails int
	err   error
}

func (s *failingCommits) Commit(ctx context.Context, handle []byte) error {
	if s.fails > 0 {
		s.fails--
		return s.err
	}
	return s.Sink.Commit(ctx, handle)
}

func TestCommitsAreTriedAgain(t *testing.T) {
	away := errors.New("the service is away")
	for _, test := range []struct {
		name           string
		retries, fails int
		err            error
		want           string // of the error; "" for none
	}{
		{"as often as it fails", 3, 3, away, ""},
		{"not often enough", 3, 4, away, "Count (1/1): sink Totals: commit: the service is away (tried 4 times, sink.committer.retries is 3)"},
		{"not at all", 0, 1, away, "Count (1/1): sink Totals: commit: the service is away"},
		{"what is lost stays lost", 3, 1, runtime.ErrTransactionLost, "Count (1/1): sink Totals: commit: output is lost: " +
			"it is what this subtask wrote between the start of the run at 2023-11-14T22:13:20Z and the barrier of checkpoint 1 at 2023-11-14T22:13:20Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			totals := collect.New[wordcount.Total]()
			r := &pacedRun{source: &paced{lengths: []byte{50}}, totals: &failingCommits{totals, test.fails, test.err}}
			_, err := r.run(t, 0, set(t, "sink.committer.retries", strconv.Itoa(test.retries), "execution.checkpointing.max-concurrent-checkpoints", "3"))
			if test.want != "" {
				require.EqualError(t, err, test.want)
				return
			}
			require.NoError(t, err)
			require.Len(t, totals.Records(), 50)
		})
	}
}
