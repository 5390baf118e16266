package main

import (
	"errors"
	"fmt"
	"io"
)

// The exit codes of all commands. docs/command.md says what they mean to each.
const (
	exitOK = 0
	// exitFound is for what was looked for: mistakes in the user's code, a difference.
	exitFound = 1
	// exitTrouble says that the command could not do its work.
	exitTrouble = 2
)

// errFound ends a command that has already printed what it found.
var errFound = errors.New("something was found")

// exitCode prints err, unless all was said before, and says which code the process ends with.
func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFound
	case !errors.Is(err, errMistakes):
		fmt.Fprintln(stderr, "streamgen:", err)
	}
	return exitTrouble
}
