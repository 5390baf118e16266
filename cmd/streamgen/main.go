// Command streamgen generates the wiring and the codecs of streaming pipelines:
//
//	//go:generate go tool streamgen
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		// It ends before collecting garbage would pay, unless it is asked for very much at once.
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(1 << 30)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// errMistakes says that diagnostics have been printed.
var errMistakes = errors.New("mistakes were found")

// run is main without a process around it.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	command := root()
	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	err := command.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errMistakes):
		fmt.Fprintln(stderr, "streamgen:", err)
	}
	return 1
}

func root() *cobra.Command {
	var cfg gen.Config
	var verbose bool
	command := &cobra.Command{
		Use:   "streamgen [packages]",
		Short: "Generate the wiring and the codecs of streaming pipelines",
		Long: `Streamgen reads structs marked //streamgen:operator and //streamgen:pipeline and writes a file beside each source that has some:
typed wiring, codecs, snapshot and restore. Packages are named as for the go command; without any it is the one in the current folder.

Mistakes are printed all at once, as file:line:col: message, and a package that has one is left as it is.`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg.Patterns = args
			return generate(cmd, cfg, verbose)
		},
	}
	command.Flags().StringVarP(&cfg.Dir, "dir", "C", "", "run as if started in this folder")
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "print the files that change")
	command.CompletionOptions.DisableDefaultCmd = true
	return command
}

func generate(cmd *cobra.Command, cfg gen.Config, verbose bool) error {
	result, err := gen.Generate(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	changed, err := result.Write()
	if verbose {
		for _, path := range changed {
			fmt.Fprintln(cmd.OutOrStdout(), path)
		}
	}
	if len(result.Diagnostics) > 0 {
		fmt.Fprint(cmd.ErrOrStderr(), result.Diagnostics)
		err = errors.Join(errMistakes, err)
	}
	return err
}
