package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"time"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// ttls reads the tags ttl of the fields of the state.
func (s *shaper) ttls() {
	if s.op.State == nil {
		return
	}
	u := s.op.State.Underlying().(*types.Struct)
	for i := range u.NumFields() {
		t, ok := s.ttl(u, i)
		if !ok {
			continue
		}
		f := u.Field(i)
		if model.TimerType(f.Type()) != "" {
			s.fail(t.keyPos, fmt.Sprintf("timer %s has the tag ttl", f.Name()), "a timer ends when it fires: remove the tag")
			continue
		}
		if f.Name() == "_" {
			s.fail(t.keyPos, "a field of "+s.typeName(s.op.State)+" without a name has the tag ttl", "nothing is kept in it: remove the tag")
			continue
		}
		after, err := time.ParseDuration(t.value)
		if err != nil || after < time.Millisecond {
			s.fail(t.pos, fmt.Sprintf("ttl %q of %s is not a duration of at least a millisecond", t.value, f.Name()), "write it as Go does: 24h, 90s, 1h30m")
			continue
		}
		s.op.TTLs = append(s.op.TTLs, &model.TTL{Field: f, After: after})
	}
}

// misplacedTTL refuses the tag ttl on a field that is not one of a keyed state.
func (c *checker) misplacedTTL(u *types.Struct, i int, path string) []misplacedTime {
	t, ok := c.ttl(u, i)
	if !ok || !c.local(u.Field(i)) {
		return nil
	}
	return []misplacedTime{{t.keyPos, path + " has the tag ttl, but is no field of a keyed state", "tag a field of the state itself: it becomes zero as a whole"}}
}

// ttl returns the tag ttl of a field.
func (c *checker) ttl(u *types.Struct, i int) (tag, bool) {
	value, ok := reflect.StructTag(u.Tag(i)).Lookup("ttl")
	if !ok {
		return tag{}, false
	}
	f := u.Field(i)
	t := tag{key: "ttl", value: value, pos: f.Pos(), keyPos: f.Pos()}
	if literal := c.tagOf(f); c.local(f) && literal != nil {
		tags, _ := parseTags(literal)
		for _, known := range tags {
			if known.key == t.key {
				t.pos, t.keyPos = known.pos, known.keyPos
			}
		}
	}
	return t, true
}

// tagOf is the tag of a field as it stands in the source, nil if it does not.
func (c *checker) tagOf(f *types.Var) (literal *ast.BasicLit) {
	for _, file := range c.pkg.Files {
		if pos := f.Pos(); !pos.IsValid() || pos < file.Syntax.FileStart || pos >= file.Syntax.FileEnd {
			continue
		}
		ast.Inspect(file.Syntax, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && within(field, f.Pos()) && field.Tag != nil {
				literal = field.Tag
			}
			return n != nil && within(n, f.Pos())
		})
	}
	return literal
}

func within(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos < n.End() }
