package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/directive"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// graph checks one pipeline.
type graph struct {
	*checker
	pipeline *model.Pipeline
	fields   map[string]*node
	order    []*node
	// dangling says that an edge could not be resolved, so that it is not known which outputs nobody reads.
	dangling bool
}

// node is a field on its way into the model.
type node struct {
	*model.Field
	pos     token.Pos
	from    *tag
	edge    *tag
	readers map[string]bool
	// broken says that the field cannot be part of an edge, for a reason that was given.
	broken bool
}

func (c *checker) pipeline(m directive.Mark) *model.Pipeline {
	named := m.Type.Type().(*types.Named)
	g := &graph{checker: c, pipeline: &model.Pipeline{Type: named, File: m.File.Name}, fields: map[string]*node{}}
	structure := named.Underlying().(*types.Struct)
	i := 0
	for _, f := range m.Spec.Type.(*ast.StructType).Fields.List {
		if len(f.Names) == 0 {
			c.diags.Add(c.at(f.Pos()), "pipeline "+m.Type.Name()+" embeds "+c.typeName(structure.Field(i).Type()), "name the field: its name is the operator's uid")
			i++
			continue
		}
		for _, name := range f.Names {
			g.add(name, structure.Field(i), f.Tag)
			i++
		}
	}
	g.uids()
	for _, n := range g.order {
		g.connect(n)
	}
	g.types()
	g.cycles()
	g.unread()
	g.partitions()
	for _, f := range g.pipeline.Fields {
		for _, e := range f.In {
			e.From.Out = append(e.From.Out, e)
		}
	}
	return g.pipeline
}

func (g *graph) add(name *ast.Ident, v *types.Var, lit *ast.BasicLit) {
	n := &node{Field: &model.Field{Name: v.Name(), UID: v.Name(), Pos: g.at(name.Pos())}, pos: name.Pos(), readers: map[string]bool{}}
	if v.Name() == "_" {
		g.diags.Add(n.Pos, "pipeline "+g.pipeline.Name()+" has a field without a name", "its name is the operator's uid")
		return
	}
	if !v.Exported() {
		g.diags.Add(n.Pos, fmt.Sprintf("field %s of pipeline %s is not exported", v.Name(), g.pipeline.Name()),
			"name it "+model.Upper(v.Name())+": whoever builds the pipeline sets it")
	}
	g.fields[v.Name()] = n
	g.order = append(g.order, n)
	g.pipeline.Fields = append(g.pipeline.Fields, n.Field)
	g.kind(n, v)
	g.tags(n, lit)
}

// kind finds out what the field is.
func (g *graph) kind(n *node, v *types.Var) {
	t := types.Unalias(v.Type())
	if !valid(t) {
		n.broken = true
		return
	}
	if record, ok := isRuntime(t, "Source"); ok {
		n.Kind, n.Record = model.Source, record
		return
	}
	if record, ok := isRuntime(t, "Sink"); ok {
		n.Kind, n.Record = model.Sink, record
		return
	}
	n.Kind, n.broken = model.Transform, true
	elem, pointer := pointee(t)
	named, ok := elem.(*types.Named)
	if ok && g.isOperator(named) {
		if pointer {
			g.diags.Add(n.Pos, "field "+n.Name+" is a pointer to an operator", "hold the operator itself: every subtask has its own copy")
			return
		}
		n.Operator = g.operator(named, n.pos)
		n.broken = n.Operator == nil
		return
	}
	hint := "a pipeline's fields are operators, runtime.Source[T] and runtime.Sink[T]"
	if ok && g.isPipeline(named) {
		hint = "a pipeline as a field of another is not supported yet"
	}
	g.diags.Add(n.Pos, fmt.Sprintf("field %s is %s, which is no operator, source or sink", n.Name, g.typeName(t)), hint)
}

// isOperator reports whether t has a method that takes records, or is marked.
func (g *graph) isOperator(t *types.Named) bool {
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return false
	}
	for known := range g.shapes {
		if types.Identical(known, t) {
			return true
		}
	}
	return slices.ContainsFunc(g.methodsOf(t), func(fn *types.Func) bool {
		prefix, rest, ok := split(fn.Name())
		return ok && (prefix == "Process" || rest == "" && (prefix == "Map" || prefix == "Filter"))
	})
}

func (g *graph) isPipeline(t *types.Named) bool {
	u, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range u.Fields() {
		if _, ok := isRuntime(f.Type(), "Source"); ok {
			return true
		}
	}
	return false
}

func tagKeys() []string { return []string{"from", "edge", "parallelism", "uid"} }

func laterKeys() []string {
	return []string{"discard", "loop", "errors", "share", "time", "outoforder", "idle", "ttl"}
}

func (g *graph) tags(n *node, lit *ast.BasicLit) {
	tags, ok := parseTags(lit)
	if !ok {
		g.diags.Add(g.at(lit.Pos()), "the tag of "+n.Name+" cannot be read", "write it as `from:\"A\" uid:\"b\"`")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		if seen[t.key] {
			g.diags.Addf(g.at(t.keyPos), "tag %s stands twice", t.key)
			continue
		}
		seen[t.key] = true
		switch t.key {
		case "from":
			n.from = &t
		case "edge":
			g.edgeTag(n, t)
		case "parallelism":
			p, err := strconv.Atoi(t.value)
			if err != nil || p < 1 || p > 1<<15 {
				g.diags.Add(g.at(t.pos), fmt.Sprintf("parallelism %q of %s is not a number from 1 to 32768", t.value, n.Name), "")
				continue
			}
			n.Parallelism = p
		case "uid":
			if t.value == "" || strings.ContainsFunc(t.value, unicode.IsControl) {
				g.diags.Add(g.at(t.pos), fmt.Sprintf("uid %q of %s is empty or has control characters", t.value, n.Name), "")
				continue
			}
			n.UID = t.value
			n.Pos = g.at(t.pos)
		default:
			if slices.Contains(laterKeys(), t.key) {
				g.diags.Add(g.at(t.keyPos), "tag "+t.key+" is not supported yet", "")
				continue
			}
			g.diags.Add(g.at(t.keyPos), "unknown tag "+t.key, diag.DidYouMean(t.key, tagKeys()))
		}
	}
}

func (g *graph) edgeTag(n *node, t tag) {
	kinds := []model.Partition{model.Forward, model.Rebalance, model.Rescale, model.Broadcast}
	if !slices.Contains(kinds, model.Partition(t.value)) {
		var known []string
		for _, k := range kinds {
			known = append(known, string(k))
		}
		g.diags.Add(g.at(t.pos), fmt.Sprintf("unknown edge %q", t.value), diag.DidYouMean(t.value, known))
		return
	}
	n.edge, n.Partition = &t, model.Partition(t.value)
}

// uids checks that every uid is there once.
func (g *graph) uids() {
	first := map[string]*node{}
	for _, n := range g.order {
		if other := first[n.UID]; other != nil {
			g.diags.Add(n.Pos, fmt.Sprintf("%s and %s have one uid, %q", other.Name, n.Name, n.UID), "a checkpoint finds the state of an operator by its uid: change one of them")
			continue
		}
		first[n.UID] = n
	}
}
