package wordcount_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The test binary is also the program that is killed: see child.
func TestMain(m *testing.M) {
	if os.Getenv(envChild) != "" {
		child()
	}
	code := m.Run()
	if err := os.RemoveAll(programs.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// programs are what the tests build, once, in a folder that every user may read.
var programs struct {
	dir   string
	built sync.Map // by package: func() (string, error)
}

// program builds a package of this folder and returns the path of its binary.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	build, _ := programs.built.LoadOrStore(pkg, sync.OnceValues(func() (string, error) {
		dir, err := programsDir()
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		if out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
		}
		return path, os.Chmod(path, 0o755)
	}))
	path, err := build.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var programsDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "wordcount-programs-")
	if err == nil {
		programs.dir = dir
		err = os.Chmod(dir, 0o755)
	}
	return dir, err
})

// wordcountCommand is the command as a user builds it.
func wordcountCommand(t *testing.T) string {
	t.Helper()
	return program(t, "wordcount", "./cmd/wordcount")
}
