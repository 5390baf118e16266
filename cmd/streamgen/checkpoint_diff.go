package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointDiffCommand() *cobra.Command {
	var entries bool
	command := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two checkpoints",
		Long: `Diff compares two checkpoints or savepoints, A with the later B: which operators and states are in one alone, which schemas differ, how many entries
of each state and splits of each source were added, removed or changed. What is no content has no part in it: numbers, times, watermarks,
parallelism, and which transactions sinks have prepared. Entries whose schema differs are compared by the fields that both have.

` + checkpointHelp + `

With --entries every entry that differs is printed as JSON on a line of its own, and all else to standard error.

The exit code is 0 if both hold the same, 1 if something differs, 2 if one cannot be read.`,
		Example: `  streamgen checkpoint diff savepoints/before savepoints/after
  streamgen checkpoint diff --entries savepoints/before checkpoints/WordCount | jq 'select(.change == "removed")'`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			summary, lines := cmd.OutOrStdout(), io.Writer(nil)
			progress, done := progressOf(cmd, "comparing")
			if entries {
				summary, lines = cmd.ErrOrStderr(), cmd.OutOrStdout()
				progress, done = progressBeside(cmd, "comparing")
			}
			differences, err := inspect.Diff(vfs.OS(), inFolder(cmd, args[0]), inFolder(cmd, args[1]), lines, progress)
			done()
			if err != nil {
				return err
			}
			for _, d := range differences {
				printDifference(summary, d)
			}
			if len(differences) > 0 {
				return errFound
			}
			return nil
		},
	}
	command.Flags().BoolVar(&entries, "entries", false, "print the entries that differ, as JSON lines")
	return command
}

func printDifference(w io.Writer, d inspect.Difference) {
	name := "operator " + plain(d.Operator)
	counts, of := d.Splits, "splits"
	if d.State != "" {
		name = "state " + plain(d.Operator+"."+d.State)
		counts, of = d.Entries, "entries"
	}
	mark := map[string]string{"a": "-", "b": "+", "": " "}[d.Only]
	fmt.Fprintf(w, "%s %s%s\n", mark, name, tally(counts, of))
	if d.Before != "" {
		fmt.Fprintf(w, "    - %s\n    + %s\n", plain(d.Before), plain(d.After))
	}
	if d.Incomparable != nil {
		fmt.Fprintf(w, "    not compared: %s\n", strings.ReplaceAll(d.Incomparable.Error(), "\n", "\n    "))
	}
}

// tally writes counts of something, without those that are 0.
func tally(c inspect.Counts, of string) string {
	var parts []string
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(c.Added, "added")
	add(c.Removed, "removed")
	add(c.Changed, "changed")
	add(c.Same, "the same")
	if len(parts) == 0 {
		return ""
	}
	return ", " + of + ": " + strings.Join(parts, ", ")
}
