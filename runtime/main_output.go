package runtime

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/streamgen/streamgen/runtime/config"
	"github.com/streamgen/streamgen/runtime/internal/progress"
)

// How often a run says how far it is: on a terminal, and in a log.
const (
	redrawEvery = 500 * time.Millisecond
	logEvery    = 10 * time.Second
)

// output is what a run tells its user, all of it on standard error: standard output may be the pipeline's.
type output struct {
	err         io.Writer
	json        bool
	screen      *progress.Screen // nil without a terminal
	logger      *slog.Logger
	started     time.Time
	checkpoints atomic.Int64 // completed by this process
	running     atomic.Bool  // the job has run
	restarts    atomic.Int64 // of the job or a region, in this process
}

func (p *program) newOutput(log *logFlags) (*output, error) {
	o := &output{err: p.err, json: log.json(), started: p.now()}
	if _, terminal := p.columns(); terminal && !o.json {
		o.screen = progress.NewScreen(p.err)
		o.err = o.screen
	}
	var err error
	o.logger, err = log.logger(o.err)
	return o, err
}

// say tells the user something: a plain line, or where all is to be JSON a log record.
func (o *output) say(text string) {
	if o.json {
		o.logger.Info(text)
		return
	}
	fmt.Fprintln(o.err, text)
}

// count counts completed checkpoints and restarts.
func (o *output) count(e Event) {
	switch e.Kind {
	case EventPublished:
		o.checkpoints.Add(1)
	case EventRunning:
		if o.running.Swap(true) {
			o.restarts.Add(1)
		}
	}
}

// report shows how far the job is until stop is called.
func (o *output) report(p *program, job Job) (stop func()) {
	every := logEvery
	if o.screen != nil {
		every = redrawEvery
	}
	ticks, stopTicks := p.tick(every)
	reporter := &progress.Reporter{
		Sample:  func(at time.Time) progress.Sample { return sampleOf(job, at) },
		Started: o.started,
		Screen:  o.screen,
		Width: func() int {
			columns, _ := p.columns()
			return columns
		},
		Logger: o.logger.With("job", job.Name()),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		reporter.Run(ctx, ticks)
		close(done)
	}()
	return func() {
		stopTicks()
		cancel()
		<-done
	}
}

func sampleOf(job Job, at time.Time) progress.Sample {
	now := job.Progress()
	sample := progress.Sample{At: at}
	for _, o := range now.Operators {
		sample.Operators = append(sample.Operators, progress.Operator(o))
	}
	if now.Checkpoint != nil {
		c := progress.Checkpoint(*now.Checkpoint)
		sample.Checkpoint = &c
	}
	return sample
}

// summary tells how the job ended, and after a stop what the next run does. It returns the error that the run ends with.
func (o *output) summary(p *program, job Job, c config.Config, end ending, next string) error {
	if end.err == nil && end.outcome == FinishedBefore {
		o.say(job.Name() + " had finished before: nothing to do; --fresh runs it again from nothing")
		return nil
	}
	how := [...]string{Finished: "finished", Stopped: "stopped", Cancelled: "cancelled"}[min(end.outcome, Cancelled)]
	if end.err != nil {
		how = "failed"
	}
	folder := ""
	if kept(c.Checkpointing.Retention, end) {
		folder = c.Checkpointing.JobDir(job.Name())
	}
	o.say(job.Name() + " " + progress.Summary(how, sampleOf(job, p.now()), o.started, int(o.checkpoints.Load()), folder, int(o.restarts.Load())))
	if end.err == nil && end.outcome == Stopped && next != "" {
		o.say(next)
	}
	if end.err != nil {
		return fmt.Errorf("%s: %w", job.Name(), end.err)
	}
	return nil
}

// kept is true if the checkpoints of a job that ended so are still there.
func kept(retention config.Retention, end ending) bool {
	switch {
	case end.err != nil:
		return retention != config.NoExternalizedCheckpoints
	case end.outcome == Cancelled:
		return retention == config.RetainOnCancellation
	}
	return end.outcome == Stopped
}
