package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/streamgen/streamgen/gen/nearest"
)

// root is the command with all its subcommands. Without one it generates.
func root() *cobra.Command {
	command := generateCommand()
	command.Use = "streamgen [packages]"
	command.Long = `Streamgen reads structs marked //streamgen:operator and //streamgen:pipeline and writes a file beside each source that has some:
typed wiring, codecs, snapshot and restore. streamgen [packages] is short for streamgen generate [packages].`
	command.Example = `  streamgen ./...
  streamgen diff ./...
  streamgen help generate`
	generate := command.RunE
	command.RunE = func(cmd *cobra.Command, args []string) error {
		if err := mistyped(cmd, args); err != nil {
			return err
		}
		return generate(cmd, args)
	}
	command.PersistentFlags().StringP("dir", "C", "", "run as if started in this `folder`")
	command.AddCommand(
		generateCommand(),
		diffCommand(),
		vetCommand(),
		checkpointCommand(),
		graphCommand(),
		schemaCommand(),
		newCommand(),
		versionCommand(),
	)
	command.SilenceUsage, command.SilenceErrors = true, true
	command.SetFlagErrorFunc(unknownFlag)
	completeFolders(command)
	return command
}

// mistyped refuses a first argument that is like a command and names no package.
func mistyped(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || strings.ContainsAny(args[0], `./\`) {
		return nil
	}
	var commands []string
	for _, c := range cmd.Commands() {
		commands = append(commands, c.Name())
	}
	near := nearest.Of(args[0], commands)
	if near == "" {
		return nil
	}
	list := exec.CommandContext(cmd.Context(), "go", "list", args[0])
	list.Dir = dir(cmd)
	if list.Run() == nil {
		return nil
	}
	message := fmt.Sprintf("%s is no command: did you mean streamgen %s?", args[0], near)
	if info, err := os.Stat(filepath.Join(dir(cmd), args[0])); err == nil && info.IsDir() {
		message += fmt.Sprintf(" The package in the folder is ./%s", args[0])
	}
	return errors.New(message)
}

// unknownFlag adds the nearest flag that there is.
func unknownFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := nearest.Of(unknown.GetSpecifiedName(), known); near != "" {
		return fmt.Errorf("%w: did you mean --%s?", err, near)
	}
	return fmt.Errorf("%w: %s --help lists them", err, cmd.CommandPath())
}

// completeFolders lets the shell complete the packages of the command and of all its subcommands as folders.
func completeFolders(command *cobra.Command) {
	for _, c := range append(command.Commands(), command) {
		if c.ValidArgsFunction == nil {
			c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
		}
	}
}
