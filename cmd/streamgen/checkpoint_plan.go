package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint"
	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/plan"
	"github.com/streamgen/streamgen/checkpoint/vfs"
	"github.com/streamgen/streamgen/gen"
)

func checkpointPlanCommand() *cobra.Command {
	var program, pipeline string
	var asJSON, ignoring bool
	command := &cobra.Command{
		Use:   "plan CHECKPOINT --schema FOLDER|FILE",
		Short: "Say what a program would make of the states of a checkpoint",
		Long: `Plan says what a start from a checkpoint would make of each state: restored as it was, converted to another form, new, dropped, or refused and
why. The program is given by the folder of its package, or by a schema record (streamgen.schema.json); a record does not know which fields had another name or
are dropped on purpose. Nothing is run or changed.

` + checkpointHelp + `

Of the checkpoint only the manifest is read, and its data files are looked for: whether they are whole, verify says.

The ready-made command of a pipeline has a subcommand plan of its own, which knows what the program alone knows: its parallelism, splits and transactions.

The exit code is 0 if the states would be taken over, 1 if the start would be refused and 2 if the checkpoint or the program cannot be read.`,
		Example: `  streamgen checkpoint plan checkpoints/WordCount/savepoints/savepoint-WordCount-7-51ab3d4e --schema ./wordcount
  streamgen checkpoint plan checkpoints/WordCount/epoch-0000000007/manifest-000000000042 --schema deployed/streamgen.schema.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			saved, err := inspect.Read(vfs.OS(), inFolder(cmd, args[0]))
			if err != nil {
				return err
			}
			const hint = "--schema says where the program is, the folder of its package or its schema record; without it, that is the current folder"
			given := cmd.Flags().Changed("schema")
			planned, mistakes, err := gen.PlanFrom(cmd.Context(), inFolder(cmd, program), pipeline, saved.Manifest, ignoring)
			switch {
			case err != nil && !given:
				return fmt.Errorf("%w\n%s", err, hint)
			case err != nil:
				return err
			case len(mistakes) > 0:
				fmt.Fprint(cmd.ErrOrStderr(), mistakes)
				if !given {
					fmt.Fprintln(cmd.ErrOrStderr(), hint)
				}
				return errMistakes
			}
			c := saved.Manifest.Checkpoint
			planned.From = &plan.From{ID: c.ID, Savepoint: !saved.Retained, Path: args[0], Triggered: c.Triggered}
			if c.Kind == checkpoint.Drain {
				planned.Refused = append(planned.Refused, fmt.Sprintf("checkpoint %d was taken by a stop with drain: no start goes on from it", c.ID))
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				err = encoder.Encode(planned)
			} else {
				_, err = fmt.Fprint(cmd.OutOrStdout(), planned.Text())
			}
			if err == nil && !planned.OK() {
				err = errFound
			}
			return err
		},
	}
	command.Flags().StringVar(&program, "schema", ".", "the `path` of the package's folder, or of its schema record")
	command.Flags().StringVar(&pipeline, "pipeline", "", "the `name` of the pipeline, if it is not that of the checkpoint's job")
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	command.Flags().BoolVar(&ignoring, "ignore-unclaimed-state", false, "as execution.state-recovery.ignore-unclaimed-state")
	return command
}
