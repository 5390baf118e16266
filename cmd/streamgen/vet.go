package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

func vetCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "vet [packages]",
		Short: "Report mistakes and write nothing",
		Long: `Vet reports what generate would refuse, as file:line:col: message, and writes nothing.

` + packageHelp + `

The command is also a tool for go vet, which knows the same checks and can mend what is obvious with -fix. It sees packages that
compile: generate them first.

The exit code is 0 if there is nothing to report, 1 if there is, 2 if it could not do its work.`,
		Example: `  streamgen vet ./...
  go vet -vettool=$(which streamgen) ./...
  go vet -vettool=$(which streamgen) -fix ./...`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := gen.Generate(cmd.Context(), config(cmd, args)) // and write nothing
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.ErrOrStderr(), result.Diagnostics)
			if len(result.Diagnostics) > 0 {
				return errFound
			}
			return nil
		},
	}
	addCacheFlag(command)
	return command
}

// isVetTool reports whether go vet calls: it asks for the version and the flags, and then names a package by a file of its own.
func isVetTool(args []string) bool {
	return len(args) > 0 && (args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}
