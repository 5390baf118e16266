package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/streamgen/streamgen/checkpoint/inspect"
)

// progressOf reports on standard error how far a long reading is, where that is a terminal, and ends the reading at an interrupt. Done removes
// the report, before anything else is printed.
func progressOf(cmd *cobra.Command, what string) (progress inspect.Progress, done func()) {
	w := cmd.ErrOrStderr()
	shown := isTerminal(w)
	percent := int64(-1)
	progress = func(read, total int64) error {
		if now := 100 * read / max(total, 1); shown && now != percent {
			percent = now
			fmt.Fprintf(w, "\r%s: %s of %s\x1b[K", what, bytesOf(read), bytesOf(total))
		}
		return cmd.Context().Err()
	}
	return progress, func() {
		if percent >= 0 {
			percent = -1
			fmt.Fprint(w, "\r\x1b[K")
		}
	}
}

// progressBeside is progressOf for what prints on standard output meanwhile: where that is a terminal too, one would spoil the other.
func progressBeside(cmd *cobra.Command, what string) (progress inspect.Progress, done func()) {
	if isTerminal(cmd.OutOrStdout()) {
		return func(int64, int64) error { return cmd.Context().Err() }, func() {}
	}
	return progressOf(cmd, what)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
