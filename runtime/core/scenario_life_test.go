package core_test

import "fmt"

// life is where a subtask of topologies.Told stands in its life: it is opened, takes items, comes to the end of its input at most once, takes none from then on, and is
// closed. News of checkpoints come at any time between the first and the last.
type life struct{ open, finished, closed bool }

// next is what happens next. Its error says that it must not happen now.
func (l *life) next(call string) error {
	legal := l.open && !l.closed
	switch call {
	case "Open":
		legal, l.open = !l.open, true
	case "Map":
		legal = legal && !l.finished
	case "Finish":
		legal, l.finished = legal && !l.finished, true
	case "Close":
		l.closed = true
	}
	if !legal {
		return fmt.Errorf("%s of a subtask is called when it is %+v", call, *l)
	}
	return nil
}
