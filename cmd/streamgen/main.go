// Command streamgen generates the wiring and the codecs of streaming pipelines:
//
//	//go:generate go tool streamgen
//
// What else it can do says streamgen help.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/streamgen/streamgen/gen/analyzer"
)

func main() {
	if isVetTool(os.Args[1:]) {
		unitchecker.Main(analyzer.Analyzer) // does not return
	}
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		// It ends before collecting garbage would pay, unless it is asked for very much at once.
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(1 << 30)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main without a process around it. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := root()
	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	return exitCode(command.ExecuteContext(ctx), stderr)
}
