package runtime

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// setting is an option as an argument sets it.
type setting struct{ key, value string }

// settingsFlag is -D.
type settingsFlag struct{ p *program }

func (f *settingsFlag) Type() string   { return "key=value" }
func (f *settingsFlag) String() string { return "" }

func (f *settingsFlag) Set(s string) error {
	key, value, ok := strings.Cut(s, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		return errors.New("want key=value")
	}
	f.p.settings = append(f.p.settings, setting{key, value})
	return nil
}

// shortFlag is a flag that is short for a setting of -D, so that the last one wins among them all.
type shortFlag struct {
	p        *program
	key, typ string
}

func (f *shortFlag) Type() string   { return f.typ }
func (f *shortFlag) String() string { return "" }

func (f *shortFlag) Set(s string) error {
	f.p.settings = append(f.p.settings, setting{f.key, s})
	return nil
}

// addParallelism adds --parallelism to a command.
func (p *program) addParallelism(cmd *cobra.Command) {
	const key = "parallelism.default"
	cmd.Flags().Var(&shortFlag{p, key, "n"}, "parallelism", "the same as -D "+key+"=n")
}

// fileFlag is --config.
type fileFlag struct{ p *program }

func (f *fileFlag) Type() string   { return "file" }
func (f *fileFlag) String() string { return "" }

func (f *fileFlag) Set(s string) error {
	switch {
	case s == "":
		return errors.New("want the name of a file")
	case f.p.configFile != "":
		return fmt.Errorf("there is one already, %s: put all options into one file, or give some as -D", f.p.configFile)
	}
	f.p.configFile = s
	return nil
}

// joinFlags adds the user's flags to those of commands. One that is defined by both is an error: pflag would leave the user's out.
func (p *program) joinFlags(commands ...*cobra.Command) error {
	var errs []error
	p.flags.VisitAll(func(f *flag.Flag) {
		for _, cmd := range commands {
			cmd.InitDefaultHelpFlag()
			taken := cmd.Flag(f.Name) != nil
			if len(f.Name) == 1 {
				taken = taken || cmd.Flags().ShorthandLookup(f.Name) != nil || cmd.InheritedFlags().ShorthandLookup(f.Name) != nil
			}
			if taken {
				errs = append(errs, fmt.Errorf("the program defines a flag %s that runtime.Main has too: give it another name", f.Name))
				return
			}
		}
	})
	if len(errs) > 0 {
		return usage(errors.Join(errs...))
	}
	for _, cmd := range commands {
		cmd.Flags().AddGoFlagSet(p.flags)
	}
	return nil
}

// doubleDashes lets the user's flags be written with one dash, as package flag does: -output for --output.
func (p *program) doubleDashes(args []string) []string {
	all := make([]string, 0, len(args)) // not nil, which cobra takes for the arguments of the process
	for i, arg := range args {
		if arg == "--" {
			return append(all, args[i:]...)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && p.flags.Lookup(name) != nil {
			arg = "-" + arg
		}
		all = append(all, arg)
	}
	return all
}

// parsed hands the positional arguments to the user's flags: flag.Args returns them. The flags themselves have their values.
func (p *program) parsed(args []string) error {
	return usage(p.flags.Parse(append([]string{"--"}, args...)))
}
