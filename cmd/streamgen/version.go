package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  `Version prints the version of streamgen and that of Go that it was built with.`,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "streamgen %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is that of the module, "(devel)" where it was not built from a release.
func version() string {
	if version, ok := release(); ok {
		return version
	}
	return "(devel)"
}

// release is the version of the module that the command was built from, if that came from a module proxy: then it has a checksum.
// A checkout has none, whatever version the go command derives for it.
func release() (string, bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Sum == "" || info.Main.Replace != nil {
		return "", false
	}
	return info.Main.Version, true
}
