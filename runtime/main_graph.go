package runtime

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) graphCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "graph [arguments of the pipeline]",
		Short: "Print the pipeline's tasks without running it",
		Long: "Print the tasks of the pipeline, each with its parallelism and its operators, and where the records of each operator come\n" +
			"from: within the task (chained), or over an edge of that kind. Where they do not all hang together, the regions follow that are\n" +
			"restarted each by itself.",
		Example: "  " + p.name + " graph\n" +
			"  " + p.name + " graph --parallelism 4",
		RunE: func(_ *cobra.Command, args []string) error {
			with, err := p.prepare(args, false, false)
			if err != nil {
				return err
			}
			graph, err := with.job.Graph(with.config)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(p.out, graphText(graph))
			return err
		},
	}
	p.addParallelism(cmd)
	return cmd
}

// graphText writes a graph for people: the tasks in order, and under each its operators with their inputs.
func graphText(g Graph) string {
	width, operators := 0, 0
	for _, task := range g.Tasks {
		for _, uid := range task.Operators {
			width = max(width, len(uid))
			operators++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s\n", g.Pipeline, plural(len(g.Tasks), "task"), plural(operators, "operator"))
	for _, task := range g.Tasks {
		fmt.Fprintf(&b, "\ntask %s, parallelism %d\n", task.Name, task.Parallelism)
		for _, uid := range task.Operators {
			var inputs []string
			for _, edge := range g.Edges {
				if edge.To == uid {
					inputs = append(inputs, fmt.Sprintf("%s (%s)", edge.From, edge.Kind))
				}
			}
			line := "  " + uid
			if len(inputs) > 0 {
				line = fmt.Sprintf("  %-*s  <- %s", width, uid, strings.Join(inputs, ", "))
			}
			b.WriteString(line + "\n")
		}
	}
	if len(g.Regions) > 1 {
		b.WriteString("\nregions, each of which is restarted by itself when one of its tasks fails:\n")
		for _, tasks := range g.Regions {
			b.WriteString("  " + strings.Join(tasks, ", ") + "\n")
		}
	}
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
