package runtime

import (
	"log/slog"
	"sync"

	"github.com/streamgen/streamgen/runtime/internal/control"
)

// requests takes what is asked of a job, over its socket or by signals, to the job. A stop and a cancel are answered when the job has
// ended, so that who asked may start it again at once.
type requests struct {
	toJob  chan Request
	folder string // of the job; "" if it has none, and then no socket
	logger *slog.Logger
	ended  chan struct{}

	mu      sync.Mutex
	server  *control.Server
	waiting []func(ending) // answers that are due when the job has ended
	stopped string         // the savepoint of the stop, once it is there
	drained bool           // it was one with drain
}

func newRequests(folder string, logger *slog.Logger) *requests {
	return &requests{toJob: make(chan Request), folder: folder, logger: logger, ended: make(chan struct{})}
}

// onEvent opens the socket once the job has taken its folder. Not before: a start that fails must not take the socket from the runner
// that has the folder.
func (r *requests) onEvent(e Event) {
	if r.folder == "" || e.Kind != EventRestoring && e.Kind != EventRunning {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server != nil {
		return
	}
	server, err := control.Listen(r.folder, func(command control.Command, reply func(string, error)) {
		r.ask(requestKinds[command], reply)
	})
	if err != nil {
		// The job is worth more than the way to reach it, and signals remain.
		r.logger.Warn("savepoint, stop and cancel will not find this job", "error", err)
		return
	}
	r.server = server
}

var requestKinds = map[control.Command]RequestKind{
	control.Savepoint: RequestSavepoint,
	control.Stop:      RequestStop,
	control.Drain:     RequestDrain,
	control.Cancel:    RequestCancel,
}

// ask takes a request to the job and returns at once. Reply is called when it is done, not at all if the job ends before.
func (r *requests) ask(kind RequestKind, reply func(path string, err error)) {
	request := Request{Kind: kind, Reply: func(path string, err error) {
		if err != nil || kind == RequestSavepoint {
			reply(path, err)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if kind == RequestStop || kind == RequestDrain {
			r.stopped, r.drained = path, kind == RequestDrain
		}
		r.waiting = append(r.waiting, func(end ending) { reply(path, end.err) })
	}}
	go func() {
		select {
		case r.toJob <- request:
		case <-r.ended:
		}
	}()
}

// close answers everyone who waits for the end of the job, and closes the socket.
func (r *requests) close(end ending) {
	close(r.ended)
	r.mu.Lock()
	server, waiting := r.server, r.waiting
	r.mu.Unlock()
	for _, answer := range waiting {
		answer(end)
	}
	if server == nil {
		return
	}
	if err := server.Close(); err != nil {
		r.logger.Warn("close the socket of the job", "error", err)
	}
}

// next says what the next run does after a stop, "" if there was none.
func (r *requests) next() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.stopped == "":
		return ""
	case r.drained:
		return "its input was ended: no run goes on from what is in " + r.stopped + "; --fresh begins from nothing"
	}
	return "the next run goes on from what is in " + r.stopped
}
