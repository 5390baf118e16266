package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

// errMistakes says that diagnostics have been printed, and that they kept the command from its work.
var errMistakes = errors.New("mistakes were found")

func generateCommand() *cobra.Command {
	var verbose bool
	command := &cobra.Command{
		Use:   "generate [packages]",
		Short: "Generate the wiring and the codecs of streaming pipelines",
		Long: `Generate writes the generated files of packages, where they change, and deletes those of its own that are of no use any more.

` + packageHelp + ` Mistakes are
printed all at once, as file:line:col: message, and a package that has one is left as it is.

The exit code is 0 if everything is up to date now, 1 after mistakes, 2 if it could not do its work.`,
		Example: `  streamgen generate
  streamgen generate -v ./...`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := gen.Generate(cmd.Context(), config(cmd, args))
			if err != nil {
				return err
			}
			changed, err := result.Write()
			if verbose {
				for _, path := range changed {
					fmt.Fprintln(cmd.OutOrStdout(), path)
				}
			}
			fmt.Fprint(cmd.ErrOrStderr(), result.Diagnostics)
			if err == nil && len(result.Diagnostics) > 0 {
				err = errFound
			}
			return err
		},
	}
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the files that change")
	addCacheFlag(command)
	return command
}
