package emit

import (
	"go/token"
	"go/types"
	"strconv"

	"github.com/streamgen/streamgen/gen/internal/load"
)

// scope hands out names that are not taken. A name that is taken gets a numeral.
type scope struct {
	outer *scope
	used  map[string]bool
}

func newScope(outer *scope, taken ...string) *scope {
	s := &scope{outer: outer, used: map[string]bool{}}
	for _, name := range taken {
		s.used[name] = true
	}
	return s
}

// packageScope holds what the user's package declares, the names under which its files import, and what Go declares everywhere.
func packageScope(p *load.Package) *scope {
	s := newScope(nil, types.Universe.Names()...)
	for _, name := range p.Types.Scope().Names() {
		s.used[name] = true
	}
	for _, f := range p.Files {
		for _, spec := range f.Syntax.Imports {
			if name := p.Info.PkgNameOf(spec); name != nil {
				s.used[name.Name()] = true
			}
		}
	}
	return s
}

func (s *scope) taken(name string) bool {
	for ; s != nil; s = s.outer {
		if s.used[name] {
			return true
		}
	}
	return false
}

// name takes the first of the wishes that is free, or else the last with a numeral.
func (s *scope) name(wishes ...string) string {
	for _, wish := range wishes {
		if !s.taken(wish) && !token.IsKeyword(wish) && wish != "" && wish != "_" {
			s.used[wish] = true
			return wish
		}
	}
	for i := 2; ; i++ {
		if name := wishes[len(wishes)-1] + strconv.Itoa(i); !s.taken(name) {
			s.used[name] = true
			return name
		}
	}
}

// stem takes a name that is free behind each of the prefixes: a type's functions share one stem.
func (s *scope) stem(wish string, prefixes ...string) string {
	name := wish
	for i := 2; ; i++ {
		free := true
		for _, prefix := range prefixes {
			free = free && !s.taken(prefix+name)
		}
		if free {
			for _, prefix := range prefixes {
				s.used[prefix+name] = true
			}
			return name
		}
		name = wish + strconv.Itoa(i)
	}
}
