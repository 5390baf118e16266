package model

import "slices"

// Task is a tree of chained fields: they run in one subtask and call each other.
type Task struct {
	Head *Field
	// Fields are the head and what is chained to it, depth first.
	Fields []*Field
	// Inputs are the inputs of the head in the order of their numbers, those that have their own method; one nil for a sink.
	Inputs []*Input
	// Sends are the exchanges that begin here.
	Sends []*Send
}

// Send is an exchange: what the operators of a task send to one input of another.
type Send struct {
	From, To  *Task
	Edges     []*Edge
	Partition Partition
	// Number is the input's number at the reader.
	Number int
	// Loop says that it feeds records back.
	Loop bool
}

// Chained reports whether the reader of e runs in the same task.
func (e *Edge) Chained() bool {
	return !e.Loop && !e.To.CallsOut() && (e.To.Partition == Default || e.To.Partition == Forward) &&
		len(e.To.In) == 1 && e.From.Parallelism == e.To.Parallelism && (e.Input == nil || e.Input.Key == nil && !e.Input.Broadcast)
}

// Tasks divides a pipeline into tasks, in the order of their heads, with what they send to each other.
func (p *Pipeline) Tasks() []*Task {
	var tasks []*Task
	of := map[*Field]*Task{}
	for _, f := range p.Fields {
		if len(f.In) == 1 && f.In[0].Chained() {
			continue
		}
		t := &Task{Head: f}
		t.add(f, of)
		for _, e := range f.In {
			if !slices.Contains(t.Inputs, e.Input) {
				t.Inputs = append(t.Inputs, e.Input)
			}
		}
		tasks = append(tasks, t)
	}
	for _, f := range p.Fields {
		for _, e := range f.In {
			if !e.Chained() {
				of[e.From].send(e, of[f])
			}
		}
	}
	return tasks
}

func (t *Task) add(f *Field, of map[*Field]*Task) {
	t.Fields = append(t.Fields, f)
	of[f] = t
	for _, e := range f.Out {
		if e.Chained() {
			t.add(e.To, of)
		}
	}
}

func (t *Task) send(e *Edge, to *Task) {
	for _, s := range t.Sends {
		if s.To == to && s.Edges[0].Input == e.Input && s.Loop == e.Loop {
			s.Edges = append(s.Edges, e)
			return
		}
	}
	s := &Send{From: t, To: to, Edges: []*Edge{e}, Partition: e.To.Partition, Number: slices.Index(to.Inputs, e.Input), Loop: e.Loop}
	switch {
	case e.Input == nil:
	case e.Input.Broadcast:
		s.Partition = Broadcast
	case e.Input.Key != nil:
		s.Partition = Hash
	}
	t.Sends = append(t.Sends, s)
}

// Send returns the exchange that e belongs to, nil if it is chained.
func (t *Task) Send(e *Edge) *Send {
	for _, s := range t.Sends {
		if slices.Contains(s.Edges, e) {
			return s
		}
	}
	return nil
}

// Reads returns what the task calls the records on the edges into one of its inputs.
func (t *Task) Reads(in *Input) []*Edge {
	var edges []*Edge
	for _, e := range t.Head.In {
		if e.Input == in {
			edges = append(edges, e)
		}
	}
	return edges
}
