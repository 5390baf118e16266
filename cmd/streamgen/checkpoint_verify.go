package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/checkpoint/inspect"
	"github.com/streamgen/streamgen/checkpoint/vfs"
)

func checkpointVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FOLDER|CHECKPOINT...",
		Short: "Check every checksum of checkpoints",
		Long: `Verify reads every byte of checkpoints and savepoints and checks it against its checksum. A folder stands for all that ls lists in it, FOLDER@NUMBER
for the one of that number.

Where something is damaged, Count (2/4) is the second of the four subtasks of Count, as in the log of its job. Show calls it subtask 1.

The exit code is 0 if all are whole, 1 if one is damaged, 2 if one cannot be read or there is none.`,
		Example: `  streamgen checkpoint verify checkpoints
  streamgen checkpoint verify checkpoints/WordCount/epoch-0000000007/manifest-000000000042`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			entries, err := named(cmd, args)
			if err != nil {
				return err
			}
			for _, e := range entries {
				progress, done := progressOf(cmd, e.Path)
				problem := inspect.Verify(vfs.OS(), e.Path, progress)
				done()
				if err := cmd.Context().Err(); err != nil {
					return err
				}
				if problem == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %s is whole, %s\n", e.Path, what(e), bytesOf(e.Size))
					continue
				}
				if e.Error == "" { // else it says itself what is damaged
					problem = fmt.Errorf("%s: %w", what(e), problem)
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %v\n", e.Path, problem)
				switch {
				case !inspect.IsDamage(problem):
					err = errMistakes // whether it is whole is not known
				case err == nil:
					err = errFound
				}
			}
			return err
		},
	}
}

// what says what an entry is that can be read.
func what(e inspect.Entry) string {
	kind := "checkpoint"
	if e.Savepoint {
		kind = "savepoint"
	}
	return fmt.Sprintf("%s %d of %s", kind, e.ID, plain(e.Job))
}

// named returns the checkpoints that the arguments name: by their manifests, their folders, their numbers, or a folder that holds some.
func named(cmd *cobra.Command, args []string) ([]inspect.Entry, error) {
	var all []inspect.Entry
	for _, arg := range args {
		path := inFolder(cmd, arg)
		info, err := os.Stat(path)
		if err != nil {
			e, err := inspect.Numbered(vfs.OS(), path, err)
			if err != nil {
				return nil, err
			}
			all = append(all, e)
			continue
		}
		if !info.IsDir() {
			all = append(all, inspect.One(vfs.OS(), path))
			continue
		}
		entries, err := inspect.Find(vfs.OS(), path)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return nil, fmt.Errorf("there is no checkpoint in %s", arg)
		}
		all = append(all, entries...)
	}
	return all, nil
}
