package gen

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/model"
	"github.com/streamgen/streamgen/gen/internal/record"
)

// place is where the user's code says what a state looks like.
type place struct {
	// pos is the deepest place on the way that lies in the package, owner the innermost type that has a name.
	pos   token.Pos
	owner string
}

// place follows the path of a difference through the types of the state.
func (c *comparison) place(l record.Loss, around token.Pos) place {
	result := place{pos: around, owner: l.State}
	var owner *types.TypeName
	t := l.Now.Type
	enter := func(into types.Type) {
		t = into
		if n, ok := types.Unalias(t).(*types.Named); ok {
			owner = n.Obj()
			result.owner = owner.Name()
		}
	}
	declared := func() {
		if owner != nil && owner.Pkg() == c.Package.Types {
			result.pos = owner.Pos()
		}
	}
	enter(t)
	if l.Difference.Path == "[key]" {
		return result
	}
	declared()
	for _, step := range steps(l.Difference.Path) {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			enter(p.Elem())
			switch p.Elem().Underlying().(type) {
			case *types.Slice, *types.Map, *types.Pointer:
				continue // what may be nil itself is written in an array of one
			}
		}
		if container, ok := t.Underlying().(interface{ Elem() types.Type }); ok && step == "[]" {
			enter(container.Elem())
			continue
		}
		structure, ok := t.Underlying().(*types.Struct)
		if !ok {
			return result
		}
		i := indexOf(structure, step)
		if i < 0 { // it is gone
			declared()
			return result
		}
		if f := structure.Field(i); f.Pkg() == c.Package.Types {
			result.pos = f.Pos()
		}
		enter(structure.Field(i).Type())
	}
	return result
}

// steps divides a path into the names of fields and [] for what a slice, array or map holds.
func steps(path string) []string {
	var result []string
	for part := range strings.SplitSeq(path, ".") {
		name, rest, _ := strings.Cut(part, "[")
		if name != "" {
			result = append(result, name)
		}
		if rest == "" {
			continue
		}
		for step := range strings.SplitSeq("["+rest, "]") {
			if step != "" {
				result = append(result, step+"]")
			}
		}
	}
	return result
}

func indexOf(structure *types.Struct, name string) int {
	for i := range structure.NumFields() {
		if structure.Field(i).Name() == name {
			return i
		}
	}
	return -1
}

// fieldOf finds a field of a pipeline's struct.
func fieldOf(p *model.Pipeline, name string) (*types.Struct, int) {
	structure, ok := p.Type.Underlying().(*types.Struct)
	if !ok {
		return nil, 0
	}
	if i := indexOf(structure, name); i >= 0 {
		return structure, i
	}
	return nil, 0
}
