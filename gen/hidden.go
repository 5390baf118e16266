package gen

import (
	"fmt"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/load"
)

// hidden reports the declarations of a package that hide a name which Go declares everywhere and the generated files use.
func hidden(p *load.Package, files map[string][]byte) diag.List {
	declared := slices.DeleteFunc(types.Universe.Names(), func(name string) bool { return p.Types.Scope().Lookup(name) == nil })
	if len(declared) == 0 {
		return nil
	}
	used := map[string]bool{}
	for path, content := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, content, 0)
		if err != nil {
			continue // it was formatted: it parses
		}
		for _, id := range f.Unresolved {
			used[id.Name] = true
		}
	}
	var diags diag.List
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if slices.Contains(declared, name) {
			diags.Add(p.Fset.Position(p.Types.Scope().Lookup(name).Pos()), fmt.Sprintf("%s hides Go's own %s, which generated code needs", name, name),
				"give it another name")
		}
	}
	return diags
}
