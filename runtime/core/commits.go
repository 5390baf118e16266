package core

import (
	"errors"
	"fmt"
	"time"

	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// commits is what the lane of a subtask knows of transactions that are to be committed. Only the lane touches it.
type commits struct {
	broken bool // a commit has failed for good, and none may follow it
	// retry tries again what has failed, nil if nothing has. Until it has succeeded everything else of the lane waits behind it: else
	// a checkpoint could complete that has forgotten a transaction which is not committed.
	retry  func()
	behind []func()
	alarm  func() // takes back the wait until then
}

// How long a commit waits to be tried again: at first, and at most. In between the wait doubles.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// commitAgain tells a subtask that it is time to try.
type commitAgain struct{}

// inLane runs f in the lane, behind a commit that waits to be tried again.
func (s *subtask) inLane(f func()) {
	s.lane.run(func() {
		if s.commits.retry != nil {
			s.commits.behind = append(s.commits.behind, f)
			return
		}
		f()
	})
}

// pendingCommit is a transaction of a sink that is to be committed.
type pendingCommit struct {
	sink        anySink
	transaction prepared
}

// commit commits transactions in order and tells the master. Tries is how often the first of them has failed.
func (s *subtask) commit(b coordinator.Barrier, transactions []pendingCommit, tries int) {
	if s.commits.broken {
		return
	}
	for i, t := range transactions {
		s.run.event(runtime.Event{Kind: runtime.EventCommitting, Checkpoint: b.ID})
		err := s.guard(func() error { return t.sink.commit(s.launch.ctx, t.transaction) })
		switch {
		case err == nil:
			tries = 0
		case s.mayTryAgain(err, tries):
			wait := min(firstRetry<<min(tries, 10), lastRetry)
			s.task.env.logger.Warn("a commit failed and is tried again", "task", s.task.name(), "checkpoint", t.transaction.checkpoint,
				"tries", tries+1, "retries", s.run.env.config.CommitRetries, "delay", wait, "error", err)
			s.commits.retry = func() { s.commit(b, transactions[i:], tries+1) }
			s.commits.alarm = s.task.env.after(wait, func() { s.mailbox.send(commitAgain{}) })
			return
		default:
			s.commits.broken = true
			if tries > 0 {
				err = fmt.Errorf("%w (tried %d times, sink.committer.retries is %d)", err, tries+1, s.run.env.config.CommitRetries)
			}
			s.run.master.mailbox.send(hasFailed{by(s.index), fmt.Errorf("%s: %w", s.task.name(), err)})
			return
		}
	}
	s.run.master.mailbox.send(hasCommitted{by(s.index), b.ID})
}

// stop takes back the wait to try again, which would keep the run until it is over. What has waited behind it does no more than to drop what it has on disk.
func (c *commits) stop() {
	if c.alarm != nil {
		c.alarm()
	}
	c.broken, c.retry = true, nil
	for _, f := range c.behind {
		f()
	}
	c.behind = nil
}

// mayTryAgain reports whether a commit may succeed the next time: not if its transaction is lost, if it panics, or if the run is over.
func (s *subtask) mayTryAgain(err error, tries int) bool {
	_, panicked := errors.AsType[*PanicError](err)
	return tries < s.run.env.config.CommitRetries && !panicked && !errors.Is(err, runtime.ErrTransactionLost) && s.launch.ctx.Err() == nil
}

// commitAgain tries again, and if that succeeds does what has waited behind it.
func (s *subtask) commitAgain() {
	retry := s.commits.retry
	s.commits.retry = nil
	retry()
	for s.commits.retry == nil && len(s.commits.behind) > 0 {
		f := s.commits.behind[0]
		s.commits.behind = s.commits.behind[1:]
		f()
	}
}
