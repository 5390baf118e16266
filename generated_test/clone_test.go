package generated

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamgen/streamgen/gen"
	"github.com/streamgen/streamgen/generated_test/internal/module"
)

// Clones of records of random types are equal to what they were made of, share no memory with it, and are made of every type that refers
// to something.
func TestClonesShareNothing(t *testing.T) {
	const count = 60
	writer := typeWriter{r: rand.New(rand.NewPCG(*seed, 1))}
	structs := writer.structs(count)
	pipeline := "//streamgen:pipeline\ntype Cross struct {\n"
	for i := range count {
		pipeline += fmt.Sprintf("\tFrom%[1]d runtime.Source[T%[1]d]\n\tTo%[1]d runtime.Sink[T%[1]d] `from:\"From%[1]d\" edge:\"rebalance\"`\n", i)
	}
	dir := module.New(t, "example.com/clones")
	module.Write(t, filepath.Join(dir, "own", "own.go"), "package own\n\n"+imports+structs+pipeline+"}\n")
	result, err := gen.Generate(context.Background(), gen.Config{Dir: dir, Patterns: []string{"./own"}, Env: module.Env()})
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics.String())
	_, err = result.Write()
	require.NoError(t, err)

	var cases strings.Builder
	cloned := 0
	for i := range count {
		if strings.Contains(string(result.Files[0].Content), fmt.Sprintf("func cloneT%d(", i)) {
			cloned++
			fmt.Fprintf(&cases, "\tcompare(t, cloneT%d)\n", i)
		} else {
			fmt.Fprintf(&cases, "\trefersToNothing[T%d](t)\n", i)
		}
	}
	require.Greater(t, cloned, count/3)
	harness, err := os.ReadFile("testdata/clone_harness.go.txt")
	require.NoError(t, err)
	module.Write(t, filepath.Join(dir, "own", "own_test.go"), strings.Replace(string(harness), "\t// cases\n", cases.String(), 1))
	test := exec.Command("go", "test", "-timeout=2m", "./own")
	test.Dir, test.Env = dir, module.Env()
	out, err := test.CombinedOutput()
	require.NoError(t, err, "seed %d\n%s", *seed, out)
}
