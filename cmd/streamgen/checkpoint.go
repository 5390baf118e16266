package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

// checkpointHelp is what the help of every command that takes a checkpoint says of it.
const checkpointHelp = `A checkpoint is named by its manifest and a savepoint by its folder, as ls prints them; the folder of a job stands for the checkpoint that the
job goes on from, and FOLDER@NUMBER for the one of that number. A job that runs gives its manifests other names; numbers stay.`

func checkpointCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "checkpoint",
		Short: "Look at the checkpoints and savepoints of jobs, without their programs",
		Long: `Checkpoint looks at what a job keeps in its folder. It needs nothing of the program that wrote it, and the job may run meanwhile.

` + checkpointHelp,
		Example: `  streamgen checkpoint ls checkpoints
  streamgen checkpoint show checkpoints/WordCount
  streamgen checkpoint show checkpoints/WordCount@42
  streamgen checkpoint dump checkpoints/WordCount Count.CountState --key '"tea"'
  streamgen checkpoint verify checkpoints/WordCount/savepoints/savepoint-WordCount-7-51ab3d4e`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// The other commands end before collecting garbage pays; these may read for hours, and need little memory meanwhile.
		PersistentPreRun: func(*cobra.Command, []string) { debug.SetGCPercent(100) },
	}
	command.AddCommand(
		checkpointListCommand(),
		checkpointShowCommand(),
		checkpointDumpCommand(),
		checkpointDiffCommand(),
		checkpointVerifyCommand(),
		checkpointPlanCommand(),
		checkpointRemoveCommand(),
	)
	return command
}
