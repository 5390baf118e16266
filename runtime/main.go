package runtime

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"
)

// Main is the main function of a program that is one pipeline: a command with the subcommands
//
//	run        runs the pipeline; checkpoints, in a folder that it requires, every 10 s
//	savepoint  asks the pipeline's running job for a savepoint
//	stop       asks it for a savepoint and to end there
//	cancel     asks it to end where it is
//	plan       prints what a run would go on from, and what would become of each state
//	graph      prints the tasks of the pipeline
//	config     prints the options
//
// Options are given as -D key=value; docs/configuration.md lists them, and docs/running.md has the rest. Flags that the program has defined with
// package flag before it calls Main belong to run, plan, graph and config, and once build is called they have their values and flag.Args returns the
// positional arguments. The others call build too, without any: for the name of the pipeline, whose job they mean unless --job names another.
//
// While the job runs, SIGTERM or a first SIGINT stops it with a savepoint, and a second SIGINT cancels it.
//
// Main does not return. The exit code is 0 if what was asked for was done (of run: the job finished, was stopped or cancelled), 1 if it
// failed and 2 if the arguments are wrong.
func Main(build func() Pipeline) {
	p := &program{
		name:    filepath.Base(os.Args[0]),
		args:    os.Args[1:],
		environ: os.Environ(),
		out:     os.Stdout,
		err:     os.Stderr,
		flags:   flag.CommandLine,
		build:   build,
		columns: func() (int, bool) {
			columns, _, err := term.GetSize(int(os.Stderr.Fd()))
			if columns == 0 {
				columns = 80 // a terminal that does not know
			}
			return columns, err == nil
		},
		notify: func() (<-chan os.Signal, func()) {
			signals := make(chan os.Signal, 4)
			signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
			return signals, func() { signal.Stop(signals) }
		},
		now: time.Now,
		tick: func(d time.Duration) (<-chan time.Time, func()) {
			ticker := time.NewTicker(d)
			return ticker.C, ticker.Stop
		},
	}
	os.Exit(p.execute(context.Background()))
}
