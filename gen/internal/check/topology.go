package check

import (
	"fmt"
	"strings"

	"github.com/streamgen/streamgen/gen/internal/model"
)

// unread reports outputs that nobody reads: data must not vanish unnoticed.
func (g *graph) unread() {
	if g.dangling {
		return
	}
	for _, n := range g.order {
		switch {
		case n.broken || n.Kind == model.Sink:
		case n.Kind == model.Source:
			if !n.readers[""] {
				g.diags.Add(g.at(n.pos), "nobody reads source "+n.Name, "name it in the tag from of a field, or remove it")
			}
		default:
			for _, o := range n.Operator.Outputs {
				if !n.readers[o.Name] {
					name := n.Name
					if o.Name != model.DefaultOutput {
						name += "." + o.Name
					}
					g.diags.Add(g.at(n.pos), fmt.Sprintf("nobody reads output %s of %s", o.Name, n.Name),
						"its records would be lost: give "+name+" to a sink or an operator")
				}
			}
		}
	}
}

// cycles reports each cycle once, at the edge that closes it.
func (g *graph) cycles() {
	const (
		unseen = iota
		open
		done
	)
	state := map[*model.Field]int{}
	var path []*model.Field
	var visit func(f *model.Field)
	visit = func(f *model.Field) {
		state[f] = open
		path = append(path, f)
		for _, e := range f.In {
			switch state[e.From] {
			case unseen:
				visit(e.From)
			case open:
				names := []string{f.Name}
				for i := len(path) - 1; path[i] != e.From; i-- {
					names = append(names, path[i-1].Name)
				}
				// The path goes against the records: turn it round.
				names = append(names, f.Name)
				if e.From == f {
					names = []string{f.Name, f.Name}
				}
				g.diags.Add(e.Pos, f.Name+" reads what it emits itself: "+strings.Join(names, " → "), "feedback is not supported yet")
			}
		}
		path = path[:len(path)-1]
		state[f] = done
	}
	for _, n := range g.order {
		if state[n.Field] == unseen {
			visit(n.Field)
		}
	}
}

// partitions checks the tags edge against keys and parallelism.
func (g *graph) partitions() {
	for _, n := range g.order {
		if n.edge == nil || n.Kind == model.Source {
			continue
		}
		if n.Operator != nil && n.Operator.Key != nil {
			g.diags.Add(g.at(n.edge.pos), fmt.Sprintf("edge %s of %s contradicts its Key", n.edge.value, n.Name), "records go to the subtask that holds their key: remove the tag")
			continue
		}
		if n.Partition != model.Forward {
			continue
		}
		for _, e := range n.In {
			if e.From.Parallelism != n.Parallelism {
				g.diags.Add(g.at(n.edge.pos), fmt.Sprintf("edge forward from %s to %s joins different parallelisms, %s and %s",
					e.From.Name, n.Name, parallelism(e.From.Parallelism), parallelism(n.Parallelism)),
					"give both one parallelism, or use rebalance or rescale")
			}
		}
	}
}

func parallelism(p int) string {
	if p == 0 {
		return "the default"
	}
	return fmt.Sprint(p)
}
