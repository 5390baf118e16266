package channel

import (
	"fmt"
	"slices"
	"sync"
)

// ahead is how many records are taken out of a channel before they are read.
const ahead = 1024

// log holds the records of a channel from the oldest that may be read again to the newest that was taken out of it. It outlives the
// readers of a job's restarts.
type log[T any] struct {
	in     <-chan T
	forget bool

	mu sync.Mutex
	// records[0] has the number first. Those from next on are to be read.
	records     []T
	first, next int64
	closed      bool
	// starved is true if a reader found nothing since the last record came.
	starved bool
	// room is signalled when the pump may go on.
	room chan struct{}
}

func newLog[T any](in <-chan T) *log[T] { return &log[T]{in: in, room: make(chan struct{}, 1)} }

// rewind sets where reading goes on, and returns it. A log that nothing was taken from begins there: then it says that what came
// before is gone.
func (l *log[T]) rewind(position int64) (from int64, skipped bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := l.first + int64(len(l.records))
	switch {
	case end == 0 && !l.closed:
		l.first, l.next = position, position
		return position, position > 0, nil
	case l.forget:
		return l.next, false, nil
	case position < l.first || position > end:
		return 0, false, fmt.Errorf("channel: the checkpoint goes on with record %d, but only those from %d to %d are in memory", position, l.first, end)
	}
	l.next = position
	return position, false, nil
}

// read copies records from position on. It reports true at the end of a closed channel.
func (l *log[T]) read(position int64, records []T) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := copy(records, l.records[position-l.first:])
	l.next = position + int64(n)
	if l.forget {
		l.drop(l.next)
	}
	l.starved = n == 0
	select {
	case l.room <- struct{}{}:
	default:
	}
	return n, n == 0 && l.closed && len(records) > 0
}

// append adds records and reports whether a reader waits for them.
func (l *log[T]) append(records []T, closed bool) (starved bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, records...)
	l.closed = l.closed || closed
	starved = l.starved
	l.starved = false
	return starved
}

// free is how many records may be taken out of the channel now.
func (l *log[T]) free() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ahead - int(l.first+int64(len(l.records))-l.next)
}

// release forgets the records before a position.
func (l *log[T]) release(position int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop(position)
}

func (l *log[T]) drop(position int64) {
	if n := position - l.first; n > 0 {
		l.records = slices.Delete(l.records, 0, int(n)) // which clears what it moved, for the collector
		l.first = position
	}
}
