package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rm CHECKPOINT...",
		Short: "Delete savepoints, and checkpoints that no job goes on from",
		Long: `Rm deletes a savepoint, named by its folder, or a retained checkpoint, named by its manifest, or either by its number, FOLDER@NUMBER. Files that another checkpoint needs stay, and so does
every file that is no part of it. So do data files that the last run of a job has written, unless that was stopped: a checkpoint under way may need them. The job
deletes them itself, with a later checkpoint. The checkpoint that its job goes on from is refused.

The exit code is 0 if all were deleted and 2 if one was not.`,
		Example: `  streamgen checkpoint rm checkpoints/WordCount/savepoints/savepoint-WordCount-7-51ab3d4e`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, arg := range args {
				freed, err := inspect.Remove(vfs.OS(), inFolder(cmd, arg))
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: deleted, %s\n", arg, bytesOf(freed))
			}
			return nil
		},
	}
}
