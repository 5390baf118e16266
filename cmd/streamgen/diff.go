package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/streamgen/streamgen/gen"
)

func diffCommand() *cobra.Command {
	var stat bool
	command := &cobra.Command{
		Use:   "diff [packages]",
		Short: "Print what generate would change",
		Long: `Diff prints what generate would change in the generated files, as a unified diff, and writes nothing. Git applies it, as in
streamgen diff | git apply.

` + packageHelp + `

The exit code is 0 if nothing would change, 1 if there is a difference, 2 after mistakes or if it could not do its work.`,
		Example: `  streamgen diff ./...
  streamgen diff --stat ./...`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := gen.Generate(cmd.Context(), config(cmd, args))
			if err != nil {
				return err
			}
			from, err := filepath.Abs(dir(cmd))
			if err != nil {
				return err
			}
			different, err := printDiff(cmd.OutOrStdout(), from, result.Files, stat)
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.ErrOrStderr(), result.Diagnostics)
			switch {
			case len(result.Diagnostics) > 0:
				return errMistakes
			case different:
				return errFound
			}
			return nil
		},
	}
	command.Flags().BoolVar(&stat, "stat", false, "print only the files and how many lines come and go in each")
	addCacheFlag(command)
	return command
}

// printDiff holds the files that should be there against those that are, with names relative to from.
func printDiff(out io.Writer, from string, files []gen.File, stat bool) (different bool, err error) {
	for _, f := range files {
		old, err := os.ReadFile(f.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return different, err
		}
		missing := err != nil
		if missing == (f.Content == nil) && string(old) == string(f.Content) {
			continue
		}
		different = true
		name := f.Path
		if relative, err := filepath.Rel(from, f.Path); err == nil {
			name = filepath.ToSlash(relative)
		}
		a, b := "a/"+name, "b/"+name
		if missing {
			a = os.DevNull
		}
		if f.Content == nil {
			b = os.DevNull
		}
		unified := udiff.Unified(a, b, string(old), string(f.Content))
		if stat {
			added, removed := count(unified)
			unified = fmt.Sprintf("%s +%d -%d\n", name, added, removed)
		}
		if _, err := io.WriteString(out, unified); err != nil {
			return different, err
		}
	}
	return different, nil
}

// count counts the lines that a unified diff of one file adds and removes.
func count(unified string) (added, removed int) {
	_, hunks, _ := strings.Cut(unified, "\n@@") // behind the names of the files
	for line := range strings.Lines(hunks) {
		switch line[0] {
		case '+':
			added++
		case '-':
			removed++
		}
	}
	return added, removed
}
