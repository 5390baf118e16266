package load

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// unmatched says, by the words of the go command, which patterns name no package. That is no mistake in anybody's code.
func (l *loader) unmatched(found []*packages.Package) error {
	if len(found) == 0 {
		return fmt.Errorf("no package matches %s%s", strings.Join(l.cfg.Patterns, " "), l.list())
	}
	var all []error
	for _, p := range found {
		switch {
		case p.PkgPath == "command-line-arguments":
			all = append(all, fmt.Errorf("%s: name packages, not files: what is generated depends on the whole package", strings.Join(l.cfg.Patterns, " ")))
		case p.Name == "" && len(p.GoFiles) == 0 && len(p.Errors) > 0 && !slices.ContainsFunc(p.Errors, isParseError):
			all = append(all, fmt.Errorf("no package matches %s: %s", p.ID, strings.TrimSpace(p.Errors[0].Msg)))
		}
	}
	return errors.Join(all...)
}

func isParseError(e packages.Error) bool { return e.Kind == packages.ParseError }

// list asks the go command once more about the patterns, for the reason that it gives, if it does.
func (l *loader) list() string {
	var said bytes.Buffer
	command := exec.CommandContext(l.ctx, "go", append([]string{"list", "--"}, l.cfg.Patterns...)...)
	command.Dir, command.Env, command.Stderr = l.cfg.Dir, l.cfg.Env, &said
	if err := command.Run(); err == nil {
		return ""
	}
	return ": " + strings.TrimPrefix(strings.TrimSpace(said.String()), "go: ")
}
