package emit

import (
	"cmp"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/streamgen/streamgen/gen/internal/form"
	"github.com/streamgen/streamgen/gen/internal/model"
)

// clone is a function that copies a value with all that it refers to.
type clone struct {
	t      types.Type
	source string
	name   string
}

// refers reports whether copies of a value of type t share something.
func (e *emitter) refers(t types.Type) bool { return e.refersBut(t, nil) }

func (e *emitter) refersBut(t types.Type, around []types.Type) bool {
	t = types.Unalias(t)
	if form.IsTime(t) || slices.ContainsFunc(around, func(o types.Type) bool { return types.Identical(o, t) }) {
		return false
	}
	if e.opaque(t) {
		return !types.Comparable(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Pointer:
		return true
	case *types.Array:
		return u.Len() > 0 && e.refersBut(u.Elem(), append(slices.Clip(around), t))
	case *types.Struct:
		return slices.ContainsFunc(fieldsOf(u), func(f *types.Var) bool { return e.refersBut(f.Type(), append(slices.Clip(around), t)) })
	}
	return false
}

// needClone demands what it takes to clone values of type t that cross the tasks of a pipeline in the source file.
func (e *emitter) needClone(t types.Type, source string) {
	t = types.Unalias(t)
	named, isNamed := t.(*types.Named)
	switch {
	case !e.refers(t) || e.cloneOf(t) != nil || e.shallow(t):
		return
	case e.opaque(t):
		return
	case isNamed:
		source = e.home(named)
	}
	e.cloneList = append(e.cloneList, &clone{t: t, source: source})
	e.needClonesWithin(t, source)
}

// needClonesWithin demands the clones of the types that t is made of.
func (e *emitter) needClonesWithin(t types.Type, source string) {
	part := func(t types.Type) {
		if _, ok := types.Unalias(t).(*types.Named); ok {
			e.needClone(t, source)
		} else if e.refers(t) {
			e.needClonesWithin(t, source)
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for _, f := range fieldsOf(u) {
			part(f.Type())
		}
	case *types.Map:
		part(u.Elem())
	case interface{ Elem() types.Type }:
		part(u.Elem())
	}
}

func (e *emitter) cloneOf(t types.Type) *clone {
	for _, c := range e.cloneList {
		if types.Identical(c.t, t) {
			return c
		}
	}
	return nil
}

// shallow reports whether t is a slice or a map of what refers to nothing: the standard library clones it.
func (e *emitter) shallow(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return !e.refers(u.Elem())
	case *types.Map:
		return !e.refers(u.Elem())
	}
	return false
}

// opaque reports whether only a type's own codec sees what its values are made of.
func (e *emitter) opaque(t types.Type) bool { return e.Forms.Own(t) != form.None }

// copied clones a value of an opaque type: by its method Clone, or by way of its codec.
func (e *emitter) copied(f *file, t types.Type, v *jen.Statement) *jen.Statement {
	if e.copiesItself(t) {
		return v.Clone().Dot("Clone").Call()
	}
	return f.serde("Clone" + ownFunction(e.Forms.Own(t))).Call(v)
}

// copiesItself reports whether t has a method Clone() T.
func (e *emitter) copiesItself(t types.Type) bool {
	method := types.NewMethodSet(t).Lookup(e.pkg.Types, "Clone")
	if method == nil {
		return false
	}
	signature := method.Type().(*types.Signature)
	return signature.Params().Len() == 0 && signature.Results().Len() == 1 && types.Identical(signature.Results().At(0).Type(), t)
}

// sortClones orders the functions as the types stand in their files.
func (e *emitter) sortClones() {
	slices.SortStableFunc(e.cloneList, func(a, b *clone) int {
		first, isNamed := a.t.(*types.Named)
		second, isAlso := b.t.(*types.Named)
		position := 0
		if isNamed && isAlso {
			position = e.comparePosition(first.Obj(), second.Obj())
		}
		return cmp.Or(cmp.Compare(a.source, b.source), position, cmp.Compare(e.stemOf(a.t), e.stemOf(b.t)))
	})
}

// cloned is an expression for a clone of v, nil if that takes statements.
func (e *emitter) cloned(f *file, t types.Type, v *jen.Statement) *jen.Statement {
	t = types.Unalias(t)
	switch c := e.cloneOf(t); {
	case !e.refers(t):
		return v
	case c != nil:
		return jen.Id(c.name).Call(v)
	case e.opaque(t):
		return e.copied(f, t, v)
	case !e.shallow(t):
		return nil
	}
	if _, ok := t.Underlying().(*types.Map); ok {
		return f.ref("maps", "Clone").Call(v)
	}
	return f.ref("slices", "Clone").Call(v)
}

// emitClone writes the function.
func (e *emitter) emitClone(f *file, c *clone) {
	w := &cloner{emitter: e, file: f, names: newScope(f.locals, "v")}
	w.contents(c.t, jen.Id("v"))
	f.Line()
	f.comment("%s copies v with all that it refers to: two tasks share nothing.", c.name)
	f.Func().Id(c.name).Params(jen.Id("v").Add(f.typ(c.t))).Add(f.typ(c.t)).Block(append(w.body, jen.Return(jen.Id("v")))...)
}

// cloner writes the statements that put a clone into the place of a variable.
type cloner struct {
	*emitter
	*file
	names *scope
	body  []jen.Code
}

func (w *cloner) add(statements ...jen.Code) { w.body = append(w.body, statements...) }

// nested collects what write adds, in a block of its own.
func (w *cloner) nested(write func()) []jen.Code {
	outer, names := w.body, w.names
	w.body, w.names = nil, newScope(names)
	write()
	inner := w.body
	w.body, w.names = outer, names
	return inner
}

// into clones v into itself.
func (w *cloner) into(t types.Type, v *jen.Statement) {
	if !w.refers(t) {
		return
	}
	if expression := w.cloned(w.file, t, v); expression != nil {
		w.add(v.Clone().Op("=").Add(expression))
		return
	}
	w.contents(t, v)
}

// contents clones what v is made of.
func (w *cloner) contents(t types.Type, v *jen.Statement) {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for _, f := range fieldsOf(u) {
			w.into(f.Type(), v.Clone().Dot(f.Name()))
		}
	case *types.Array:
		w.elements(u.Elem(), v)
	case *types.Slice:
		w.add(v.Clone().Op("=").Add(w.ref("slices", "Clone")).Call(v))
		w.elements(u.Elem(), v)
	case *types.Map:
		w.pairs(u, v)
	case *types.Pointer:
		w.pointee(u.Elem(), v)
	}
}

func (w *cloner) elements(elem types.Type, v *jen.Statement) {
	var i string
	body := w.nested(func() {
		i = w.names.name("i", "j", "k", "l", "i")
		w.into(elem, v.Clone().Index(jen.Id(i)))
	})
	w.add(jen.For(jen.Id(i).Op(":=").Range().Add(v.Clone())).Block(body...))
}

func (w *cloner) pairs(u *types.Map, v *jen.Statement) {
	w.add(v.Clone().Op("=").Add(w.ref("maps", "Clone")).Call(v))
	var k, e string
	body := w.nested(func() {
		k, e = w.names.name("k"), w.names.name("e")
		value := w.cloned(w.file, u.Elem(), jen.Id(e))
		if value == nil {
			w.contents(u.Elem(), jen.Id(e))
			value = jen.Id(e)
		}
		w.add(v.Clone().Index(jen.Id(k)).Op("=").Add(value))
	})
	w.add(jen.For(jen.List(jen.Id(k), jen.Id(e)).Op(":=").Range().Add(v.Clone())).Block(body...))
}

func (w *cloner) pointee(t types.Type, v *jen.Statement) {
	w.add(jen.If(v.Clone().Op("!=").Nil()).Block(w.nested(func() {
		c := w.names.name("c")
		old := jen.Op("*").Add(v)
		if w.refers(t) && w.opaque(t) && w.copiesItself(t) {
			old = v.Clone() // its method is called through the pointer
		}
		if value := w.cloned(w.file, t, old); value != nil {
			w.add(jen.Id(c).Op(":=").Add(value))
		} else {
			w.add(jen.Id(c).Op(":=").Add(old))
			w.contents(t, jen.Id(c))
		}
		w.add(v.Clone().Op("=").Op("&").Id(c))
	})...))
}

// sent is a record on its way to another task: a clone of it, unless its reader shares records or there is nothing to clone.
func (t *task) sent(f *file, s *model.Send, record *jen.Statement) *jen.Statement {
	if !t.pipeline.clones(s) {
		return record
	}
	return t.pipeline.e.cloned(f, s.Edges[0].Record, record)
}

// clones reports whether records of an exchange are cloned.
func (p *pipeline) clones(s *model.Send) bool {
	return !s.To.Head.Share && p.e.refers(s.Edges[0].Record)
}

// send sends a record that has no key.
func (t *task) send(f *file, s *model.Send, record *jen.Statement) *jen.Statement {
	output := jen.Id("t." + t.outputs[s])
	if s.Partition != model.Broadcast || !t.pipeline.clones(s) {
		return output.Dot("Send").Call(t.sent(f, s, record))
	}
	typ := s.Edges[0].Record
	function := jen.Func().Params(jen.Id("record").Add(f.typ(typ))).Add(f.typ(typ)).Add(short(jen.Return(t.sent(f, s, jen.Id("record")))))
	if c := t.pipeline.e.cloneOf(typ); c != nil {
		function = jen.Id(c.name)
	}
	return output.Dot("SendClones").Call(record, function)
}
