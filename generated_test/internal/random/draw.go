package random

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Draw draws a package of some pipelines. Those of the library it uses, if that is not nil, may stand in them.
func Draw(name string, seed uint64, pipelines int, uses *Package) *Package {
	return draw(&Package{Name: name, Uses: uses}, seed, pipelines)
}

// DrawLibrary draws a package whose pipelines may stand in those of others.
func DrawLibrary(name string, seed uint64, pipelines int) *Package {
	return draw(&Package{Name: name, Library: true}, seed, pipelines)
}

func draw(p *Package, seed uint64, pipelines int) *Package {
	d := &drawer{r: rand.New(rand.NewPCG(seed, 7)), pkg: p}
	d.records()
	for range pipelines {
		d.pipeline()
	}
	return d.pkg
}

type drawer struct {
	r        *rand.Rand
	pkg      *Package
	pipe     *Pipeline
	outputs  []output
	operator int
	// straight pipelines have one subtask and no unions: their sinks get everything in order.
	straight bool
}

// output is an output that fields may read.
type output struct {
	field *Field
	index int
	Port
	read, discarded bool
}

func (d *drawer) maybe(percent int) bool { return d.r.IntN(100) < percent }

// records draws the types of records: R0, and others that may hold it.
func (d *drawer) records() {
	d.pkg.Records = []Record{plain("R0")}
	variants := []func(string) Record{plain, apart, nested, text, pointing, boxed, deep}
	for i := range 2 + d.r.IntN(3) {
		d.pkg.Records = append(d.pkg.Records, variants[d.r.IntN(len(variants))](fmt.Sprint("R", i+1)))
	}
	if d.pkg.Uses != nil {
		for _, r := range d.pkg.Uses.Records[:2] {
			d.pkg.Records = append(d.pkg.Records, r.from(d.pkg.Uses))
		}
	}
}

func (d *drawer) record() Record { return d.pkg.Records[d.r.IntN(len(d.pkg.Records))] }

func (d *drawer) pipeline() {
	d.pipe = &Pipeline{
		Name: fmt.Sprint("P", len(d.pkg.Pipelines)), Parallelism: 1 + d.r.IntN(3), Records: 50 + d.r.Int64N(200),
	}
	if d.straight = d.maybe(25); d.straight {
		d.pipe.Parallelism = 1
	}
	d.pipe.Trip = d.pipe.Records/2 + d.r.Int64N(d.pipe.Records/2)
	d.outputs = nil
	for range 1 + d.r.IntN(3) {
		d.source()
	}
	for range d.r.IntN(9) {
		if d.maybe(20) && d.nest() {
			continue
		}
		d.transform()
	}
	for i := range d.outputs {
		out := &d.outputs[i]
		switch op := out.field.Operator; {
		case !out.read && op != nil && out.index != failures && d.maybe(25):
			out.discarded = true
			out.field.Discards = append(out.field.Discards, cmp.Or(out.Name, "out"))
		case !out.read || d.maybe(20):
			d.sink(out)
		}
	}
	d.pipe.Order = make([]int, len(d.pipe.Fields))
	for i := range d.pipe.Order {
		d.pipe.Order[i] = i
	}
	if d.maybe(40) {
		d.r.Shuffle(len(d.pipe.Order), func(i, j int) { d.pipe.Order[i], d.pipe.Order[j] = d.pipe.Order[j], d.pipe.Order[i] })
	}
	d.pkg.Pipelines = append(d.pkg.Pipelines, d.pipe)
}

// field adds a field with the tags that any may have.
func (d *drawer) field(prefix string) *Field {
	f := &Field{Name: fmt.Sprint(prefix, len(d.pipe.Fields)), Seed: d.r.Int64N(1 << 40)}
	if d.maybe(15) {
		f.UID = fmt.Sprintf("%s of %d%%", strings.ToLower(prefix), len(d.pipe.Fields))
	}
	if !d.straight && d.maybe(30) {
		f.Parallelism = 1 + d.r.IntN(3)
	}
	d.pipe.Fields = append(d.pipe.Fields, f)
	return f
}

func (d *drawer) source() {
	f := d.field("Source")
	f.Port = Port{Record: d.record(), Pointer: d.maybe(20)}
	if d.maybe(70) {
		times := f.Port.Record.Times
		f.Tags = append(f.Tags, fmt.Sprintf("time:%q", times[d.r.IntN(len(times))]))
		if d.maybe(60) {
			f.Tags = append(f.Tags, fmt.Sprintf("outoforder:%q", []string{"1ms", "4s", "10m"}[d.r.IntN(3)]))
		}
		if d.maybe(30) {
			f.Tags = append(f.Tags, `idle:"2ms"`)
		}
	} else {
		f.Tags = append(f.Tags, `time:"-"`) // there may be timers behind it
	}
	d.give(f, f.Port)
}

func (d *drawer) give(f *Field, ports ...Port) {
	f.Outputs = ports
	for i, p := range ports {
		d.outputs = append(d.outputs, output{field: f, index: i, Port: p})
	}
}

// sink lets a sink read an output, and perhaps others of its type.
func (d *drawer) sink(out *output) *Field {
	f := d.field("Sink")
	f.Port = out.Port
	d.read(f, 0, out)
	d.partition(f)
	return f
}

// read adds edges: from out and, as a union, from others that give the same.
func (d *drawer) read(f *Field, input int, out *output) {
	out.read = true
	f.In = append(f.In, Edge{From: out.field, Output: out.index, Input: input})
	for i := range d.outputs {
		o := &d.outputs[i]
		if same := o.field == out.field && o.index == out.index; !same && !o.discarded && !d.straight && o.Type() == out.Type() && d.maybe(25) {
			o.read = true
			f.In = append(f.In, Edge{From: o.field, Output: o.index, Input: input})
		}
	}
}

// partition draws the tags share and edge, if the field may have them.
func (d *drawer) partition(f *Field) {
	if d.maybe(20) {
		f.Tags = append(f.Tags, `share:"true"`)
	}
	if f.Operator != nil && (f.Operator.Form.Keyed || f.Operator.Form.Broadcasts || f.Operator.Form.Name == "GenericKeyed") || !d.maybe(40) {
		return
	}
	choices := []string{"rebalance", "rescale", "broadcast"}
	if !slices.ContainsFunc(f.In, func(e Edge) bool { return e.From.Nested != nil || e.From.Parallelism != f.Parallelism }) {
		choices = append(choices, "forward")
	}
	f.Partition = choices[d.r.IntN(len(choices))]
}

// transform adds an operator: one that there is, where it fits, or a new one.
func (d *drawer) transform() {
	first := &d.outputs[d.r.IntN(len(d.outputs))]
	op := d.known(first)
	if op == nil {
		op = d.newOperator(first)
	}
	d.transformOf(first, op)
}

func (d *drawer) transformOf(first *output, op *Operator) *Field {
	f := d.field("Op")
	f.Operator = op
	var pointer bool
	for i, in := range op.Inputs {
		out := first
		if i > 0 {
			out = d.fitting(in)
		}
		pointer = out.Pointer
		d.read(f, i, out)
	}
	d.partition(f)
	outputs := slices.Clone(op.Outputs)
	if op.Form.Outputs == 0 { // it passes on what it takes
		outputs = []Port{{Name: "out", Record: first.Record, Pointer: pointer}}
	}
	d.give(f, outputs...)
	if op.Fails && op.Form.Refuses && !slices.ContainsFunc(f.In, func(e Edge) bool { return e.port().Type() != first.Type() }) && d.maybe(50) {
		d.fail(f, first.Port)
	}
	return f
}

// fail sends the records that an operator fails for to a sink that gets such records, or to a new field.
func (d *drawer) fail(f *Field, p Port) {
	out := output{field: f, index: failures, Port: p.failed()}
	for _, known := range d.pipe.Fields {
		if known.isSink() && known.Port.Type() == out.Type() && known.Partition != "forward" && !d.straight && d.maybe(60) {
			f.Dead = known
			known.In = append(known.In, Edge{From: f, Output: failures})
			return
		}
	}
	if d.maybe(50) {
		f.Dead = d.sink(&out)
	} else {
		f.Dead = d.transformOf(&out, d.newOperator(&out))
	}
}

// known is an operator that may read an output, nil if a new one is wanted.
func (d *drawer) known(out *output) *Operator {
	if !d.maybe(30) {
		return nil
	}
	for _, op := range d.pkg.Operators {
		if in := op.Inputs[0]; len(op.Inputs) == 1 && d.fits(in, out) && (!op.Form.Generic || !out.Pointer) && d.maybe(50) {
			return op
		}
	}
	return nil
}

// fits says whether an input may read an output: one that takes pointers reads both.
func (d *drawer) fits(in Port, out *output) bool {
	return in.Record.Type == out.Record.Type && (in.Pointer || !out.Pointer)
}

func (d *drawer) fitting(in Port) *output {
	var found []*output
	for i := range d.outputs {
		if d.fits(in, &d.outputs[i]) {
			found = append(found, &d.outputs[i])
		}
	}
	return found[d.r.IntN(len(found))]
}

func (d *drawer) newOperator(first *output) *Operator {
	forms := Forms()
	form := forms[d.r.IntN(len(forms))]
	for form.Generic && (first.Pointer || !first.Record.Generic) || form.Inputs > 1 && first.index == failures {
		form = forms[d.r.IntN(len(forms))]
	}
	op := &Operator{
		Name: fmt.Sprint("Op", d.operator), Form: form, PointerReceiver: d.maybe(30), Context: d.maybe(30), Fails: d.maybe(30),
		KeyParameter: d.maybe(50), TTL: d.maybe(30), Finish: form.Outputs > 0 && !form.Keyed && strings.HasSuffix(form.Name, "s") && d.maybe(60),
	}
	d.operator++
	keys := AllKeys()
	op.Keys = keys[d.r.IntN(len(keys))]
	op.Inputs = []Port{{Record: first.Record, Pointer: first.Pointer || d.maybe(30)}}
	if form.Inputs > 1 {
		op.Inputs[0].Name = "left"
		for _, name := range []string{"right", "thirdSide"}[:1+d.r.IntN(form.Inputs-1)] {
			other := d.outputs[d.r.IntN(len(d.outputs))]
			op.Inputs = append(op.Inputs, Port{Name: name, Record: other.Record, Pointer: other.Pointer || d.maybe(30)})
		}
	}
	if form.Outputs > 0 {
		for _, name := range []string{"out", "late", "rejected"}[:1+d.r.IntN(form.Outputs)] {
			op.Outputs = append(op.Outputs, Port{Name: name, Record: d.record(), Pointer: d.maybe(20)})
		}
	}
	if form.Generic {
		op.Context, op.Fails = false, false
	}
	d.pkg.Operators = append(d.pkg.Operators, op)
	return op
}
