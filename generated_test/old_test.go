package generated

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// What earlier versions have generated either runs with today's runtime as it ran then, or does not compile and says by the name of its
// generation what to do. The file outcome of a generation says which of the two is promised: "runs" or "refused".
func TestOldGeneratedCode(t *testing.T) {
	generations, err := filepath.Glob("testdata/old/gen*")
	require.NoError(t, err)
	require.NotEmpty(t, generations)
	for _, folder := range generations {
		outcome, err := os.ReadFile(filepath.Join(folder, "outcome"))
		require.NoError(t, err)
		supports := "Supports" + strings.Replace(filepath.Base(folder), "gen", "Gen", 1)
		paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
		require.NoError(t, err)
		require.NotEmpty(t, paths)
		dir := module.New(t, "example.com/old")
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".txtar")
			t.Run(filepath.Base(folder)+"/"+name, func(t *testing.T) {
				want := unpack(t, path, filepath.Join(dir, name))
				stdout, err := run(dir, "go", "run", "./"+name+"/run")
				switch strings.TrimSpace(string(outcome)) {
				case "runs":
					require.NoError(t, err, "code of an earlier generation does not run any more: if that is on purpose, no runtime declares core.%s, and %s/outcome says refused",
						supports, folder)
					require.Equal(t, want, stdout)
				case "refused":
					requireRefused(t, err, dir, supports)
				default:
					t.Fatalf("%s/outcome says neither runs nor refused", folder)
				}
			})
		}
	}
}

// A runtime of the next generation refuses what is generated now, by the name of the generation, whatever else has changed in it.
func TestNextGenerationRefusesTodaysCode(t *testing.T) {
	root := module.Root(t)
	doc := filepath.Join(root, "runtime", "core", "doc.go")
	src, err := os.ReadFile(doc)
	require.NoError(t, err)
	supports := regexp.MustCompile(`(?m)^const (SupportsGen[0-9]+) = true$`).FindStringSubmatch(string(src))
	require.NotNil(t, supports, "no generation in %s", doc)

	next := t.TempDir()
	replaced := map[string]string{}
	replace := func(name, old, now string) {
		path := filepath.Join(root, "runtime", "core", name)
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(src), old)
		replaced[path] = filepath.Join(next, name)
		module.Write(t, replaced[path], strings.ReplaceAll(string(src), old, now))
	}
	replace("doc.go", supports[1], "SupportsGenNext")
	// Every task of today's code has loops over Rest: an error in each of them, and more than the compiler prints.
	replace("records.go", "func Rest[", "func RestOfNext[")
	replace("entry.go", " Rest[", " RestOfNext[")
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	require.NoError(t, err)
	module.Write(t, filepath.Join(next, "overlay.json"), string(overlay))

	for _, example := range []string{"wordcount", "alerts", "accesslog"} {
		t.Run(example, func(t *testing.T) {
			_, err := run(root, "go", "build", "-overlay", filepath.Join(next, "overlay.json"), "./examples/"+example)
			requireRefused(t, err, root, supports[1])
		})
	}
}

// requireRefused checks that the compiler's first words on a generated file are the name of its generation, at a line above which stands
// what to do.
func requireRefused(t *testing.T, err error, dir, supports string) {
	t.Helper()
	require.Error(t, err, "it compiled")
	var first string
	for line := range strings.Lines(err.Error()) {
		if strings.Contains(line, "_streamgen.go:") {
			first = line
			break
		}
	}
	found := regexp.MustCompile(`^(\S+):(\d+):\d+: undefined: core\.` + supports + `\n$`).FindStringSubmatch(first)
	require.NotNil(t, found, "the first error in generated code does not name %s:\n%s", supports, err)
	src, readErr := os.ReadFile(filepath.Join(dir, found[1]))
	require.NoError(t, readErr)
	var line int
	_, scanErr := fmt.Sscan(found[2], &line)
	require.NoError(t, scanErr)
	require.Contains(t, strings.Split(string(src), "\n")[line-2], "run go generate again, or update the runtime")
}

// unpack writes the files of an archive and returns what it wants to be printed.
func unpack(t *testing.T, path, dir string) (want string) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	require.NoError(t, err)
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		module.Write(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	require.NotEmpty(t, want, "%s wants nothing", path)
	return want
}

// run runs a command in a module and returns what it printed. Its error holds what it said.
func run(dir, name string, args ...string) (stdout string, err error) {
	var complaint strings.Builder
	command := exec.Command(name, args...)
	command.Dir, command.Env, command.Stderr = dir, module.Env(), &complaint
	out, err := command.Output()
	if err != nil {
		err = errors.Join(errors.New(complaint.String()), err)
	}
	return string(out), err
}
