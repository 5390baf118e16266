package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointShowCommand() *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "show CHECKPOINT",
		Short: "Show what a checkpoint holds",
		Long: `Show prints what a checkpoint or savepoint holds: tasks with their subtasks, operators with the splits of sources, the transactions that sinks have
prepared, and states with their schemas and sizes. Of the states themselves only the indexes are read; dump prints their entries.

` + checkpointHelp + `

Subtasks are numbered from 0, as programs and names of files do it; the log of a job and verify write Count (2/4) of the second one of four. A position in a split is a number for the connectors of streamgen; of others the size and the first bytes are
printed. The exit code is 0, or 2 if the checkpoint cannot be read.`,
		Example: `  streamgen checkpoint show checkpoints/WordCount
  streamgen checkpoint show --json checkpoints/WordCount/epoch-0000000007/manifest-000000000042`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			contents, err := inspect.Show(vfs.OS(), inFolder(cmd, args[0]))
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), contents)
			}
			return printContents(cmd.OutOrStdout(), contents)
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print one object")
	return command
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func printContents(w io.Writer, c *inspect.Contents) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(format string, args ...any) { fmt.Fprintf(table, format+"\n", args...) }
	if c.Kind == checkpoint.Savepoint.String() {
		line("savepoint %d of %s", c.ID, plain(c.Job))
	} else {
		line("checkpoint %d of %s, %s, the job %s", c.ID, plain(c.Job), c.Kind, c.Status)
	}
	line("triggered %s, took %s", c.Triggered.Local().Format(time.DateTime), c.Duration.Round(time.Millisecond))
	line("%d key groups, %s stored", c.KeyGroups, bytesOf(c.Size))
	for _, t := range c.Tasks {
		line("\ntask %s, parallelism %d", plain(t.Task), t.Parallelism)
		for _, s := range t.Subtasks {
			line("  subtask %d\t%s\t%s", s.Subtask, progressIn(s), placeOf(s))
			for _, a := range s.Ahead {
				line("    key groups %d to %d\twatermark %s", a.FirstKeyGroup, a.LastKeyGroup, a.Watermark)
			}
		}
	}
	for _, o := range c.Operators {
		if o.Connector == "" && len(o.States) == 0 {
			continue
		}
		line("")
		printOperator(line, o, c.Committed)
	}
	return table.Flush()
}

func printOperator(line func(string, ...any), o inspect.Operator, committed bool) {
	title := "operator " + plain(o.Operator)
	if o.Connector != "" {
		title += fmt.Sprintf(", %s version %d", plain(o.Connector), o.ConnectorVersion)
	}
	line("%s", title)
	for _, s := range o.Splits {
		at := "at " + s.Position
		switch {
		case s.Done:
			at = "done"
		case s.Position == inspect.NotBegun:
			at = s.Position
		}
		line("  split %s\t%s\tsubtask %d", plain(s.Split), at, s.Subtask)
	}
	stand := "pending"
	if committed {
		stand = "committed"
	}
	for _, t := range o.Transactions {
		line("  transaction %s\t%s\tsubtask %d", plain(t.Handle), stand, t.Subtask)
	}
	for _, s := range o.States {
		groups := ""
		if s.KeyGroups > 0 {
			groups = fmt.Sprintf(" in %d key groups", s.KeyGroups)
		}
		line("  state %s, %s: %d entries%s, %s, %s stored", plain(s.State), s.Kind, s.Entries, groups, bytesOf(s.Size), bytesOf(s.Stored))
		line("    %s", plain(s.Schema))
		for _, part := range s.Subtasks {
			groups := ""
			if s.KeyGroups > 0 {
				groups = fmt.Sprintf("\tkey groups %d to %d", part.FirstKeyGroup, part.LastKeyGroup)
			}
			line("    subtask %d\t%d entries\t%s%s", part.Subtask, part.Entries, bytesOf(part.Size), groups)
		}
	}
}

// progressIn says how far a subtask is.
func progressIn(s inspect.Subtask) string {
	switch {
	case s.Finished:
		return "finished"
	case s.Watermark == "":
		return "no watermark"
	}
	return "watermark " + s.Watermark
}

// placeOf says where the states of a subtask are.
func placeOf(s inspect.Subtask) string {
	place := bytesOf(s.Size) + " in " + plain(s.File)
	switch {
	case s.Size == 0 && s.Bases == 0:
		return "no state"
	case s.Size == 0:
		place = "nothing new"
	case s.File == "":
		place = bytesOf(s.Size) + " in the manifest"
	}
	if s.Bases > 0 {
		place += fmt.Sprintf(", on %d earlier snapshots of %s", s.Bases, bytesOf(s.BaseSize))
	}
	return place
}

// plain quotes a name that a terminal would not just print.
func plain(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
