package runtime

import (
	"log/slog"
	"time"

	"github.com/streamgen/streamgen/runtime/config"
)

// Option sets something of a job for Run. Of two options that set the same the later one counts.
type Option func(*runSettings)

// runSettings is what options set.
type runSettings struct {
	config   config.Config
	logger   *slog.Logger
	onEvent  func(Event)
	requests <-chan Request
}

func newRunSettings(options []Option) runSettings {
	s := runSettings{config: config.Default(), logger: slog.Default()}
	for _, option := range options {
		option(&s)
	}
	return s
}

// WithCheckpoints keeps checkpoints in a folder, of which the job has one of its own below dir, and takes one at every interval. An
// interval of 0 means none but the final one.
func WithCheckpoints(dir string, interval time.Duration) Option {
	return WithConfig(func(c *config.Config) {
		c.Checkpointing.Storage = config.FileSystem
		c.Checkpointing.Dir = dir
		c.Checkpointing.Interval = interval
	})
}

// WithParallelism sets the number of subtasks of every task that says nothing else. Default: the number of CPUs.
func WithParallelism(n int) Option {
	return WithConfig(func(c *config.Config) { c.Parallelism = n })
}

// Fresh starts the job from nothing, whatever checkpoints and output there are.
func Fresh() Option {
	return WithConfig(func(c *config.Config) { c.Recovery.Fresh = true })
}

// WithConfig changes any part of the configuration. It is given what the options before it have made of config.Default.
func WithConfig(change func(*config.Config)) Option {
	return func(s *runSettings) { change(&s.config) }
}

// WithLogger sets where the job logs. Default: slog.Default.
func WithLogger(logger *slog.Logger) Option {
	return func(s *runSettings) { s.logger = logger }
}

// WithEvents has listen called at each step of the job's life, from the goroutine that takes it: the job waits for it.
func WithEvents(listen func(Event)) Option {
	return func(s *runSettings) { s.onEvent = listen }
}

// WithRequests lets the program ask the running job for savepoints, a stop or a cancel.
func WithRequests(requests <-chan Request) Option {
	return func(s *runSettings) { s.requests = requests }
}
