package generated

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// The scripts run the command itself: generate, build, run. Each begins in a module that uses this repository.
func TestScripts(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "streamgen"), "../cmd/streamgen")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	repository := module.Root(t)
	cache := goEnv(t, "GOCACHE")
	modules := goEnv(t, "GOMODCACHE")
	proxy := goEnv(t, "GOPROXY") // go mod tidy and go work ask for modules that the repository itself never needs
	files := module.Files(t, "example.com/script")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/scripts",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"dos":   edit(func(src []byte) []byte { return bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")) }),
			"mark":  edit(func(src []byte) []byte { return append([]byte("\ufeff"), src...) }),
			"stretch": edit(func(src []byte) []byte {
				return bytes.ReplaceAll(src, []byte("LONG"), bytes.Repeat([]byte("long"), 2500))
			}),
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "cgo":
				return hasCgo(t), nil
			case "root":
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPOSITORY", repository)
			e.Setenv("STREAMGEN", filepath.Join(bin, "streamgen"))
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			for name, value := range map[string]string{"GOCACHE": cache, "GOMODCACHE": modules, "GOFLAGS": "-mod=mod -ldflags=-s", "GOPROXY": proxy, "GOSUMDB": "off"} {
				e.Setenv(name, value)
			}
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), []byte(content), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// exits runs a command that must end with the given code: exits 2 streamgen diff.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits code command [arguments]")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("the exit code is %d, not %s", code, args[0])
	}
}

// edit makes a command of what it does to the content of a file.
func edit(change func([]byte) []byte) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		for _, name := range args {
			path := ts.MkAbs(name)
			src, err := os.ReadFile(path)
			ts.Check(err)
			ts.Check(os.WriteFile(path, change(src), 0o644))
		}
	}
}

// hasCgo reports whether packages with C in them can be built here.
func hasCgo(t *testing.T) bool {
	compiler, _, _ := strings.Cut(goEnv(t, "CC"), " ")
	_, err := exec.LookPath(compiler)
	return goEnv(t, "CGO_ENABLED") == "1" && err == nil
}

func goEnv(t testing.TB, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return string(out[:len(out)-1])
}
