package core

import (
	"sync"
	"sync/atomic"
)

// mailbox is where one subtask puts what another is to have: the only thing that subtasks share. The owner empties it at the
// beginning of a step.
type mailbox struct {
	waiting atomic.Bool // whether there is anything in it
	mu      sync.Mutex
	post    post
	wake    func() // the driver's: the owner may be idle
	// hurried is set to let the owner look as soon as the record under way is processed, not when the whole batch is; nil if it has no batches.
	hurried *atomic.Bool
}

// post is what came since the owner last looked.
type post struct {
	deliveries []delivery
	returned   []Records
	commands   []any // to a subtask: trigger, complete, abort, shut, and what becomes of calls; to the master: events
	woken      bool
}

// delivery is a batch from another subtask.
type delivery struct {
	channel int
	records Records
}

func (p *post) clear() {
	clear(p.deliveries)
	clear(p.returned)
	clear(p.commands)
	p.deliveries, p.returned, p.commands, p.woken = p.deliveries[:0], p.returned[:0], p.commands[:0], false
}

func (m *mailbox) deliver(channel int, records Records) {
	barrier := records.head().barrier != nil // it is not ours any more when it is delivered
	m.mu.Lock()
	m.post.deliveries = append(m.post.deliveries, delivery{channel, records})
	m.put()
	if barrier {
		m.hurry() // it may overtake
	}
}

func (m *mailbox) giveBack(records Records) {
	m.mu.Lock()
	m.post.returned = append(m.post.returned, records)
	m.put()
}

func (m *mailbox) send(command any) {
	m.mu.Lock()
	m.post.commands = append(m.post.commands, command)
	m.put()
}

// urge sends a command that is not to wait for the rest of a batch, which may take long if user code is slow.
func (m *mailbox) urge(command any) {
	m.send(command)
	m.hurry()
}

func (m *mailbox) hurry() {
	if m.hurried != nil {
		m.hurried.Store(true)
	}
}

// nudge makes the owner look, for no reason of ours: its source may have something.
func (m *mailbox) nudge() {
	m.mu.Lock()
	m.post.woken = true
	m.put()
}

// put ends what began with mu locked.
func (m *mailbox) put() {
	m.waiting.Store(true)
	m.mu.Unlock()
	m.wake()
}

// take swaps what has come with empty, which the owner has cleared.
func (m *mailbox) take(empty *post) {
	if !m.waiting.Load() {
		return
	}
	m.mu.Lock()
	m.post, *empty = *empty, m.post
	m.waiting.Store(false)
	m.mu.Unlock()
}
