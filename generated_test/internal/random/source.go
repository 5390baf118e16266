package random

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
)

// arithmetic is compiled into the tests and into the packages that they write: both count alike.
//
//go:embed arithmetic.go
var arithmetic []byte

//go:embed common.go.txt
var common []byte

// Files returns the files of the package by their names.
func (p *Package) Files(module string) map[string]string {
	clause := []byte("package " + p.Name)
	files := map[string]string{
		"arithmetic.go": string(bytes.Replace(arithmetic, []byte("package random"), clause, 1)),
		"common.go":     string(bytes.Replace(common, []byte("package random"), clause, 1)),
		p.Name + ".go":  p.source(module),
	}
	if p.Library {
		for name, content := range files {
			files[name] = strings.ReplaceAll(content, "hidden", "Hidden")
		}
	}
	return files
}

func (p *Package) source(module string) string {
	var b strings.Builder
	var library, used string
	if p.Uses != nil {
		library, used = fmt.Sprintf("\n\t%q\n", module+"/"+p.Uses.Name), fmt.Sprintf("\t_ %s.Value\n", p.Uses.Name)
	}
	fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"context\"\n\t\"strconv\"\n\n\t\"github.com/streamgen/streamgen/runtime\"\n\t\"github.com/streamgen/streamgen/runtime/async\"\n\t\"github.com/streamgen/streamgen/runtime/state\"\n\t\"github.com/streamgen/streamgen/runtime/timer\"\n%s)\n\nvar (\n\t_ timer.Event\n%s\n\t_ = strconv.Itoa\n\t_ context.Context\n\t_ async.Ordered\n\t_ state.SplitList[int]\n)\n\n", p.Name, library, used)
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
	fmt.Fprintf(b, "// %[1]s is of the form %[2]s.\n//\n//streamgen:operator\ntype %[1]s%[3]s struct {\n\tSeed int64\n\tUID string\n\tRefuses bool\n%[4]s}\n\n", op.Name, op.Form.Name, parameters, op.Form.Fields)
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
	case f.Nested != nil:
		return qualified(f.Nested.Name, f.From)
	case f.Operator.Form.Generic:
		return f.Operator.Name + "[" + f.Outputs[0].Type() + "]"
	}
	return f.Operator.Name
}

func (f *Field) tags() string {
	var tags []string
	var from []string
	for _, e := range f.In {
		if e.Output != failures {
			from = append(from, f.inlet(e)+e.outlet())
		}
	}
	if len(from) > 0 {
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
	if f.Dead != nil {
		tags = append(tags, fmt.Sprintf("errors:%q", f.Dead.Name))
	}
	if len(f.Discards) > 0 {
		tags = append(tags, fmt.Sprintf("discard:%q", strings.Join(f.Discards, ",")))
	}
	return strings.Join(append(tags, f.Tags...), " ")
}

// outlet is where an edge comes from, as a tag says it.
func (e Edge) outlet() string {
	if e.From.Nested != nil {
		return e.From.Name + "." + e.From.Nested.Fields[e.Output].Name
	}
	if name := e.From.Outputs[e.Output].Name; name != "" && name != "out" {
		return e.From.Name + "." + name
	}
	return e.From.Name
}

// inlet is what a tag says before where an edge comes from: the input that it goes into.
func (f *Field) inlet(e Edge) string {
	switch {
	case f.Nested != nil:
		return f.Nested.Fields[e.Input].Name + "="
	case f.Operator != nil && f.Operator.Inputs[e.Input].Name != "":
		return f.Operator.Inputs[e.Input].Name + "="
	}
	return ""
}

// writeRun writes the function that runs the pipelines and tells what their sinks got.
func (p *Package) writeRun(b *strings.Builder) {
	b.WriteString("// Run runs every pipeline.\nfunc Run() map[string]Outcome {\n\tresults := newResults()\n")
	for _, pipe := range p.Pipelines {
		literal := builder{pipe: pipe, read: outside(pipe)}
		literal.fields(pipe, nil, "", "", nil)
		b.WriteString("\tresults.do(func() {\n\t\ttrip := newTrip()\n")
		for _, s := range literal.sinks {
			fmt.Fprintf(b, "\t\t%s := sink[%s]()\n", s.variable, s.Type())
		}
		fmt.Fprintf(b, "\t\tresults.run(%q, &%s{\n%s\t\t}, %d)\n", pipe.Name, pipe.Name, literal.String(), pipe.Parallelism)
		for _, s := range literal.sinks {
			fmt.Fprintf(b, "\t\tresults.add(%q, %q, values(%s, func(r %s) Value { return %s }))\n", pipe.Name, s.name, s.variable, s.Type(), s.value("r"))
		}
		b.WriteString("\t})\n")
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
