package random

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// nest adds a pipeline that there is, of this package or of the library, and feeds some of its sources. It reports false if none fits.
func (d *drawer) nest() bool {
	known, from := d.pkg.Pipelines, (*Package)(nil)
	if d.pkg.Uses != nil && d.maybe(50) {
		known, from = d.pkg.Uses.Pipelines, d.pkg.Uses
	}
	if len(known) == 0 {
		return false
	}
	inside := known[d.r.IntN(len(known))]
	if len(flat(inside)) > 20 {
		return false
	}
	f := d.field("Nest")
	f.Nested, f.From = inside, from
	for i, source := range inside.Fields {
		if !source.isSource() || !inside.feedable(source) {
			continue
		}
		port := source.Port.from(from)
		fits := func(o output) bool { return o.Type() == port.Type() }
		if at := slices.IndexFunc(d.outputs, fits); at >= 0 && d.maybe(80) {
			d.read(f, i, &d.outputs[at])
		}
	}
	for i, sink := range inside.Fields {
		if sink.isSink() {
			d.outputs = append(d.outputs, output{field: f, index: i, Port: sink.Port.from(from), read: true})
		}
	}
	return true
}

// feedable says whether another field may stand for a source, whatever its parallelism.
func (p *Pipeline) feedable(source *Field) bool {
	for _, f := range p.Fields {
		for _, e := range f.In {
			if e.From == source && (f.Partition == "forward" || f.Nested != nil && !f.Nested.feedable(f.Nested.Fields[e.Input])) {
				return false
			}
		}
	}
	return true
}

var declared = regexp.MustCompile(`\b(R\d+\w*|Box|Op\d+|P\d+)\b`)

// qualified is a type of a package as another one writes it, nil being that of the type.
func qualified(name string, from *Package) string {
	if from == nil {
		return name
	}
	return declared.ReplaceAllString(name, from.Name+".$1")
}

func (p Port) from(other *Package) Port {
	p.Record = p.Record.from(other)
	return p
}

func (r Record) from(p *Package) Record {
	switch {
	case p == nil:
		return r
	case r.Failed != nil:
		return r.Failed.from(p).failed().Record
	}
	r.Type, r.Make = qualified(r.Type, p), p.Name+"."+strings.Replace(r.Make, "%s", p.Name+".Value(%s)", 1)
	r.Declaration, r.Generic = "", false
	return r
}

// builder writes the values of a pipeline and of those inside.
type builder struct {
	strings.Builder
	pipe *Pipeline
	// read are the sinks inside that are none.
	read map[string]bool
	// sinks are the variables of the others, by their names.
	sinks []sinkVariable
}

type sinkVariable struct {
	name, variable string
	Port
}

// fields writes the fields of p, which stands in a field of that name and uid. Fed are its sources that are none.
func (b *builder) fields(p *Pipeline, from *Package, name, uid string, fed map[int]bool) {
	for i, f := range p.Fields {
		port := f.Port.from(from)
		switch {
		case f.isSource():
			if !fed[i] {
				fmt.Fprintf(b, "%s: numbers(trip, %d, %d, %d, func(v Value) %s { return %s }),\n",
					f.Name, f.Seed, b.pipe.Records, b.pipe.Trip, port.Type(), port.make("v"))
			}
		case f.isSink():
			if !b.read[name+f.Name] {
				s := sinkVariable{name + f.Name, fmt.Sprint("sink", len(b.sinks)), port}
				b.sinks = append(b.sinks, s)
				fmt.Fprintf(b, "%s: %s,\n", f.Name, s.variable)
			}
		case f.Nested != nil:
			inner := from
			if f.From != nil {
				inner = f.From
			}
			feeds := map[int]bool{}
			for _, e := range f.In {
				feeds[e.Input] = true
			}
			fmt.Fprintf(b, "%s: %s{\n", f.Name, qualified(f.Nested.Name, inner))
			b.fields(f.Nested, inner, name+f.Name+".", uid+f.uid()+".", feeds)
			b.WriteString("},\n")
		default:
			fmt.Fprintf(b, "%s: %s{Seed: %d, UID: %q, Refuses: %t},\n", f.Name, qualified(f.typeName(), from), f.Seed, uid+f.uid(), f.Dead != nil)
		}
	}
}
