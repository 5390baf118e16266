package generated

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	files := module.Files(t, "example.com/script")
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/scripts",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPOSITORY", repository)
			e.Setenv("STREAMGEN", filepath.Join(bin, "streamgen"))
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			for name, value := range map[string]string{"GOCACHE": cache, "GOMODCACHE": modules, "GOFLAGS": "-mod=mod", "GOPROXY": "off"} {
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

func goEnv(t testing.TB, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return string(out[:len(out)-1])
}
