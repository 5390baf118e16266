package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointDumpCommand() *cobra.Command {
	var selected inspect.Selection
	command := &cobra.Command{
		Use:   "dump CHECKPOINT OPERATOR[.STATE]",
		Short: "Print the entries of a state as JSON lines",
		Long: `Dump prints the entries of a state in a checkpoint or savepoint, each as JSON on a line of its own, from the schema that the checkpoint holds: key and
value of keyed and broadcast state, subtask (from 0) and value of an element of a list. An operator stands for all its states; each line
of several has the state's name.

` + checkpointHelp + `

Fields have the names of the program's; times are in RFC 3339, bytes in base64, and so is what a type's own binary codec wrote. With --key only
the entries of that key are printed, which is found through its key group.

The exit code is 0, 1 if there is no such key, or 2 if there is no such state or it cannot be read.`,
		Example: `  streamgen checkpoint dump checkpoints/WordCount Count
  streamgen checkpoint dump checkpoints/WordCount Count.CountState --key '"tea"'
  streamgen checkpoint dump checkpoints/Rules Check.Known.Rules | jq .value.MaxCents`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cobra.ExactArgs(2)(cmd, args)
			}
			names, err := inspect.Names(vfs.OS(), inFolder(cmd, args[0]))
			switch {
			case err != nil:
				return err
			case len(names) == 0:
				return fmt.Errorf("%s holds no state of any operator", args[0])
			}
			return fmt.Errorf("say which state: %s holds %s", args[0], strings.Join(names, ", "))
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			if len(args) > 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			names, err := inspect.Names(vfs.OS(), inFolder(cmd, args[0]))
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			selected.Name = args[1]
			progress, done := progressBeside(cmd, args[0])
			entries, err := inspect.Dump(vfs.OS(), inFolder(cmd, args[0]), selected, cmd.OutOrStdout(), progress)
			done()
			if err == nil && entries == 0 && selected.Key != "" {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s has no entry of key %s\n", selected.Name, selected.Key)
				return errFound
			}
			return err
		},
	}
	command.Flags().StringVar(&selected.Key, "key", "", "only the entries of this key, given as `JSON`")
	return command
}
