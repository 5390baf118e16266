package core

import "github.com/streamgen/streamgen/runtime"

// Progress counts the records of every operator, over all its subtasks, since the first start. What is processed again after a restart, of the job or of a
// region, counts again.
func (j *Job) Progress() runtime.Progress {
	a := j.current.Load()
	if a == nil {
		return runtime.Progress{}
	}
	p := runtime.Progress{Checkpoint: a.last.Load()}
	processed := map[*vertexInfo][]int64{}
	for _, s := range a.subtasks() {
		v := s.task.info
		if processed[v] == nil {
			processed[v] = make([]int64, len(v.info.Operators))
		}
		for i, n := range s.processed() {
			processed[v][i] += n
		}
	}
	for _, v := range j.vertices {
		for i, o := range v.info.Operators {
			p.Operators = append(p.Operators, runtime.OperatorProgress{UID: o.uid, Records: processed[v][i]})
		}
	}
	return p
}

// processed counts the records of each operator of the task, with those of the subtasks that were in its place before it.
func (s *subtask) processed() []int64 {
	operators := s.task.info.info.Operators
	all := make([]int64, len(operators))
	copy(all, s.before)
	for i, o := range operators {
		if i > 0 && o.kind == "operator" {
			all[i] += s.task.counts.of(o.uid)
		} else {
			all[i] += s.records(o.uid)
		}
	}
	return all
}
