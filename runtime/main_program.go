package runtime

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// The exit codes of Main.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is Main with everything it touches.
type program struct {
	name     string
	args     []string
	environ  []string
	out, err io.Writer
	flags    *flag.FlagSet // the user's
	build    func() Pipeline

	columns func() (int, bool)                               // the width of the terminal at err, false if it is none
	notify  func() (signals <-chan os.Signal, stop func())   // brings SIGINT and SIGTERM from now on
	now     func() time.Time                                 // the wall clock
	tick    func(d time.Duration) (<-chan time.Time, func()) // brings the time at every d

	settings   []setting // from the arguments, in their order
	configFile string    // of --config
}

// usageError is a mistake in the arguments.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usage wraps err, if there is one, as a mistake in the arguments.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// execute runs the command and returns its exit code.
func (p *program) execute(ctx context.Context) int {
	root, err := p.command()
	if err == nil {
		root.SetArgs(p.doubleDashes(p.args))
		root.SetOut(p.out)
		root.SetErr(p.err)
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(p.err, "%s: %v\n", p.name, err)
	if mistake := (usageError{}); errors.As(err, &mistake) {
		return exitUsage
	}
	return exitFailed
}

// command returns the command with its subcommands and flags.
func (p *program) command() (*cobra.Command, error) {
	root := &cobra.Command{
		Use:   p.name,
		Short: "Run a streamgen pipeline, and reach the one that runs",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := "begin with run, as in " + p.name + " run " + args[0]
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "did you mean " + strings.Join(near, " or ") + "?"
			}
			return usage(fmt.Errorf("unknown command %q: %s", args[0], hint))
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(p.err)
			if err := cmd.Help(); err != nil {
				return err
			}
			return usage(errors.New("say what to do: run, savepoint, stop, cancel, plan, graph or config"))
		},
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	root.PersistentFlags().VarP(&settingsFlag{p}, "define", "D", "set an option; repeat for more, the last one of a key wins")
	root.PersistentFlags().Var(&fileFlag{p}, "config", "read options from this YAML `file`; -D and the environment win over it")

	run, plan, graph, options := p.runCommand(), p.planCommand(), p.graphCommand(), p.configCommand()
	root.AddCommand(run, p.savepointCommand(), p.stopCommand(), p.cancelCommand(), plan, graph, options)
	return root, p.joinFlags(run, plan, graph, options)
}

// noArguments is for subcommands that take none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Errorf("%s takes no arguments, and got %q", cmd.CommandPath(), args))
}
