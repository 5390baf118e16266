package runtime

import (
	"slices"
	"strings"
	"time"
)

// This file tells who has asked something of a job what it waits for: a savepoint, and so a stop, needs every task, and a region that has failed may wait for
// long until it is started again.

// downRegion is a region that does not run.
type downRegion struct {
	tasks []string
	due   time.Time // when it is started again
}

// follow keeps book of the regions that do not run. R is locked.
func (r *requests) follow(e Event) {
	if e.Tasks == nil {
		switch e.Kind {
		case EventFailed, EventRestoring:
			r.down = nil // the job is restarted as a whole
		}
		return
	}
	switch e.Kind {
	case EventRestarting:
		r.down = append(r.without(e.Tasks), downRegion{e.Tasks, r.now().Add(e.Delay)})
		for _, asked := range r.asked {
			asked.note(r.waitsFor())
		}
	case EventRunning:
		r.down = r.without(e.Tasks)
	}
}

// without returns the regions that do not run, but for one.
func (r *requests) without(tasks []string) []downRegion {
	return slices.DeleteFunc(slices.Clone(r.down), func(d downRegion) bool { return slices.Equal(d.tasks, tasks) })
}

// await tells who asks what the job waits for, at once and when that changes.
func (r *requests) await(asked *askedFor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, asked)
	if len(r.down) > 0 {
		asked.note(r.waitsFor())
	}
}

// answered forgets who asked.
func (r *requests) answered(asked *askedFor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = slices.DeleteFunc(r.asked, func(a *askedFor) bool { return a == asked })
}

// waitsFor says which regions do not run, and for how long.
func (r *requests) waitsFor() string {
	var regions []string
	for _, d := range r.down {
		when := "and is being restarted"
		if left := d.due.Sub(r.now()).Round(100 * time.Millisecond); left > 0 {
			when = "and is restarted in " + left.String()
		}
		regions = append(regions, strings.Join(d.tasks, ", ")+", which has failed "+when)
	}
	return "waiting for the region of " + strings.Join(regions, ", and for that of ")
}
