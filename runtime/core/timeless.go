package core

// timeless are the tasks that no source with a time leads to. They have no say in event time: what comes from them holds no watermark
// back, as if it were idle for ever, whatever records it brings. That follows from the graph alone, so that nobody need say it. There
// are none in a job without event time.
func (j *Job) timeless() map[*vertexInfo]bool {
	reached := map[*vertexInfo]bool{}
	var reach func(v *vertexInfo)
	reach = func(v *vertexInfo) {
		if reached[v] {
			return
		}
		reached[v] = true
		for _, e := range j.edges {
			if e.from == v {
				reach(e.to)
			}
		}
	}
	for _, v := range j.vertices {
		if v.info.Operators[0].eventTime != nil {
			reach(v)
		}
	}
	if len(reached) == 0 {
		return nil
	}
	timeless := map[*vertexInfo]bool{}
	for _, v := range j.vertices {
		if !reached[v] {
			timeless[v] = true
		}
	}
	return timeless
}
