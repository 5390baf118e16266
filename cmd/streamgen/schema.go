package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

func schemaCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "schema",
		Short: "Show what states are recorded as, or give up what they were",
		Long: `The schema record of a package, streamgen.schema.json, says in which form the states of its pipelines are written by the program that is
deployed. Generate compares with it and refuses a change for which a checkpoint could not be read any more.`,
		Example: `  streamgen schema show ./...
  streamgen schema accept ./alerts`,
		Args: cobra.NoArgs,
	}
	command.AddCommand(schemaShowCommand(), schemaAcceptCommand())
	return command
}

func schemaShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [packages]",
		Short: "Print the schema records of packages",
		Long: `Show prints what the schema records of packages say, pipeline by pipeline.

` + packageHelp,
		Example: `  streamgen schema show ./...`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, mistakes, err := gen.Records(cmd.Context(), config(cmd, args))
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			fmt.Fprint(cmd.ErrOrStderr(), mistakes)
			if len(mistakes) > 0 {
				return errMistakes
			}
			return nil
		},
	}
}

func schemaAcceptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "accept [packages]",
		Short: "Record the states as they are now, and give up what they were",
		Long: `Accept writes the schema records of packages as their states are now, and prints what is given up by that: a checkpoint of the deployed
program cannot be gone on from where something is. It changes no other file: run generate afterwards.

` + packageHelp + `

The exit code is 0 if the records are up to date now, 2 after mistakes in the packages or if it could not do its work.`,
		Example: `  streamgen schema accept ./alerts`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := gen.Accept(cmd.Context(), config(cmd, args))
			if err != nil {
				return err
			}
			if _, err := result.Write(); err != nil {
				return err
			}
			for _, d := range result.GivenUp {
				fmt.Fprintf(cmd.OutOrStdout(), "given up: %s: %s\n", d.Pos, d.Message)
			}
			fmt.Fprint(cmd.ErrOrStderr(), result.Diagnostics)
			if len(result.Diagnostics) > 0 {
				return errMistakes
			}
			return nil
		},
	}
}
