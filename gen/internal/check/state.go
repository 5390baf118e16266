package check

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/diag"
	"github.com/streamgen/streamgen/gen/internal/form"
)

// checkState checks that the operator's state can be written and read.
func (s *shaper) checkState() {
	cause := diag.Cause{Pos: s.at(s.state.Pos()), Text: s.typeName(s.op.State) + " is the state of " + s.op.Name()}
	s.refuseState(s.op.State, s.op.State.Obj().Name(), s.state.Pos(), cause)
}

// refuseState reports what is in the way of writing a part of a state.
func (s *shaper) refuseState(t types.Type, path string, origin token.Pos, cause diag.Cause) {
	for _, p := range s.forms.Problems(t, path) {
		s.refuse(p, origin, cause, fmt.Sprintf("state %s of type %s cannot be serialised: %s", p.Path, s.typeName(p.Type), p.Why))
	}
}

// checkKeyType checks that keys can be hashed, compared and written.
func (s *shaper) checkKeyType(t types.Type, fn *types.Func) {
	cause := diag.Cause{Pos: s.at(fn.Pos()), Text: fn.Name() + " of " + s.op.Name() + " returns " + s.typeName(t)}
	s.refuseKey(t, "the key of "+s.op.Name(), fn.Pos(), cause)
}

// refuseKey reports what is in the way of keys of type t.
func (s *shaper) refuseKey(t types.Type, path string, origin token.Pos, cause diag.Cause) {
	for _, p := range s.forms.KeyProblems(t, path) {
		if p.Hint == form.KeepWhatItStandsFor {
			p.Hint = "use what it stands for: a string, an integer, or a struct or an array of those"
		}
		s.refuse(p, origin, cause, fmt.Sprintf("%s cannot be of type %s: %s", p.Path, s.typeName(p.Type), p.Why))
	}
}

// refuse reports a problem at the deepest place on the way that lies in the package, or where the type came in.
func (s *shaper) refuse(p form.Problem, origin token.Pos, cause diag.Cause, message string) {
	pos := p.Pos
	if !pos.IsValid() {
		pos = origin
	}
	if p.Unknown {
		s.unknown(p, pos)
		return
	}
	s.failChain(pos, message, causes(append([]diag.Cause{cause}, p.Chain...), s.place(pos)), p.Hint)
}

// unknown reports a type that the type checker does not know, by the checker's own words if it has some.
func (s *shaper) unknown(p form.Problem, pos token.Pos) {
	s.broken = true
	for _, e := range s.pkg.TypeErrors {
		if s.at(e.Pos).Line == s.at(pos).Line && s.at(e.Pos).Filename == s.at(pos).Filename {
			s.fail(e.Pos, e.Msg, "")
			return
		}
	}
	hint := ""
	for _, t := range []types.Type{s.op.State, s.op.Key} {
		if t == nil || t == types.Type((*types.Named)(nil)) {
			continue
		}
		if obj := undefined(t, s.op.Type.Obj(), true); obj != nil && !s.local(obj) {
			hint = "package " + obj.Pkg().Name() + " does not compile"
			if mistake, ok := s.mistakeIn(obj); ok {
				s.failChain(pos, "the type of "+p.Path+" is not known: "+hint, []diag.Cause{{Pos: s.at(mistake.Pos), Text: mistake.Msg}}, "")
				return
			}
		}
	}
	s.fail(pos, "the type of "+p.Path+" is not known", hint)
}

// causes is the chain from the nearest cause to the first, without the place that is reported itself.
func causes(chain []diag.Cause, reported token.Position) []diag.Cause {
	var causes []diag.Cause
	for _, cause := range slices.Backward(chain) {
		if cause.Pos != reported {
			causes = append(causes, cause)
		}
	}
	return causes
}
