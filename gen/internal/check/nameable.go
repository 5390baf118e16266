package check

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// nameable reports types that generated code has to name and cannot: those of other packages that are not exported, or lie in a folder
// internal that this package does not see.
func (g *graph) nameable() {
	for _, f := range g.pipeline.Fields {
		if f.Operator == nil {
			g.refuseHidden(f, f.Record, "the records of "+f.Selector())
			continue
		}
		g.refuseHidden(f, f.Operator.Type, "the operator "+f.Selector())
		for _, o := range f.Operator.Outputs {
			g.refuseHidden(f, o.Type, "output "+o.Name+" of "+f.Selector())
		}
	}
}

func (g *graph) refuseHidden(f *model.Field, t types.Type, what string) {
	if named := g.hidden(t, map[types.Type]bool{}); named != nil {
		g.diags.Add(f.Pos, fmt.Sprintf("%s cannot be wired here: %s is not visible in this package", what, g.typeName(named)),
			"export the type, in a package that may be imported here")
	}
}

// hidden is a type in t that this package cannot name, nil if there is none. What a named type is made of need not be named.
func (g *graph) hidden(t types.Type, seen map[types.Type]bool) *types.Named {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil && p != g.pkg.Types && (!t.Obj().Exported() || !g.importable(p.Path())) {
			return t
		}
		for arg := range t.TypeArgs().Types() {
			if named := g.hidden(arg, seen); named != nil {
				return named
			}
		}
	case *types.Struct:
		for v := range t.Fields() {
			if named := g.hidden(v.Type(), seen); named != nil {
				return named
			}
		}
	case *types.Map:
		if named := g.hidden(t.Key(), seen); named != nil {
			return named
		}
		return g.hidden(t.Elem(), seen)
	case interface{ Elem() types.Type }:
		return g.hidden(t.Elem(), seen)
	}
	return nil
}

// importable reports whether the rule of internal packages lets this package import another one.
func (g *graph) importable(path string) bool {
	i := strings.LastIndex("/"+path+"/", "/internal/")
	if i < 0 {
		return true
	}
	parent := strings.TrimSuffix(path[:i], "/")
	own := strings.TrimSuffix(g.pkg.Path, "_test")
	return parent == "" || own == parent || strings.HasPrefix(own, parent+"/")
}
