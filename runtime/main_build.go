package runtime

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// job builds the user's pipeline and wires it. A panic of the user's function is an error with its stack.
func (p *program) job() (job Job, err error) {
	if p.build == nil {
		return nil, errors.New("runtime.Main was given no function that builds the pipeline")
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the function that builds the pipeline panicked: %v\n\n%s", cause, debug.Stack())
		}
	}()
	job, err = newJob(p.build())
	if err != nil {
		return nil, fmt.Errorf("the function that builds the pipeline is to return one: %w", err)
	}
	return job, nil
}
