package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointListCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "ls FOLDER",
		Short: "List the checkpoints and savepoints in a folder",
		Long: `Ls lists the checkpoints and savepoints in a folder, one on a line, job by job, newest first. The folder is that of
a job, that of a savepoint, or the one above (execution.checkpointing.dir). A line has the job, the number, why it was taken, when its barriers
left, how long it took, its size and its path. The checkpoint that the job goes on from is marked with *.

The exit code is 0, also where there is nothing to list, and 2 if the folder cannot be read.`,
		Example: `  streamgen checkpoint ls checkpoints
  streamgen checkpoint ls --json checkpoints/WordCount`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			entries, err := inspect.Find(vfs.OS(), inFolder(cmd, args[0]))
			if err != nil {
				return err
			}
			if asJSON && entries == nil {
				entries = []inspect.Entry{} // an array of none, not null
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), entries)
			}
			return printEntries(cmd.OutOrStdout(), entries)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one array of objects")
	return command
}

// inFolder is a path as the command's --dir means it.
func inFolder(cmd *cobra.Command, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir(cmd), path)
}

func printEntries(w io.Writer, entries []inspect.Entry) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		if e.Error != "" {
			fmt.Fprintf(table, "?\t?\tdamaged\t\t\t\t%s: %s\n", e.Path, strings.ReplaceAll(e.Error, "\n", "; "))
			continue
		}
		head := ""
		if e.Head {
			head = "*"
		}
		fmt.Fprintf(table, "%s\t%d%s\t%s\t%s\t%s\t%s\t%s\n", plain(e.Job), e.ID, head, e.Kind, e.Triggered.Local().Format(time.DateTime),
			e.Duration.Round(time.Millisecond), bytesOf(e.Size), e.Path)
	}
	return table.Flush()
}

// bytesOf writes a size as people do.
func bytesOf(n int64) string {
	const units = "kMGT"
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1<<10 && unit < len(units)-1 {
		value, unit = value/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}
