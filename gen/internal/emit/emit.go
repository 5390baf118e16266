// Package emit writes the generated files of a checked package.
package emit

import (
	"cmp"
	"fmt"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/check"
	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/load"
	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// Package returns the generated files of a package, by path, and its schema record.
func Package(r *check.Result) (map[string][]byte, *record.Record, error) {
	e := newEmitter(r)
	e.nameAll()
	out := map[string][]byte{}
	for _, source := range e.sources() {
		f := e.newFile(e.sourceName(source), e.constraint(source))
		e.emitSource(f, source)
		src, err := f.bytes()
		if err != nil {
			return nil, nil, fmt.Errorf("generate for %s: %w", source, err)
		}
		out[load.OutputName(source)] = src
	}
	recorded, err := e.recorded()
	return out, recorded, err
}

// Record returns the schema record of a package alone.
func Record(r *check.Result) (*record.Record, error) { return newEmitter(r).recorded() }

func newEmitter(r *check.Result) *emitter {
	e := &emitter{Result: r, pkg: r.Package, scope: packageScope(r.Package), codecs: map[types.Type]*codec{}, adapters: map[types.Type]*adapter{}}
	e.demand()
	return e
}

// emitter writes one package.
type emitter struct {
	*check.Result
	pkg   *load.Package
	scope *scope
	// codecs are those of types, adapters those of keyed operators. The maps are for look-up: the order is in the lists.
	codecs      map[types.Type]*codec
	codecList   []*codec
	adapters    map[types.Type]*adapter
	adapterList []*adapter
	// lists are the codecs of the states without a key.
	lists     []*listCodec
	pipelines []*pipeline
	// cloneList are the functions that clone records.
	cloneList []*clone
	// tests says that what is demanded now is for test files, entering that it is for entries alone.
	tests, entering bool
}

// adapter is the table codec of a keyed operator.
type adapter struct {
	op     *model.Operator
	source string
	// name is the type's, hash that of the function that hashes keys, "" where an expression does.
	name, hash string
	// state says that there is a table. It holds the state itself, or an entry.
	state bool
	entry *entry
}

// demand finds out which types need codecs: states of local operators, whatever the pipelines use, and what crosses their tasks.
func (e *emitter) demand() {
	for _, tests := range []bool{false, true} {
		e.tests = tests
		for _, op := range e.Operators {
			if e.inTests(op.Type.Obj()) != tests || op.Type.TypeParams().Len() > 0 {
				continue
			}
			if op.State != nil {
				e.need(op.State)
			}
			e.needLists(op)
		}
		for _, p := range e.Pipelines {
			if e.inTests(p.Type.Obj()) != tests {
				continue
			}
			for _, f := range p.Fields {
				if f.Operator != nil && f.Operator.Key != nil {
					e.adapt(f.Operator)
				}
				if f.Operator != nil {
					e.demandLists(f.Operator)
				}
			}
			for _, t := range p.Tasks() {
				for _, s := range t.Sends {
					e.need(s.Edges[0].Record)
					if !s.To.Head.Share {
						e.needClone(s.Edges[0].Record, p.File)
					}
				}
			}
		}
		e.demandEntries()
	}
	slices.SortStableFunc(e.codecList, func(a, b *codec) int {
		return cmp.Or(cmp.Compare(a.source, b.source), e.comparePosition(a.t.Obj(), b.t.Obj()), cmp.Compare(e.stemOf(a.t), e.stemOf(b.t)))
	})
	slices.SortStableFunc(e.adapterList, func(a, b *adapter) int {
		return cmp.Or(cmp.Compare(a.source, b.source), e.comparePosition(a.op.Type.Obj(), b.op.Type.Obj()), cmp.Compare(e.stemOf(a.op.Type), e.stemOf(b.op.Type)))
	})
	e.sortLists()
	e.sortClones()
}

// demandEntries demands codecs for what may enter tasks, without the methods that others have: a type has these for users who keep or send it.
func (e *emitter) demandEntries() {
	e.entering = true
	for _, p := range e.Pipelines {
		if e.inTests(p.Type.Obj()) != e.tests {
			continue
		}
		for _, t := range p.Tasks() {
			for _, edge := range e.entries(t) {
				e.need(edge.Record)
			}
		}
	}
	e.entering = false
}

func (e *emitter) comparePosition(a, b types.Object) int {
	if a.Pkg() != e.pkg.Types || b.Pkg() != e.pkg.Types {
		return 0
	}
	p, q := e.pkg.Fset.Position(a.Pos()), e.pkg.Fset.Position(b.Pos())
	return cmp.Or(cmp.Compare(p.Filename, q.Filename), cmp.Compare(p.Offset, q.Offset))
}

func (e *emitter) adapt(op *model.Operator) {
	for known := range e.adapters {
		if types.Identical(known, op.Type) {
			return
		}
	}
	a := &adapter{op: op, source: e.home(op.Type), state: op.State != nil}
	e.adapters[op.Type] = a
	e.adapterList = append(e.adapterList, a)
	if op.State != nil {
		e.need(op.Key)
		e.need(op.State)
	}
}

func (e *emitter) adapterOf(op *model.Operator) *adapter {
	for _, a := range e.adapterList {
		if types.Identical(a.op.Type, op.Type) {
			return a
		}
	}
	return nil
}

// need demands a codec for t and for all that t is made of.
func (e *emitter) need(t types.Type) {
	t = types.Unalias(t)
	if form.IsTime(t) || model.TimerType(t) != "" || e.Forms.Own(t) != form.None {
		return
	}
	if named, ok := t.(*types.Named); ok {
		if _, basic := t.Underlying().(*types.Basic); basic || e.codecOf(named) != nil {
			return
		}
		_, isStruct := t.Underlying().(*types.Struct)
		c := &codec{t: named, source: e.home(named), recursive: e.Forms.Recursive(named)}
		c.methods = isStruct && !e.entering && named.Obj().Pkg() == e.pkg.Types && named.TypeArgs().Len() == 0 && !hasMsgpackField(named)
		e.codecs[named] = c
		e.codecList = append(e.codecList, c)
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			if f.Name() != "_" {
				e.need(f.Type())
			}
		}
	case *types.Map:
		e.need(u.Key())
		e.need(u.Elem())
	case interface{ Elem() types.Type }:
		e.need(u.Elem())
	}
}

// hasMsgpackField reports whether a field of a struct has the name of a method that would be generated.
func hasMsgpackField(t *types.Named) bool {
	for f := range t.Underlying().(*types.Struct).Fields() {
		if f.Name() == "EncodeMsgpack" || f.Name() == "DecodeMsgpack" {
			return true
		}
	}
	return false
}

func (e *emitter) codecOf(t *types.Named) *codec {
	if c := e.codecs[t]; c != nil {
		return c
	}
	if t.TypeArgs().Len() > 0 {
		for _, c := range e.codecList {
			if types.Identical(c.t, t) {
				return c
			}
		}
	}
	return nil
}

// home is the source file that a type's code belongs to: that of its declaration or, for types of other packages and for
// instances of generic types, the file of all those.
func (e *emitter) home(t *types.Named) string {
	if t.Obj().Pkg() == e.pkg.Types && t.TypeArgs().Len() == 0 {
		return e.pkg.Fset.Position(t.Obj().Pos()).Filename
	}
	name := "foreign.go"
	if strings.HasSuffix(e.pkg.Types.Name(), "_test") {
		name = "foreign_external_test.go"
	} else if e.tests {
		name = "foreign_test.go"
	}
	return filepath.Join(e.pkg.Dir, name)
}

func (e *emitter) inTests(obj types.Object) bool {
	return strings.HasSuffix(e.pkg.Fset.Position(obj.Pos()).Filename, "_test.go")
}

// sources are the source files for which there is something to generate.
func (e *emitter) sources() []string {
	var names []string
	for _, p := range e.Pipelines {
		names = append(names, p.File)
	}
	for _, c := range e.codecList {
		names = append(names, c.source)
	}
	for _, a := range e.adapterList {
		if a.state || a.hash != "" {
			names = append(names, a.source)
		}
	}
	for _, c := range e.lists {
		names = append(names, c.source)
	}
	for _, c := range e.cloneList {
		names = append(names, c.source)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (e *emitter) fileOf(source string) *load.File {
	for _, f := range e.pkg.Files {
		if f.Name == source {
			return f
		}
	}
	return nil
}

func (e *emitter) sourceName(source string) string {
	if e.fileOf(source) == nil {
		return "the types of other packages"
	}
	return filepath.Base(source)
}

func (e *emitter) constraint(source string) string {
	if f := e.fileOf(source); f != nil {
		return f.Constraint()
	}
	return ""
}

// nameAll gives names to everything on the level of the package, in the order of the files.
func (e *emitter) nameAll() {
	for _, p := range e.Pipelines {
		e.pipelines = append(e.pipelines, e.newPipeline(p))
	}
	for _, a := range e.adapterList {
		if a.state {
			a.name = e.scope.name(model.Lower(e.stemOf(a.op.Type)) + "Codec")
			a.entry = e.newEntry(a.op)
		}
		if !hashIsExpression(a.op.Key) {
			a.hash = e.scope.name("hash" + e.stemOf(a.op.Type) + "Key")
		}
	}
	for _, c := range e.lists {
		c.name = e.scope.name(model.Lower(e.stemOf(c.state)) + model.Upper(c.Name) + "Codec")
	}
	for _, c := range e.codecList {
		c.stem = e.scope.stem(e.stemOf(c.t), "append", "appendDeep", "parse")
	}
	for _, c := range e.cloneList {
		c.name = e.scope.name("clone" + e.stemOf(c.t))
	}
}

// emitSource writes what is generated for one source file.
func (e *emitter) emitSource(f *file, source string) {
	f.comment("A runtime that cannot run this file does not compile with it: run go generate again, or update the runtime.")
	f.Const().Id("_").Op("=").Add(f.core("SupportsGen3"))
	for _, p := range e.pipelines {
		if p.File == source {
			p.emit(f)
		}
	}
	for _, a := range e.adapterList {
		if a.source == source {
			e.emitAdapter(f, a)
		}
	}
	for _, c := range e.lists {
		if c.source == source {
			e.emitListCodec(f, c)
		}
	}
	for _, c := range e.codecList {
		if c.source == source {
			e.emitCodec(f, c)
		}
	}
	for _, c := range e.cloneList {
		if c.source == source {
			e.emitClone(f, c)
		}
	}
}
