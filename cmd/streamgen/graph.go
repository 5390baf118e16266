package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/cmd/streamgen/internal/draw"
	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/gen/nearest"
)

func graphCommand() *cobra.Command {
	var format, pipeline, output string
	command := &cobra.Command{
		Use:   "graph [packages]",
		Short: "Draw pipelines without running them",
		Long: `Graph draws pipelines: the tasks with their operators, parallelism and state, and between them the edges, each with its kind (hash,
forward, rebalance, rescale, broadcast; loop and errors where it is one) and the type of its records.

` + packageHelp + ` As text it
draws all their pipelines, as mermaid or svg one.

The exit code is 0 if it was drawn, 2 after mistakes or if it could not do its work.`,
		Example: `  streamgen graph
  streamgen graph --format svg -o wordcount.svg ./examples/wordcount
  streamgen graph --format mermaid --pipeline Alerts ./...`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(formats(), format) {
				return unknown("format", format, formats())
			}
			graphs, diagnostics, err := gen.Graphs(cmd.Context(), gen.Config{Dir: dir(cmd), Patterns: args})
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.ErrOrStderr(), diagnostics)
			if len(diagnostics) > 0 {
				return errMistakes
			}
			if graphs, err = chosen(graphs, pipeline, format); err != nil {
				return err
			}
			drawing := drawn(graphs, format)
			if output == "" {
				_, err = fmt.Fprint(cmd.OutOrStdout(), drawing)
				return err
			}
			if !filepath.IsAbs(output) {
				output = filepath.Join(dir(cmd), output)
			}
			return os.WriteFile(output, []byte(drawing), 0o666)
		},
	}
	command.Flags().StringVar(&format, "format", "text", "text, mermaid or svg")
	command.Flags().StringVar(&pipeline, "pipeline", "", "`name` of the pipeline to draw")
	command.Flags().StringVarP(&output, "output", "o", "", "`file` to write instead of the standard output")
	_ = command.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	return command
}

func formats() []string { return []string{"text", "mermaid", "svg"} }

// chosen are the graphs to draw.
func chosen(graphs []gen.Graph, pipeline, format string) ([]gen.Graph, error) {
	var names []string
	for _, g := range graphs {
		names = append(names, g.Pipeline)
	}
	if pipeline != "" {
		graphs = slices.DeleteFunc(graphs, func(g gen.Graph) bool { return g.Pipeline != pipeline })
		if len(graphs) == 0 && len(names) > 0 {
			return nil, unknown("pipeline", pipeline, names)
		}
	}
	switch {
	case len(graphs) == 0:
		return nil, errors.New("there are no pipelines in these packages: a pipeline is a struct marked //streamgen:pipeline")
	case len(graphs) > 1 && format != "text" && pipeline != "":
		return nil, fmt.Errorf("several packages have a pipeline %s: name one of the packages", pipeline)
	case len(graphs) > 1 && format != "text":
		return nil, fmt.Errorf("a drawing as %s has one pipeline: name one with --pipeline: %s", format, strings.Join(names, ", "))
	}
	return graphs, nil
}

func drawn(graphs []gen.Graph, format string) string {
	switch format {
	case "svg":
		return draw.SVG(graphs[0])
	case "mermaid":
		return draw.Mermaid(graphs[0])
	}
	var texts []string
	for _, g := range graphs {
		texts = append(texts, draw.Text(g))
	}
	return strings.Join(texts, "\n")
}

// unknown is the error for a name that is none of those that are known.
func unknown(what, name string, known []string) error {
	if near := nearest.Of(name, known); near != "" {
		return fmt.Errorf("unknown %s %s: did you mean %s?", what, name, near)
	}
	return fmt.Errorf("unknown %s %s: there are %s", what, name, strings.Join(known, ", "))
}
