package random

// Interpret tells what each sink of a pipeline gets, by the names of the sinks. Ordered are those where the order is promised: on the way
// there everything is done by one subtask, and nothing is a union.
func Interpret(p *Pipeline) (got map[string][]Value, ordered map[string]bool) {
	fields := flat(p)
	read := outside(p)
	r := &run{readers: map[*Field][]*Field{}, instances: map[*Field]*Instance{}, got: map[string][]Value{}}
	ordered = map[string]bool{}
	for _, f := range fields {
		if f.isSink() && read[f.Name] {
			continue
		}
		r.instances[f] = &Instance{Field: f, Counts: map[int64]int64{}, Ends: map[int64]map[int64]bool{}}
		seen := map[*Field]bool{}
		for _, e := range f.In {
			if !seen[e.From] {
				seen[e.From] = true
				r.readers[e.From] = append(r.readers[e.From], f)
			}
		}
		if f.isSink() {
			r.got[f.Name] = nil
			ordered[f.Name] = r.inOrder(f)
		}
	}
	for _, f := range fields {
		if f.isSource() {
			for i := range p.Records {
				r.emit(f, 0, Nth(f.Seed, i))
			}
		}
	}
	for _, f := range fields {
		if f.Operator == nil {
			continue
		}
		if f.Operator.Form.End != nil {
			for _, e := range f.Operator.Form.End(r.instances[f]) {
				r.emit(f, e.Output, e.Value)
			}
		}
		if f.Operator.Finish {
			for subtask := range f.Parallelism {
				for output := range f.Outputs {
					r.emit(f, output, Last(f.Seed, subtask, output))
				}
			}
		}
	}
	return r.got, ordered
}

// outside are the sinks inside that the pipeline reads: they are none.
func outside(p *Pipeline) map[string]bool {
	read := map[string]bool{}
	for _, f := range p.Fields {
		for _, e := range f.In {
			if e.From.Nested != nil {
				read[e.From.Name+"."+e.From.Nested.Fields[e.Output].Name] = true
			}
		}
		if f.Nested != nil {
			for name := range outside(f.Nested) {
				read[f.Name+"."+name] = true
			}
		}
	}
	return read
}

type run struct {
	readers   map[*Field][]*Field
	instances map[*Field]*Instance
	got       map[string][]Value
}

func (r *run) inOrder(f *Field) bool {
	if f.Operator != nil && f.Operator.Form.Unordered {
		return false
	}
	return f.Parallelism == 1 && (len(f.In) == 0 || len(f.In) == 1 && r.inOrder(f.In[0].From))
}

// emit hands a value to all that read an output.
func (r *run) emit(f *Field, output int, v Value) {
	for _, reader := range r.readers[f] {
		for _, e := range reader.In {
			if e.From != f || e.Output != output {
				continue
			}
			copies := 1
			last := reader.Operator != nil && reader.Operator.Form.Broadcasts && e.Input == len(reader.Operator.Inputs)-1
			if reader.Partition == "broadcast" || last {
				copies = reader.Parallelism
			}
			for range copies {
				r.take(reader, e.Input, v)
			}
		}
	}
}

func (r *run) take(f *Field, input int, v Value) {
	if f.isSink() {
		r.got[f.Name] = append(r.got[f.Name], v)
		return
	}
	if f.Dead != nil && Refuse(f.Seed, v) {
		r.emit(f, failures, Failed(v, f.uid(), "refused on purpose"))
		return
	}
	for _, e := range f.Operator.Form.Take(r.instances[f], input, v) {
		r.emit(f, e.Output, e.Value)
	}
}
