package check

import (
	"go/token"
	"go/types"
	"path/filepath"

	"github.com/streamgen/streamgen/gen/internal/diag"
)

// undefined finds the declaration in which t, which stands in the declaration of obj, has a part that the type checker does not know; nil
// if there is none. Only a deep search looks at the fields of structs.
func undefined(t types.Type, obj types.Object, deep bool) types.Object {
	return search{deep: deep, seen: map[types.Type]bool{}}.undefined(t, obj)
}

type search struct {
	deep bool
	seen map[types.Type]bool
}

func (s search) undefined(t types.Type, obj types.Object) types.Object {
	if s.seen[t] {
		return nil
	}
	s.seen[t] = true
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.Invalid {
			delete(s.seen, t)
			return obj
		}
	case *types.Alias:
		return s.undefined(t.Rhs(), s.declared(t.Obj(), obj))
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if found := s.undefined(arg, obj); found != nil {
				return found
			}
		}
		return s.undefined(t.Underlying(), s.declared(t.Obj(), obj))
	case *types.Map:
		if found := s.undefined(t.Key(), obj); found != nil {
			return found
		}
		return s.undefined(t.Elem(), obj)
	case *types.Struct:
		for f := range t.Fields() {
			if !s.deep {
				break
			}
			if found := s.undefined(f.Type(), f); found != nil {
				return found
			}
		}
	case interface{ Elem() types.Type }:
		return s.undefined(t.Elem(), obj)
	}
	return nil
}

// declared is where a type stands, or what uses it if it is in no package.
func (s search) declared(t *types.TypeName, user types.Object) types.Object {
	if t.Pkg() == nil {
		return user
	}
	return t
}

// mistakeIn finds what the type checker said about the declaration of obj or, if that stands in another package, about that.
func (c *checker) mistakeIn(obj types.Object) (found types.Error, ok bool) {
	at := c.at(obj.Pos())
	for _, e := range append(c.pkg.TypeErrors[:len(c.pkg.TypeErrors):len(c.pkg.TypeErrors)], c.pkg.Imported...) {
		pos := c.at(e.Pos)
		if pos.Filename == at.Filename && pos.Line == at.Line {
			return e, true
		}
		if !ok && !c.local(obj) && filepath.Dir(pos.Filename) == filepath.Dir(at.Filename) {
			found, ok = e, true
		}
	}
	return found, ok
}

// unusable reports that what, at the place pos, cannot be used since the declaration of obj is not known: where that is a mistake of this
// package by the type checker's words at its own place.
func (c *checker) unusable(pos token.Position, what string, obj types.Object) {
	mistake, ok := c.mistakeIn(obj)
	at := c.at(mistake.Pos)
	switch {
	case c.local(obj) && ok:
		c.diags.Add(at, mistake.Msg, "")
	case c.local(obj):
		var chain []diag.Cause
		if len(c.pkg.Imported) > 0 {
			chain = []diag.Cause{{Pos: c.at(c.pkg.Imported[0].Pos), Text: "a package that it comes from does not compile: " + c.pkg.Imported[0].Msg}}
		}
		c.diags.AddChain(c.at(obj.Pos()), "the type of "+obj.Name()+" is not known", chain, "")
	case ok:
		c.diags.AddChain(pos, what+" cannot be used: package "+obj.Pkg().Name()+" does not compile", []diag.Cause{{Pos: at, Text: mistake.Msg}}, "")
	default:
		c.diags.Add(pos, what+" cannot be used: package "+obj.Pkg().Name()+" does not compile", "the type of "+obj.Name()+" is not known there")
	}
}

// unusable marks a field that the type checker does not know as a whole.
func (g *graph) unusable(n *node, what string, obj types.Object) {
	n.broken = true
	if g.undefined == nil {
		g.undefined = obj
	}
	g.checker.unusable(n.Pos, what, obj)
}

// invalid marks an operator a method of which takes or returns v, whose type is not known.
func (s *shaper) invalid(v *types.Var) {
	s.broken = true
	if obj := undefined(v.Type(), v, false); obj != nil {
		s.undefined[s.op.Type.Obj()] = obj
		s.checker.unusable(s.place(v.Pos()), s.typeName(s.op.Type), obj)
	}
}

// explained makes sure that a pipeline which is not fit for anything comes with a reason.
func (c *checker) explained(g *graph) {
	if len(*c.diags) > 0 || !g.broken {
		return
	}
	for _, n := range g.order {
		if n.broken {
			c.diags.Add(n.Pos, "field "+n.Name+" of "+g.name()+" cannot be used, and streamgen cannot say why", "this is a bug in streamgen: please report it")
		}
	}
}
