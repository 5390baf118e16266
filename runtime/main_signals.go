package runtime

import (
	"errors"
	"os"

	"github.com/streamgen/streamgen/runtime/config"
)

// interrupts turns signals into what they ask of a job: SIGTERM and a first SIGINT a stop with a savepoint, a second SIGINT a cancel, a
// third one to wait no longer. It is used by one goroutine.
type interrupts struct {
	// answers brings what came of a stop, to be given to answered.
	answers chan error

	requests    *requests
	cancel      func()
	say         func(string)
	savepoints  bool // there is a place for one
	stopping    bool
	interrupted bool
	cancelled   bool
}

func newInterrupts(c config.Config, r *requests, cancel func(), say func(string)) *interrupts {
	return &interrupts{
		answers:    make(chan error, 1), // one stop at a time
		requests:   r,
		cancel:     cancel,
		say:        say,
		savepoints: c.Checkpointing.Storage == config.FileSystem || c.Checkpointing.SavepointDir != "",
	}
}

// signal takes a signal. It returns true if the user will not wait for the end of the job.
func (s *interrupts) signal(signal os.Signal) (giveUp bool) {
	interrupt := signal == os.Interrupt
	switch {
	case s.cancelled:
		return interrupt
	case interrupt && (s.interrupted || s.stopping):
		s.cancelled = true
		s.say("cancelling; interrupt again to wait no longer")
		s.cancel()
	case s.stopping:
	case !s.savepoints:
		s.cancelled = true
		s.say("cancelling: there is no folder for a savepoint; interrupt again to wait no longer")
		s.cancel()
	default:
		s.stopping = true
		s.say("stopping with a savepoint; interrupt again to cancel without one")
		s.requests.ask(RequestStop, s.say, func(_ string, err error) { s.answers <- err })
	}
	s.interrupted = s.interrupted || interrupt
	return false
}

// answered takes what came of a stop.
func (s *interrupts) answered(err error) {
	s.stopping = false
	switch {
	case s.cancelled: // and that is why it did not stop
	case errors.Is(err, ErrNoSavepoint):
		s.cancelled = true
		s.say(err.Error())
	case err != nil:
		s.say("the stop failed, and the job goes on: " + err.Error() + "; interrupt again to cancel it without a savepoint")
	}
}
