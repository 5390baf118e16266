package runtime

import "log/slog"

// Context tells an operator's method where it runs. It is a small value; the zero Context works, for unit tests: subtask 0 of 1,
// which logs to slog.Default.
type Context struct {
	operator    string
	subtask     int
	parallelism int
	logger      *slog.Logger
}

// NewContext returns the context of one subtask of an operator. The job calls it; a test may.
func NewContext(operator string, subtask, parallelism int, logger *slog.Logger) Context {
	return Context{operator: operator, subtask: subtask, parallelism: parallelism, logger: logger}
}

// Operator is the operator's uid: its field in the pipeline.
func (c Context) Operator() string { return c.operator }

// Subtask numbers the parallel instance that runs, from 0 to Parallelism()-1.
func (c Context) Subtask() int { return c.subtask }

// Parallelism is the number of parallel instances of the operator.
func (c Context) Parallelism() int { return max(c.parallelism, 1) }

// Logger logs with the operator and the subtask as attributes.
func (c Context) Logger() *slog.Logger {
	if c.logger == nil {
		return slog.Default()
	}
	return c.logger.With("operator", c.operator, "subtask", c.subtask)
}
