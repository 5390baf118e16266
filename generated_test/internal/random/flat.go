package random

// flat is a pipeline without pipelines inside: their fields stand beside its own, under names and uids that begin with theirs. Each comes
// behind what it reads.
func flat(p *Pipeline) []*Field {
	fields, _ := flatten(p, "", "", p.Parallelism, nil)
	return fields
}

// outlets are what a field's outputs are: those of other fields, if a pipeline inside has it.
type outlets map[int][]Edge

// flatten returns the fields of p, and by their numbers what the fields that a pipeline outside wires are: what its sinks would read. Fed are
// the edges that feed its sources, by their numbers.
func flatten(p *Pipeline, name, uid string, parallelism int, fed map[int][]Edge) ([]*Field, outlets) {
	var fields []*Field
	given := map[*Field]outlets{}
	sinks := outlets{}
	edges := func(in []Edge, number func(Edge) int) (all []Edge) {
		for _, e := range in {
			for _, from := range given[e.From][e.Output] {
				from.Input = number(e)
				all = append(all, from)
			}
		}
		return all
	}
	for i, f := range p.Fields {
		inside := *f
		inside.Name, inside.UID = name+f.Name, uid+f.uid()
		if f.Parallelism == 0 {
			inside.Parallelism = parallelism
		}
		if f.Nested != nil {
			feeds := map[int][]Edge{}
			for _, e := range f.In {
				feeds[e.Input] = append(feeds[e.Input], edges([]Edge{e}, func(Edge) int { return 0 })...)
			}
			more, read := flatten(f.Nested, inside.Name+".", inside.UID+".", inside.Parallelism, feeds)
			fields = append(fields, more...)
			given[f] = read
			continue
		}
		if from := fed[i]; f.isSource() && from != nil {
			given[f] = outlets{0: from}
			continue
		}
		inside.In = edges(f.In, func(e Edge) int { return e.Input })
		if f.isSink() {
			sinks[i] = inside.In
		}
		given[f] = outlets{failures: {{From: &inside, Output: failures}}}
		for output := range f.Outputs {
			given[f][output] = []Edge{{From: &inside, Output: output}}
		}
		fields = append(fields, &inside)
	}
	return fields, sinks
}
