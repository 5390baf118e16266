package generated

import (
	"os"
	"os/exec"
	"path/filepath"
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
	cache := goEnv(t, "GOCACHE")
	modules := goEnv(t, "GOMODCACHE")
	files := module.Files(t, "example.com/script")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/scripts",
		Setup: func(e *testscript.Env) error {
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

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return string(out[:len(out)-1])
}
