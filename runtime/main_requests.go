package runtime

import (
	"log/slog"
	"sync"
	"time"

	"github.com/streamgen/streamgen/runtime/internal/control"
)

// requests takes what is asked of a job, over its socket or by signals, to the job. A stop and a cancel are answered when the job has
// ended, so that who asked may start it again at once.
type requests struct {
	toJob  chan Request
	job    string // its name
	folder string // of the job; "" if it has none, and then no socket
	logger *slog.Logger
	now    func() time.Time
	ended  chan struct{}

	mu      sync.Mutex
	server  *control.Server
	down    []downRegion   // what has failed and waits to run again
	asked   []*askedFor    // what is not answered yet
	waiting []func(ending) // answers that are due when the job has ended
	stopped string         // the savepoint of the stop, once it is there
	drained bool           // it was one with drain
}

// askedFor is a request that is under way.
type askedFor struct{ note func(string) }

func newRequests(job, folder string, logger *slog.Logger, now func() time.Time) *requests {
	return &requests{toJob: make(chan Request), job: job, folder: folder, logger: logger, now: now, ended: make(chan struct{})}
}

// onEvent hears how the job lives.
func (r *requests) onEvent(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.openSocket(e)
	r.follow(e)
}

// openSocket opens the socket once the job has taken its folder. Not before: a start that fails must not take the socket from the runner
// that has the folder.
func (r *requests) openSocket(e Event) {
	if r.folder == "" || r.server != nil || e.Kind != EventRestoring && e.Kind != EventRunning {
		return
	}
	server, err := control.Listen(r.folder, r.job, func(command control.Command, note func(string), reply func(string, error)) {
		r.ask(requestKinds[command], note, reply)
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

// ask takes a request to the job and returns at once. Reply is called when it is done, not at all if the job ends before; note is called before that
// with what the job waits for. Neither may block.
func (r *requests) ask(kind RequestKind, note func(string), reply func(path string, err error)) {
	asked := &askedFor{note}
	request := Request{Kind: kind, Reply: func(path string, err error) {
		r.answered(asked)
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
	if kind != RequestCancel { // which waits for nobody
		r.await(asked)
	}
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
