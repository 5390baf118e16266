package random

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// arithmetic is compiled into the tests and into the packages that they write: both count alike.
//
//go:embed arithmetic.go
var arithmetic []byte

//go:embed common.go.txt
var common []byte

// Files returns the files of the package by their names.
func (p *Package) Files() map[string]string {
	clause := []byte("package " + p.Name)
	return map[string]string{
		"arithmetic.go": string(bytes.Replace(arithmetic, []byte("package random"), clause, 1)),
		"common.go":     string(bytes.Replace(common, []byte("package random"), clause, 1)),
		p.Name + ".go":  p.source(),
	}
}

func (p *Package) source() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"context\"\n\t\"strconv\"\n\n\t\"github.com/streamgen/streamgen/runtime\"\n\t\"github.com/streamgen/streamgen/runtime/async\"\n\t\"github.com/streamgen/streamgen/runtime/state\"\n)\n\nvar (\n\t_ = strconv.Itoa\n\t_ context.Context\n\t_ async.Ordered\n\t_ state.SplitList[int]\n)\n\n", p.Name)
	for _, r := range p.Records {
		b.WriteString(r.Declaration)
	}
	for _, op := range p.Operators {
		op.write(&b)
	}
	for _, pipe := range p.Pipelines {
		pipe.write(&b)
	}
	p.writeRun(&b)
	return b.String()
}

func (op *Operator) write(b *strings.Builder) {
	parameters := ""
	if op.Form.Generic {
		parameters = "[T valued]"
	}
	fmt.Fprintf(b, "// %[1]s is of the form %[2]s.\n//\n//streamgen:operator\ntype %[1]s%[3]s struct {\n\tSeed int64\n\tUID string\n%[4]s}\n\n", op.Name, op.Form.Name, parameters, op.Form.Fields)
	b.WriteString(op.Form.Methods(op))
}

func (p *Pipeline) write(b *strings.Builder) {
	fmt.Fprintf(b, "// %[1]s is a pipeline.\n//\n//streamgen:pipeline\ntype %[1]s struct {\n", p.Name)
	for _, i := range p.Order {
		f := p.Fields[i]
		fmt.Fprintf(b, "\t%s %s", f.Name, f.typeName())
		if tags := f.tags(); tags != "" {
			fmt.Fprintf(b, " `%s`", tags)
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n\n")
}

func (f *Field) typeName() string {
	switch {
	case f.isSource():
		return "runtime.Source[" + f.Port.Type() + "]"
	case f.isSink():
		return "runtime.Sink[" + f.Port.Type() + "]"
	case f.Operator.Form.Generic:
		return f.Operator.Name + "[" + f.Outputs[0].Type() + "]"
	}
	return f.Operator.Name
}

func (f *Field) tags() string {
	var tags []string
	if len(f.In) > 0 {
		var from []string
		for _, e := range f.In {
			text := e.From.Name
			if name := e.From.Outputs[e.Output].Name; name != "" && name != "out" {
				text += "." + name
			}
			if f.Operator != nil && f.Operator.Inputs[e.Input].Name != "" {
				text = f.Operator.Inputs[e.Input].Name + "=" + text
			}
			from = append(from, text)
		}
		tags = append(tags, fmt.Sprintf("from:%q", strings.Join(from, ",")))
	}
	if f.Partition != "" {
		tags = append(tags, fmt.Sprintf("edge:%q", f.Partition))
	}
	if f.Parallelism > 0 {
		tags = append(tags, fmt.Sprintf("parallelism:\"%d\"", f.Parallelism))
	}
	if f.UID != "" {
		tags = append(tags, fmt.Sprintf("uid:%q", f.UID))
	}
	if f.Tags != "" {
		tags = append(tags, f.Tags)
	}
	return strings.Join(tags, " ")
}

// writeRun writes the function that runs the pipelines and tells what their sinks got.
func (p *Package) writeRun(b *strings.Builder) {
	b.WriteString("// Run runs every pipeline.\nfunc Run() map[string]Outcome {\n\tresults := newResults()\n")
	for _, pipe := range p.Pipelines {
		b.WriteString("\tresults.do(func() {\n\t\ttrip := newTrip()\n")
		var fields, sinks []string
		for _, f := range pipe.Fields {
			switch {
			case f.isSource():
				fields = append(fields, fmt.Sprintf("\t\t\t%s: numbers(trip, %d, %d, %d, func(v Value) %s { return %s }),\n",
					f.Name, f.Seed, pipe.Records, pipe.Trip, f.Port.Type(), f.Port.make("v")))
			case f.isSink():
				variable := strings.ToLower(f.Name)
				fmt.Fprintf(b, "\t\t%s := sink[%s]()\n", variable, f.Port.Type())
				fields = append(fields, fmt.Sprintf("\t\t\t%s: %s,\n", f.Name, variable))
				sinks = append(sinks, fmt.Sprintf("\t\tresults.add(%q, %q, values(%s))\n", pipe.Name, f.Name, variable))
			default:
				fields = append(fields, fmt.Sprintf("\t\t\t%s: %s{Seed: %d, UID: %q},\n", f.Name, f.typeName(), f.Seed, f.uid()))
			}
		}
		fmt.Fprintf(b, "\t\tresults.run(%q, &%s{\n%s\t\t}, %d)\n%s\t})\n", pipe.Name, pipe.Name, strings.Join(fields, ""), pipe.Parallelism, strings.Join(sinks, ""))
	}
	b.WriteString("\treturn results.wait()\n}\n")
}

// Main writes the program that runs all packages of a module.
func Main(module string, packages []*Package) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"encoding/json\"\n\t\"log\"\n\t\"os\"\n\n")
	for _, p := range packages {
		fmt.Fprintf(&b, "\t%q\n", module+"/"+p.Name)
	}
	b.WriteString(")\n\nfunc main() {\n\toutcomes := map[string]any{\n")
	for _, p := range packages {
		fmt.Fprintf(&b, "\t\t%[1]q: %[1]s.Run(),\n", p.Name)
	}
	b.WriteString("\t}\n\tif err := json.NewEncoder(os.Stdout).Encode(outcomes); err != nil {\n\t\tlog.Fatal(err)\n\t}\n}\n")
	return b.String()
}

func upper(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// Sorted returns values in an order of their own.
func Sorted(values []Value) []Value {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b Value) int {
		return strings.Compare(fmt.Sprintf("%020d %d %s", a.ID, a.Key, a.Tag), fmt.Sprintf("%020d %d %s", b.ID, b.Key, b.Tag))
	})
	return sorted
}
