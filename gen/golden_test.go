package gen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// What is generated is what was looked at and found good. It compiles, go vet has nothing to say, and generating again writes nothing.
func TestGolden(t *testing.T) {
	cases := archives(t, "golden")
	dir := module(t, cases)
	result := generate(t, dir, "./...")
	require.Empty(t, result.Diagnostics.String())
	got := map[string][]txtar.File{}
	for _, f := range result.Files {
		path, err := filepath.Rel(dir, f.Path)
		require.NoError(t, err)
		name, file, _ := strings.Cut(path, "/")
		got[name] = append(got[name], txtar.File{Name: file, Data: f.Content})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if *update {
				c.save(t, got[c.name]...)
				return
			}
			wanted := slices.DeleteFunc(slices.Clone(c.Files), func(f txtar.File) bool { return !c.isWanted(f.Name) })
			require.Len(t, got[c.name], len(wanted))
			for i, f := range wanted {
				require.Equal(t, f.Name, got[c.name][i].Name)
				require.Equal(t, string(f.Data), string(got[c.name][i].Data))
			}
		})
	}
	changed, err := result.Write()
	require.NoError(t, err)
	require.Len(t, changed, len(result.Files))

	vet := exec.Command("go", "vet", "./...")
	vet.Dir, vet.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
	out, err := vet.CombinedOutput()
	require.NoError(t, err, "%s", out)

	changed, err = generate(t, dir, "./...").Write()
	require.NoError(t, err)
	require.Empty(t, changed)
}
