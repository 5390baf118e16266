package core

import "github.com/streamgen/streamgen/runtime"

// Progress counts the records of every operator, over all its subtasks, in the current run.
func (j *Job) Progress() runtime.Progress {
	a := j.current.Load()
	if a == nil {
		return runtime.Progress{}
	}
	p := runtime.Progress{Checkpoint: a.last.Load()}
	subtasks := a.subtasks()
	for _, v := range j.vertices {
		for i, o := range v.info.Operators {
			n := int64(0)
			for _, s := range subtasks {
				switch {
				case s.task.info != v:
				case i > 0 && o.kind == "operator":
					n += s.task.counts.of(o.uid)
				default:
					n += s.records(o.uid)
				}
			}
			p.Operators = append(p.Operators, runtime.OperatorProgress{UID: o.uid, Records: n})
		}
	}
	return p
}
