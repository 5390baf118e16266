package core

import (
	"errors"
	"fmt"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/coordinator"
	"github.com/streamgen/streamgen/runtime"
)

// This file is how the master answers its user.

// errNotRunning is the answer to a request that comes too late, or while a job that has failed waits to start again.
var errNotRunning = errors.New("the job does not run at the moment: it restarts or ends; try again")

// errCancelled is the answer to what was under way, or waited for a region, when the job was cancelled.
var errCancelled = errors.New("the job was cancelled")

func (m *master) request(r runtime.Request) {
	switch {
	case r.Kind == runtime.RequestCancel:
		r.Reply("", nil)
		if !m.ending {
			m.end(runtime.Cancelled, nil)
		}
	case m.ending:
		r.Reply("", errNotRunning)
	case m.coordinator == nil || !m.allRun(): // others process records already, so its user may well believe that it runs
		m.early = append(m.early, r)
	case m.stopping != nil:
		r.Reply("", fmt.Errorf("the job is being stopped already"))
	case r.Kind != runtime.RequestSavepoint && m.inputs == 0:
		r.Reply("", fmt.Errorf("the job has reached the end of its input and is finishing"))
	case r.Kind == runtime.RequestDrain:
		m.stopping = &r
		m.coordinator.Drain()
		for _, s := range m.run.subtasks() {
			s.mailbox.urge(cut{})
		}
	default:
		kind := checkpoint.Savepoint
		if r.Kind == runtime.RequestStop {
			kind, m.stopping = checkpoint.StopSavepoint, &r
		}
		t := m.coordinator.Request(kind, m.run.env.now(), m.run.env.wall())
		if kind == checkpoint.Savepoint {
			m.savepoints[t.Barrier.ID] = r.Reply
		}
		m.act([]coordinator.Action{t})
	}
}

// refuse answers the requests that came when the run had ended.
func (m *master) refuse() {
	m.mailbox.take(&m.post)
	for _, event := range m.post.commands {
		if r, ok := event.(runtime.Request); ok {
			r.Reply("", errNotRunning)
		}
	}
	m.post.clear()
}
