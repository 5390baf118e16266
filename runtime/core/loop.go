package core

import (
	"errors"
	"fmt"
)

// refuseLoops refuses to run a job that feeds records back. It can be drawn: see Job.Graph.
func (j *Job) refuseLoops() error {
	var errs []error
	for _, v := range j.vertices {
		for _, o := range v.info.Operators {
			for _, from := range o.loops {
				errs = append(errs, fmt.Errorf("pipeline %s: the edge from %s to %s is a loop: loops are run by a later version", j.name, from, o.uid))
			}
		}
	}
	return errors.Join(errs...)
}
