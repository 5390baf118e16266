package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/streamgen/streamgen/gen"
)

const runtimeModule = "github.com/streamgen/streamgen"

func newCommand() *cobra.Command {
	var modulePath, checkout string
	command := &cobra.Command{
		Use:   "new folder",
		Short: "Make a module with a small pipeline that runs and has a test",
		Long: `New makes a module in a folder that is new or empty (but for .git): a pipeline with one keyed operator, a main function, a
test, and go.mod with streamgen as a tool. It downloads what the module needs, and generates.

The module asks for the version of streamgen that this command was built from. A development build has none: it needs --runtime, the
folder of a checkout, which then takes the module's place.

The exit code is 0 if the module is there and 2 if it could not be made.`,
		Example: `  streamgen new orders
  streamgen new --module example.com/shop/orders orders
  streamgen new --runtime ../streamgen orders`,
		Args: oneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := newSkeleton(filepath.Join(dir(cmd), args[0]), modulePath, filepath.Join(dir(cmd), checkout), checkout != "")
			if err != nil {
				return err
			}
			if err := s.write(); err != nil {
				return err
			}
			if err := s.complete(cmd.Context()); err != nil {
				return fmt.Errorf("%w\nthe files are in %s: run go mod tidy and go generate there when this is mended", err, args[0])
			}
			fmt.Fprintf(cmd.OutOrStdout(), "module %s is in %s. Try there:\n\n\tgo test ./...\n\tgo run .\n", s.Module, args[0])
			return nil
		},
	}
	command.Flags().StringVar(&modulePath, "module", "", "`path` of the module (default: example.com/ and the folder's name)")
	command.Flags().StringVar(&checkout, "runtime", "", "`folder` of a checkout of streamgen to use instead of a release")
	return command
}

func oneFolder(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("new takes the name of one folder, and got %d: streamgen new orders", len(args))
	}
	return nil
}

// skeleton is the module to be made.
type skeleton struct {
	dir string
	// What the templates name.
	Module, Name, Go, Runtime, Version, Replace string
}

func newSkeleton(dir, modulePath, checkout string, local bool) (*skeleton, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if modulePath == "" {
		modulePath = "example.com/" + strings.ToLower(filepath.Base(dir))
	}
	if err := module.CheckImportPath(modulePath); err != nil {
		return nil, fmt.Errorf("the module cannot be named so: %w; name it with --module", err)
	}
	unversioned, _, _ := module.SplitPathVersion(modulePath)
	s := &skeleton{dir: dir, Module: modulePath, Name: path.Base(unversioned), Go: "1.26.0", Runtime: runtimeModule}
	if local {
		if err := s.use(checkout); err != nil {
			return nil, err
		}
		return s, nil
	}
	version, ok := release()
	if !ok {
		return nil, errors.New("this is a development build of streamgen, for which there is no release to download: name a checkout of it with --runtime")
	}
	s.Version = version
	return s, nil
}

// use lets the module have the streamgen of a folder.
func (s *skeleton) use(checkout string) error {
	text, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	if err != nil || modfile.ModulePath(text) != runtimeModule {
		return fmt.Errorf("%s holds no checkout of %s", checkout, runtimeModule)
	}
	if s.Replace, err = filepath.Abs(checkout); err != nil {
		return err
	}
	if relative, err := filepath.Rel(s.dir, s.Replace); err == nil && !filepath.IsAbs(checkout) {
		s.Replace = filepath.ToSlash(relative)
		if !strings.HasPrefix(s.Replace, "../") {
			s.Replace = "./" + s.Replace
		}
	}
	s.Replace = modfile.AutoQuote(s.Replace)
	s.Version = "v0.0.0"
	return nil
}

// write writes the files. A folder that holds some is left as it is.
func (s *skeleton) write() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return fmt.Errorf("%s is not empty: it holds %s", s.dir, e.Name())
		}
	}
	if err := os.MkdirAll(s.dir, 0o777); err != nil {
		return err
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(s.dir, f.name), f.content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// complete finds what the module depends on, and generates. What is generated depends on more.
func (s *skeleton) complete(ctx context.Context) error {
	if err := s.tidy(ctx); err != nil {
		return err
	}
	result, err := gen.Generate(ctx, gen.Config{Dir: s.dir, Env: s.env()})
	if err != nil {
		return err
	}
	if len(result.Diagnostics) > 0 {
		return fmt.Errorf("the new module has mistakes:\n%s", result.Diagnostics)
	}
	if _, err := result.Write(); err != nil {
		return err
	}
	return s.tidy(ctx)
}

func (s *skeleton) tidy(ctx context.Context) error {
	tidy := exec.CommandContext(ctx, "go", "mod", "tidy")
	tidy.Dir, tidy.Env = s.dir, s.env()
	if out, err := tidy.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod tidy: %w\n%s", err, out)
	}
	return nil
}

// env is the environment of the go command: the module may lie below a workspace that does not know it.
func (s *skeleton) env() []string { return append(os.Environ(), "GOWORK=off") }
