package check

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// isBroadcast reports whether a method takes records that go to every subtask.
func isBroadcast(fn *types.Func) bool {
	prefix, _, ok := split(fn.Name())
	return ok && prefix == "Broadcast"
}

func (s *shaper) hasBroadcast() bool {
	return slices.ContainsFunc(s.op.Inputs, func(in *model.Input) bool { return in.Broadcast })
}

// takesContext reads the context that a method may take first.
func (s *shaper) takesContext(m *model.Method, v *types.Var) bool {
	name := "Context"
	if isBroadcast(m.Func) {
		name = "BroadcastContext"
	}
	_, m.Context = isRuntime(v.Type(), name)
	return m.Context
}

// misplacedContext refuses a context that stands behind another parameter, or that the method cannot have.
func (s *shaper) misplacedContext(m *model.Method, v *types.Var) bool {
	_, plain := isRuntime(v.Type(), "Context")
	_, broadcast := isRuntime(v.Type(), "BroadcastContext")
	switch {
	case !plain && !broadcast:
		return false
	case plain && isBroadcast(m.Func):
		s.fail(v.Pos(), s.methodName(m.Func)+" takes a runtime.Context", "take a runtime.BroadcastContext: broadcast state is changed with it")
	case broadcast && !isBroadcast(m.Func):
		s.fail(v.Pos(), s.methodName(m.Func)+" takes a runtime.BroadcastContext",
			"take a runtime.Context: only Broadcast<Input> may change broadcast state, since every subtask sees its records")
	default:
		s.fail(v.Pos(), s.methodName(m.Func)+" takes its context late", order)
	}
	return true
}

// broadcastKey refuses a Key for an input that has none.
func (s *shaper) broadcastKey(fn, key *types.Func) {
	_, input, _ := split(fn.Name())
	s.fail(key.Pos(), fmt.Sprintf("%s has no use: %s sees the records of input %s in every subtask", s.methodName(key), fn.Name(), inputName(input)),
		"remove it, or take the records by key in Process"+input)
}

// checkContexts finds methods of an operator that make a context of their own to change broadcast state where it must not be changed.
func (c *checker) checkContexts(t *types.TypeName) {
	for _, fn := range c.methods[t] {
		if fn.Body == nil {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if _, ok := isRuntime(c.pkg.Info.TypeOf(lit), "BroadcastContext"); ok {
				c.diags.Add(c.at(lit.Pos()), fmt.Sprintf("%s of %s makes a runtime.BroadcastContext", fn.Name.Name, t.Name()),
					"broadcast state is changed by Broadcast<Input> with the context that it is given, in all subtasks alike; only a test makes one")
			}
			return true
		})
	}
}

// broadcastEdges refuses a tag edge that would keep the records of a broadcast input from some subtasks.
func (g *graph) broadcastEdges(n *node) bool {
	if n.Operator == nil || n.Partition == model.Broadcast {
		return false
	}
	for _, in := range n.Operator.Inputs {
		if in.Broadcast {
			g.diags.Add(g.at(n.edge.pos), fmt.Sprintf("edge %s of %s contradicts its Broadcast%s", n.edge.value, n.Name, in.Suffix()),
				"every subtask sees the records of input "+in.Name+": remove the tag")
			g.offerWithout(*n.edge)
			return true
		}
	}
	return false
}
