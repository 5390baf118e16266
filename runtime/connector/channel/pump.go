package channel

// pump is the goroutine that waits for a channel on behalf of a reader, which must not. It ends with the reader.
type pump struct {
	stop, done chan struct{}
}

func startPump[T any](l *log[T], wake func()) *pump {
	p := &pump{stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		run(l, wake, p.stop)
	}()
	return p
}

// close ends the goroutine. It waits for it, so that the next pump does not overtake a record.
func (p *pump) close() {
	close(p.stop)
	<-p.done
}

// run moves records from the channel to the log, while there is room. A record that was taken out is in the log: none is lost.
func run[T any](l *log[T], wake func(), stop <-chan struct{}) {
	var batch []T
	for {
		free := l.free()
		if free <= 0 {
			select {
			case <-l.room:
				continue
			case <-stop:
				return
			}
		}
		select {
		case record, ok := <-l.in:
			batch = batch[:0]
			if ok {
				batch, ok = more(l.in, append(batch, record), free)
			}
			if l.append(batch, !ok) {
				wake()
			}
			clear(batch)
			if !ok {
				return
			}
		case <-stop:
			return
		}
	}
}

// more adds what the channel holds at the moment, up to limit records. It reports false at its end.
func more[T any](in <-chan T, batch []T, limit int) ([]T, bool) {
	for len(batch) < limit {
		select {
		case record, ok := <-in:
			if !ok {
				return batch, false
			}
			batch = append(batch, record)
		default:
			return batch, true
		}
	}
	return batch, true
}
