package core

import (
	"fmt"
	goruntime "runtime"
	"runtime/debug"
	"strings"

	"github.com/streamgen/streamgen/serde"
)

// failed makes the failure of a step known and closes the task.
func (s *subtask) failed(recovered any) {
	s.fail(s.failure(recovered))
}

// failure makes an error of what a step panicked with: an error that a user's method returned, a value that cannot be written, or a
// panic in a user's method, which gets the operator's name and the stack.
func (s *subtask) failure(recovered any) error {
	switch err := recovered.(type) {
	case *operatorError:
		return err
	case *spillError:
		return err
	case *PanicError:
		return err // of a call, with the stack that it had
	case *serde.EncodeError:
		return &operatorError{operator: s.panicking(), err: err}
	}
	stack := debug.Stack()
	return &PanicError{Operator: s.panicking(), Err: recoveredError(recovered), Stack: stack}
}

func recoveredError(recovered any) error {
	if err, ok := recovered.(error); ok {
		return err
	}
	return fmt.Errorf("%v", recovered)
}

// PanicError is the failure of a task whose operator panicked.
type PanicError struct {
	Operator string // its uid, or the task's name if it is not known
	Err      error  // what the panic was called with
	Stack    []byte
}

// Error says what panicked, with the stack from the panic on.
func (e *PanicError) Error() string {
	stack := string(e.Stack)
	if _, after, ok := strings.Cut(stack, "\npanic("); ok {
		// Behind the panic's own frame comes that of the user.
		if _, after, ok = strings.Cut(after, "\n\t"); ok {
			if _, after, ok = strings.Cut(after, "\n"); ok {
				stack = after
			}
		}
	}
	return fmt.Sprintf("operator %s: panic: %v\n%s", e.Operator, e.Err, strings.TrimRight(stack, "\n"))
}

// Unwrap returns what the panic was called with.
func (e *PanicError) Unwrap() error { return e.Err }

// verbs begin the names of the methods that generated tasks have per operator.
var verbs = []string{"process", "broadcast", "sendTo", "on", "open", "finish", "close", "completed", "aborted"}

// panicking finds the operator on the stack of a panic: generated tasks have methods that are named after it.
func (s *subtask) panicking() string {
	pcs := make([]uintptr, 64)
	frames := goruntime.CallersFrames(pcs[:goruntime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		_, method, _ := strings.Cut(frame.Function, "Task).")
		for _, verb := range verbs {
			if field, ok := strings.CutPrefix(method, verb); ok && field != "" {
				field, _, _ = strings.Cut(field, ".")
				return s.run.job.operatorIn(field, verb == "on")
			}
		}
		if !more {
			return s.task.info.name
		}
	}
}

// operatorIn finds the uid in the name of a generated method behind its verb: Words.Count has processWordsCount, its input left
// processWordsCountLeft, and its timer Expire onExpireWordsCount. A name that has none, since the field has a uid of its own, is that of the field.
func (j *Job) operatorIn(name string, atEnd bool) string {
	best, length := name, 0
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			n := len(strings.ReplaceAll(o.uid, ".", ""))
			if n <= length || n > len(name) {
				continue
			}
			part := name[:n]
			if atEnd {
				part = name[len(name)-n:]
			}
			if strings.EqualFold(part, strings.ReplaceAll(o.uid, ".", "")) {
				best, length = o.uid, n
			}
		}
	}
	return best
}
