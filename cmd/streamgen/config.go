package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

// packageHelp is what the help of every command that takes packages says of them.
const packageHelp = `Packages are named as for the go command, ./... for example; without any it is the one in the current folder.`

// addCacheFlag gives a command the flag --no-cache.
func addCacheFlag(command *cobra.Command) {
	command.Flags().Bool("no-cache", false, "do not rely on what is remembered of packages that have not changed")
}

// config is what the arguments of a command name.
func config(cmd *cobra.Command, args []string) gen.Config {
	cfg := gen.Config{Dir: dir(cmd), Patterns: args}
	if without, _ := cmd.Flags().GetBool("no-cache"); without {
		return cfg
	}
	if caches, err := os.UserCacheDir(); err == nil { // without one everything is done anew
		cfg.Cache = filepath.Join(caches, "streamgen")
	}
	return cfg
}

// dir is the folder that relative packages and files start from.
func dir(cmd *cobra.Command) string {
	dir, _ := cmd.Flags().GetString("dir")
	return dir
}
