package runtime

import (
	"bytes"
	"context"
	"flag"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/runtime/config"
)

// fakeJob is a job whose life is a function.
type fakeJob struct {
	name     string
	graph    func(config.Config) (Graph, error)
	plan     func(ctx context.Context, env Environment) (*plan.Plan, error)
	run      func(ctx context.Context, env Environment) (Outcome, error)
	progress Progress
}

func (j *fakeJob) Name() string       { return j.name }
func (j *fakeJob) Progress() Progress { return j.progress }

func (j *fakeJob) Graph(c config.Config) (Graph, error) {
	if j.graph != nil {
		return j.graph(c)
	}
	return Graph{
		Pipeline: j.name,
		Tasks: []GraphTask{
			{Name: "Lines", Operators: []string{"Lines", "Split"}, Parallelism: c.Parallelism},
			{Name: "Count", Operators: []string{"Count", "Totals"}, Parallelism: c.Parallelism},
		},
		Edges: []GraphEdge{
			{From: "Lines", To: "Split", Kind: "chained"},
			{From: "Split", To: "Count", Kind: "hash"},
			{From: "Count", To: "Totals", Kind: "chained"},
		},
	}, c.CheckOperators([]string{"Lines", "Split", "Count", "Totals"})
}

func (j *fakeJob) Plan(ctx context.Context, env Environment) (*plan.Plan, error) {
	return j.plan(ctx, env)
}

func (j *fakeJob) Run(ctx context.Context, env Environment) (Outcome, error) {
	if j.run == nil {
		return Finished, nil
	}
	return j.run(ctx, env)
}

// fakePipeline is a pipeline of any job.
type fakePipeline struct{ job Job }

func (p *fakePipeline) StreamgenJob() Job { return p.job }

// output that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// command is a program in a test, with what it wrote and the ends of what it reads.
type command struct {
	*program
	job      *fakeJob
	out, err safeBuffer
	signals  chan os.Signal
	ticks    chan time.Time
}

var testStart = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// newCommand returns the command wordcount with a job that finishes at once.
func newCommand(args ...string) *command {
	c := &command{
		job:     &fakeJob{name: "WordCount"},
		signals: make(chan os.Signal),
		ticks:   make(chan time.Time),
	}
	c.program = &program{
		name:    "wordcount",
		args:    args,
		out:     &c.out,
		err:     &c.err,
		flags:   flag.NewFlagSet("wordcount", flag.ContinueOnError),
		build:   func() Pipeline { return &fakePipeline{c.job} },
		columns: func() (int, bool) { return 0, false },
		notify:  func() (<-chan os.Signal, func()) { return c.signals, func() {} },
		now:     func() time.Time { return testStart },
		tick:    func(time.Duration) (<-chan time.Time, func()) { return c.ticks, func() {} },
	}
	return c
}

// requireExit runs the command to its end.
func (c *command) requireExit(t *testing.T, code int) {
	t.Helper()
	require.Equal(t, code, c.execute(t.Context()), "it said: %s", &c.err)
}

// start runs the command beside the test; the function that it returns waits for its end.
func (c *command) start(t *testing.T) (wait func() int) {
	code := make(chan int, 1)
	go func() { code <- c.execute(context.Background()) }()
	return func() int { return <-code }
}

// takeFolder does what a job does first: its folder is there, and it runs.
func takeFolder(env Environment, job string) error {
	if err := os.MkdirAll(env.Config.Checkpointing.JobDir(job), 0o755); err != nil {
		return err
	}
	env.OnEvent(Event{Kind: EventRunning})
	return nil
}
